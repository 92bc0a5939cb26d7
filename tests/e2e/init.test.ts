import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryIdentity } from "../../src/config/trust/repository-key.ts";
import { trustDirectory } from "../support/code.ts";
import { executable, Repository, task } from "../support/repository.ts";

const CONFIG = ".cueloop/config.jsonc";
const README = ".cueloop/README.md";
const modeOf = (repository: Repository, file: string) => statSync(repository.path(file)).mode & 0o777;

/** Every file of the repository with its text, git's own left out. */
function filesOf(repository: Repository): Record<string, string> {
  const names = readdirSync(repository.root, { recursive: true, encoding: "utf8" }).filter(
    (name) => !name.startsWith(".git/") && name !== ".git" && statSync(repository.path(name)).isFile(),
  );
  return Object.fromEntries(names.sort().map((name) => [name, repository.read(name)]));
}

/** `queue: created`, `config: exists (valid)`, … in the order they are told. */
const statuses = (stderr: string) => [...stderr.matchAll(/cueloop\] (\w+: [a-z]+(?: \([^)]*\))?) \//g)].map((match) => match[1]);

describe("cueloop init", () => {
  test("writes its files, for the user alone what is the user's, and nothing the second time", async () => {
    using repository = new Repository();
    const first = await repository.cueloop("init");
    expect(first).toMatchObject({ code: 0, stdout: "" });
    expect(statuses(first.stderr)).toEqual(["queue", "done", "readme", "gitignore", "config", "trust"].map((what) => `${what}: created`));
    expect(repository.read(CONFIG)).toBe('{\n  "version": 2\n}');
    expect(modeOf(repository, ".cueloop/trust.jsonc")).toBe(0o600);
    expect(modeOf(repository, CONFIG)).toBe(0o644);
    expect(repository.git("status", "--porcelain", "--untracked-files=all")).not.toContain("trust");

    const before = filesOf(repository);
    const second = await repository.cueloop("init");
    expect(statuses(second.stderr)).toEqual([
      "queue: exists (valid)",
      "done: exists (valid)",
      expect.stringMatching(/^readme: exists \(version \d+\)$/),
      "gitignore: exists (valid)",
      "config: exists (valid)",
    ]);
    expect(filesOf(repository)).toEqual(before);
    expect(await repository.cueloop("init", "--check")).toMatchObject({ code: 0 });
  });

  test.each([
    [".cueloop/queue.jsonc", "{"],
    [".cueloop/queue.jsonc", '{"version":1,"tasks":[{"id":"XX-1"}]}'],
    [".cueloop/done.jsonc", '{"version":1,"tasks":[{"id":"XX-1"}]}'],
    [".cueloop/config.jsonc", '{"agent":{"phases":9}}'],
    [".cueloop/trust.jsonc", '{"allow":true}'],
  ])("fails at an invalid %s and touches nothing else", async (file, text) => {
    using repository = new Repository().write({ [file]: text });
    const result = await repository.cueloop("init");
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(file);
    expect(filesOf(repository)).toEqual({ [file]: text });
  });

  test("looks at the queue in the runtime directory wherever the configuration has it", async () => {
    using repository = new Repository().write({ [CONFIG]: '{"queue":{"file":"q.jsonc"}}', ".cueloop/queue.jsonc": "{" });
    expect((await repository.cueloop("init")).code).toBe(1);
    repository.write({ ".cueloop/queue.jsonc": '{"version":1,"tasks":[]}' });
    expect((await repository.cueloop("init")).code).toBe(0);
    expect(repository.has("q.jsonc")).toBe(false);
  });

  test.each(["{{", '{"version":1}', '{"agent":{"phases":9}}', '{"agent":{"instruction_files":["no.md"]}}'])(
    "--force after the subcommand replaces the configuration %s with a warning, before it does not",
    async (config) => {
      using repository = new Repository().write({ [CONFIG]: config });
      expect((await repository.cueloop("--force", "init")).code).toBe(1);
      expect(repository.read(CONFIG)).toBe(config);
      const forced = await repository.cueloop("init", "--force");
      expect(forced.code).toBe(0);
      expect(forced.stderr).toMatch(/WARN .*config\.jsonc.*It is replaced\./);
      expect(repository.read(CONFIG)).toBe('{\n  "version": 2\n}');
    },
  );

  test("--force does not repair the user's own configuration", async () => {
    using repository = new Repository().write({ "../home/.config/cueloop/config.jsonc": "{{" });
    expect((await repository.cueloop("init", "--force")).code).toBe(1);
  });

  test("--force empties the queue, and undo brings it back", async () => {
    using repository = new Repository().books([task("RQ-0001")]);
    expect((await repository.cueloop("init", "--force")).code).toBe(0);
    expect(repository.active()).toEqual([]);
    expect((await repository.cueloop("undo")).code).toBe(0);
    expect(repository.active()).toMatchObject([{ id: "RQ-0001" }]);
  });

  test("does not trust a configuration that was there, and names the way", async () => {
    using repository = new Repository().write({ [CONFIG]: '{"version":2}' });
    const result = await repository.cueloop("init");
    expect(result.stderr).toContain("cueloop config trust init");
    expect(repository.has(".cueloop/trust.jsonc")).toBe(false);
  });

  test("makes the trust file the user's alone when it completes it", async () => {
    using repository = new Repository().write({ ".cueloop/trust.jsonc": '{ /* mine */ "allow_project_commands": true }' });
    chmodSync(repository.path(".cueloop/trust.jsonc"), 0o644);
    expect(statuses((await repository.cueloop("init")).stderr)).toContain("trust: updated");
    expect(modeOf(repository, ".cueloop/trust.jsonc")).toBe(0o600);
  });

  test("keeps a runtime directory that is ignored as a whole ignored, as long as nothing of it is tracked", async () => {
    using repository = new Repository().write({ ".gitignore": "dist/\n.cueloop/\n" });
    expect((await repository.cueloop("init")).stderr).not.toContain("git add");
    expect(repository.read(".gitignore")).toBe("dist/\n.cueloop/\n");
    repository.git("add", "--force", CONFIG);
    await repository.cueloop("init");
    expect(repository.read(".gitignore")).toContain(".cueloop/cache/\n");
  });

  test("works in a plain directory and in a linked worktree", async () => {
    using plain = new Repository({ git: false });
    expect((await plain.cueloop("init")).code).toBe(0);
    expect(plain.has(".cueloop/queue.jsonc")).toBe(true);

    using repository = new Repository();
    repository.commit();
    repository.git("worktree", "add", "--quiet", "side");
    expect(await repository.run([executable, "init"], { cwd: "side" })).toMatchObject({ code: 0 });
    expect(repository.has("side/.cueloop/queue.jsonc")).toBe(true);
    expect(repository.has(".cueloop")).toBe(false);
  });
});

describe("the guide", () => {
  test.each([
    ["none", null, 1],
    ["one without a version", "# Guide\n", 1],
    ["an older one", "<!-- CUELOOP_README_VERSION: 10 -->\n", 1],
    ["a newer one", "<!-- CUELOOP_README_VERSION: 900 -->\n", 0],
    ["one with a broken version", "<!-- CUELOOP_README_VERSION: ten -->\n", 1],
  ])("%s: --check writes nothing and exits by it", async (_what, text, code) => {
    using repository = new Repository().books([]);
    if (text !== null) repository.write({ [README]: text });
    const before = filesOf(repository);
    expect((await repository.cueloop("init", "--check")).code).toBe(code);
    expect(filesOf(repository)).toEqual(before);
  });

  test("with a broken version is written anew, with a warning", async () => {
    using repository = new Repository().write({ [README]: "<!-- CUELOOP_README_VERSION: ten" });
    expect((await repository.cueloop("init")).stderr).toMatch(/WARN .*README\.md/);
    expect(repository.read(README)).toMatch(/CUELOOP_README_VERSION: \d+ -->/);
  });
});

describe("--with-config", () => {
  const CODE = "cueloop.config.ts";

  test("writes code that is trusted, its types, and names them for the commit; the second time it tells the state", async () => {
    using repository = new Repository();
    const first = await repository.cueloop("init", "--with-config", "--commit");
    expect(first.code, first.stderr).toBe(0);
    expect(statuses(first.stderr).slice(-3)).toEqual(["code: created", "types: created", "types: created"]);
    expect(repository.git("ls-files").split("\n")).toEqual(expect.arrayContaining([CODE, ".cueloop/cueloop.d.ts", "tsconfig.json"]));
    expect((await repository.cueloop("config", "trust", "status")).stdout).toContain("code: trusted");
    const checked = await repository.run([process.execPath, "check", "--all"]);
    expect(checked.code, checked.stdout).toBe(0);

    const before = filesOf(repository);
    const second = await repository.cueloop("init", "--with-config");
    expect(statuses(second.stderr)).toContain("code: exists (trusted)");
    expect(filesOf(repository)).toEqual(before);
  });

  test("what would run it asks nothing, until it is changed", async () => {
    using repository = new Repository();
    expect((await repository.cueloop("init", "--with-config", "--commit")).code).toBe(0);
    expect((await repository.cueloop("gate")).code).toBe(0);
    repository.write({ [CODE]: `${repository.read(CODE)}\n` });
    expect((await repository.cueloop("gate")).stderr).toContain("is changed");
  });

  test.each([
    [CODE, "exists (untrusted)"],
    ["cueloop.config.mjs", "exists (not used)"],
  ])("leaves a %s that is there as it is, untrusted, with --force too", async (file, status) => {
    using repository = new Repository().write({ [file]: "export default {};\n" });
    for (const force of [[], ["--force"]]) {
      const result = await repository.cueloop("init", "--with-config", ...force);
      expect(result.code).toBe(0);
      expect(statuses(result.stderr)).toContain(`code: ${status}`);
    }
    expect(repository.read(file)).toBe("export default {};\n");
    expect([repository.has(".cueloop/cueloop.d.ts"), repository.has("tsconfig.json")]).toEqual([false, false]);
    expect(repository.has(CODE)).toBe(file === CODE);
    expect((await repository.cueloop("config", "trust", "status")).stdout).not.toContain("code: trusted");
  });

  test("a no to the same content stays one", async () => {
    using repository = new Repository();
    await repository.cueloop("init", "--with-config", "--commit");
    await repository.cueloop("config", "trust", "deny");
    repository.git("rm", "--quiet", CODE);
    expect((await repository.cueloop("init", "--with-config")).stderr).toContain("The code is denied");
    expect((await repository.cueloop("config", "trust", "status")).stdout).toContain("code: denied");
  });

  test.each([
    ["an agent", { CUELOOP_RUNNER_USED: "claude" }, [], "Trust is given by a person", 1],
    ["--check", {}, ["--check"], "--check writes nothing", 2],
  ])("is refused to %s before anything is written", async (_who, env, more, says, code) => {
    using repository = new Repository();
    const result = await repository.run([executable, "init", "--with-config", ...more], { env });
    expect(result.stderr).toContain(says);
    expect(result.code).toBe(code);
    expect(filesOf(repository)).toEqual({});
  });

  test.each<[string, (repository: Repository) => void]>([
    ["in a directory others can write to", (repository) => chmodSync(trustDirectory(repository), 0o777)],
    [
      "in a record that is damaged",
      (repository) => {
        const { key } = repositoryIdentity(repository.root);
        writeFileSync(join(trustDirectory(repository), `${key}.json`), "{");
      },
    ],
  ])("where decisions cannot be kept it says so, and the code is there: %s", async (_, spoil) => {
    using repository = new Repository();
    mkdirSync(trustDirectory(repository), { recursive: true, mode: 0o700 });
    spoil(repository);
    const result = await repository.cueloop("init", "--with-config");
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toContain("The code is not trusted yet.");
    expect(repository.has(CODE)).toBe(true);
  });
});
