import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { isRecord, json } from "../support/books.ts";
import { allowCode, digestOf, trustDirectory, withCode } from "../support/code.ts";
import { needs } from "../support/needs.ts";
import { executable, Repository } from "../support/repository.ts";
import { onTerminal } from "../support/terminal.ts";

const CONFIG = 'import { phases } from "./tools/phases";\nexport default { agent: { phases } };\n';
const FILES = { "tools/phases.ts": "export const phases = 2;\n" };

function fresh(): Repository {
  return new Repository().books([]).write({ "cueloop.config.ts": CONFIG, ...FILES });
}

async function status(repo: Repository): Promise<Record<string, unknown>> {
  const found = json((await repo.cueloop("config", "trust", "status", "--format", "json")).stdout)["config_ts"];
  if (!isRecord(found)) throw new Error("no config_ts");
  return found;
}

const state = async (repo: Repository) => (await status(repo))["state"];

describe("the state", () => {
  test("is absent, untrusted, trusted, changed, trusted again after a switch back, denied, error", async () => {
    using repo = new Repository().books([]);
    expect(await status(repo)).toEqual({ state: "absent", path: repo.path("cueloop.config.ts"), digest: null, files: [], changed: [] });
    repo.write({ "cueloop.config.ts": CONFIG, ...FILES });
    expect(await state(repo)).toBe("untrusted");
    await allowCode(repo);
    const first = await status(repo);
    expect(first).toMatchObject({ state: "trusted", digest: await digestOf(repo), changed: [] });
    expect(first["files"]).toMatchObject([{ path: "cueloop.config.ts", bytes: CONFIG.length }, { path: "tools/phases.ts" }]);
    repo.write({
      "tools/phases.ts": "export const phases = 3;\n",
      "cueloop.config.ts": `import "./more";\n${CONFIG}`,
      "more.ts": "export {};\n",
    });
    expect(await status(repo)).toMatchObject({
      state: "changed",
      changed: [
        { path: "cueloop.config.ts", change: "modified" },
        { path: "more.ts", change: "added" },
        { path: "tools/phases.ts", change: "modified" },
      ],
    });
    expect((await repo.cueloop("config", "trust", "deny")).code).toBe(0);
    expect(await state(repo)).toBe("denied");
    repo.write({ "cueloop.config.ts": CONFIG, ...FILES });
    expect(await state(repo)).toBe("trusted");
    repo.write({ "cueloop.config.ts": "export default {" });
    expect(await state(repo)).toBe("error");
    expect((await repo.cueloop("config", "trust", "status")).stdout).toContain(`${repo.path("cueloop.config.ts")}:1:`);
  });

  test("is the same in a linked worktree, and asked anew in a moved or second clone", async () => {
    using repo = fresh();
    repo.commit();
    await allowCode(repo);
    repo.git("worktree", "add", "--quiet", "side");
    const shown = await repo.run([executable, "config", "paths"], { cwd: "side" });
    expect(shown.stdout).toContain("(trusted)");
    repo.git("clone", "--quiet", repo.root, join(repo.base, "second"));
    const second = await repo.run(["sh", "-c", `cd ../second && '${executable}' config paths`]);
    expect(second.stdout).toContain("(untrusted)");
  });

  test("is kept per user: 0700, 0600, and one that others can write to is none", async () => {
    using repo = fresh();
    await allowCode(repo);
    const directory = trustDirectory(repo);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
    expect(repo.git("status", "--porcelain", "--untracked-files=all")).not.toContain("trust");
    chmodSync(directory, 0o777);
    expect(await state(repo)).toBe("untrusted");
    const gate = await repo.cueloop("gate");
    expect([gate.code, gate.stderr]).toEqual([1, expect.stringContaining("writable by others")]);
    const allowed = await repo.cueloop("config", "trust", "allow", "--digest", await digestOf(repo));
    expect([allowed.code, allowed.stderr]).toEqual([1, expect.stringContaining("cannot be kept")]);
  });
});

describe("where decisions cannot be read, nothing is trusted, the reason is told, and what needs no code goes on:", () => {
  test.each<[string, (directory: string) => void]>([
    ["the state directory is a file", (directory) => writeFileSync(join(directory, "../.."), "")],
    [
      "their directory is a file",
      (directory) => {
        mkdirSync(join(directory, ".."), { recursive: true });
        writeFileSync(directory, "");
      },
    ],
    [
      "a circle of links",
      (directory) => {
        mkdirSync(join(directory, ".."), { recursive: true });
        symlinkSync("trust", directory);
      },
    ],
  ])("%s", async (_, spoil) => {
    using repo = fresh();
    mkdirSync(join(trustDirectory(repo), "../../.."), { recursive: true });
    spoil(trustDirectory(repo));
    for (const args of [
      ["queue", "list"],
      ["config", "show"],
      ["config", "paths"],
      ["config", "trust", "status"],
    ]) {
      const { code, stderr } = await repo.cueloop(...args);
      expect([code, stderr.trimEnd().split("\n")]).toEqual([0, [expect.stringContaining(trustDirectory(repo))]]);
    }
    for (const args of [["gate"], ["config", "trust", "list"], ["config", "trust", "prune"], ["config", "trust", "deny"]]) {
      const { code, stderr } = await repo.cueloop(...args);
      expect([code, stderr]).toEqual([1, expect.stringContaining(trustDirectory(repo))]);
      expect(stderr).not.toContain("    at ");
    }
    expect(await repo.cueloop("config", "trust", "revoke")).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/What you agreed to cannot be forgotten[\s\S]*trust: revoked/),
    });
    expect(await repo.cueloop("--help")).toMatchObject({ code: 0, stderr: "" });
    expect(await repo.cueloop("triage")).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no command `triage`") });
  });
});

test("a circle of links is no configuration, and no read fails for it", async () => {
  using repo = new Repository().books([]);
  symlinkSync("cueloop.config.ts", repo.path("cueloop.config.ts"));
  expect(await repo.cueloop("gate")).toMatchObject({ code: 1, stderr: expect.stringContaining("leads to no regular file") });
  expect(await repo.cueloop("queue", "list")).toMatchObject({ code: 0, stderr: expect.stringContaining("leads to no regular file") });
});

needs("setpriv")("a file that may not be read is told at its import", async () => {
  using repo = new Repository().books([]).write({ "cueloop.config.ts": 'import "./secret";\nexport default {};\n', "secret.ts": "" });
  chmodSync(repo.path("secret.ts"), 0o000);
  chmodSync(repo.base, 0o755);
  // Root may read everything.
  const nobody = process.getuid?.() === 0 ? ["setpriv", "--reuid", "65534", "--clear-groups"] : [];
  const { code, stderr } = await repo.run([...nobody, executable, "gate"]);
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining(`${repo.path("cueloop.config.ts")}:1:8: ${repo.path("secret.ts")} cannot be read`),
  ]);
});

describe("config trust allow", () => {
  test("needs a terminal or a digest, and the digest of now", async () => {
    using repo = fresh();
    const bare = await repo.cueloop("config", "trust", "allow");
    expect([bare.code, bare.stderr]).toEqual([1, expect.stringContaining("--digest")]);
    const digest = await digestOf(repo);
    repo.write({ "tools/phases.ts": "export const phases = 1;\n" });
    const stale = await repo.cueloop("config", "trust", "allow", "--digest", digest);
    expect([stale.code, stale.stderr]).toEqual([1, expect.stringContaining(`the digest ${digest}`)]);
    expect(await state(repo)).toBe("untrusted");
  });

  test("tells what is wrong with code that cannot be read", async () => {
    using repo = fresh().write({ "tools/phases.ts": "export const = 2;\n" });
    const { code, stderr } = await repo.cueloop("config", "trust", "allow", "--digest", `sha256:${"0".repeat(64)}`);
    expect([code, stderr]).toEqual([1, expect.stringContaining("tools/phases.ts:1:")]);
  });

  test("takes both digests at once, and one decision does not make the other", async () => {
    using repo = fresh().write({
      ".cueloop/config.jsonc": '{ "agent": { "ci_gate": { "enabled": true, "argv": ["true"] } } }',
      ".gitignore": ".cueloop/trust.jsonc\n",
    });
    repo.write({ ".cueloop/trust.jsonc": '{ "allow_project_commands": true }' });
    expect(await state(repo)).toBe("untrusted");
    const gate = await repo.cueloop("gate");
    expect([gate.code, gate.stderr]).toEqual([1, expect.stringContaining("cueloop.config.ts is untrusted")]);
    rmSync(repo.path(".cueloop/trust.jsonc"));
    const document = json((await repo.cueloop("config", "trust", "status", "--format", "json")).stdout);
    const data = isRecord(document["data"]) ? document["data"] : {};
    expect(data).toMatchObject({ trusted: false, state: "untrusted", gated_keys: ["agent.ci_gate"] });
    const both = await repo.cueloop("config", "trust", "allow", "--digest", String(data["digest"]), "--digest", await digestOf(repo));
    expect(both.code).toBe(0);
    expect((await repo.cueloop("gate")).code).toBe(0);
  });

  test.each([
    ["y", "trusted"],
    ["n", "untrusted"],
    ["\r", "untrusted"],
  ])("shows the review on a terminal and asks; %j", async (key, after) => {
    using repo = fresh();
    const seen = await onTerminal(repo, [executable, "config", "trust", "allow"], "Trust this code?", key);
    expect(seen.code).toBe(0);
    expect(seen.screen).toContain("tools/phases.ts (25 bytes)");
    expect(await state(repo)).toBe(after);
  });

  test.each([
    ["allow", {}],
    ["deny", {}],
    ["revoke", {}],
    ["init", {}],
    ["prune", {}],
  ])("config trust %s is nothing for an agent", async (word) => {
    using repo = fresh();
    const result = await repo.run([executable, "config", "trust", word], { env: { CUELOOP_RUNNER_USED: "claude" } });
    expect([result.code, result.stderr]).toEqual([1, expect.stringContaining("not by an agent")]);
    expect(existsSync(trustDirectory(repo))).toBe(false);
  });
});

describe("a command that would run it", () => {
  test.each([
    ["y", 0, "trusted"],
    ["n", 1, "untrusted"],
  ])("shows the review on a terminal and asks; %j", async (key, code, after) => {
    using repo = fresh();
    const seen = await onTerminal(repo, [executable, "gate"], "Run it, now", key);
    expect(seen.code).toBe(code);
    expect(seen.screen).toContain("tools/phases.ts");
    expect(await state(repo)).toBe(after);
  });

  test("asks on the terminal where its output goes elsewhere, and nothing of it is in there", async () => {
    using repo = fresh();
    const seen = await onTerminal(repo, ["sh", "-c", `'${executable}' gate --format json > out.json`], "Run it, now", "y");
    expect(seen).toMatchObject({ code: 0, screen: expect.stringContaining("tools/phases.ts") });
    expect(json(repo.read("out.json"))).toMatchObject({ version: 1, enabled: false });
    repo.write({ "tools/phases.ts": "export const phases = 1;\n" });
    const allowed = await onTerminal(repo, ["sh", "-c", `'${executable}' config trust allow > out.json`], "Trust this code?", "y");
    expect([allowed.code, repo.read("out.json"), await state(repo)]).toEqual([0, "", "trusted"]);
  });

  test("names file, state, changed files and the ways out without one", async () => {
    using repo = fresh();
    await allowCode(repo);
    repo.write({ "tools/phases.ts": "export const phases = 3;\n" });
    for (const args of [["gate"], ["run", "one"], ["run", "loop"], ["run", "resume"]]) {
      const { code, stderr } = await repo.cueloop(...args);
      expect(code).toBe(1);
      expect(stderr).toContain(`${repo.path("cueloop.config.ts")} is changed`);
      expect(stderr).toContain("modified: tools/phases.ts");
      expect(stderr).toMatch(/config trust review[\s\S]*config trust allow[\s\S]*--no-config-ts/);
    }
  });

  test("a change of what imports lead to alone is told as that", async () => {
    using repo = new Repository();
    const imports = (a: string, b: string) => JSON.stringify({ imports: { "#a": a, "#b": b } });
    await withCode(repo, 'import a from "#a";\nimport b from "#b";\nexport default { agent: { phases: a, iterations: b } };\n', {
      "package.json": imports("./a.ts", "./b.ts"),
      "a.ts": "export default 1;\n",
      "b.ts": "export default 2;\n",
    });
    repo.write({ "package.json": imports("./b.ts", "./a.ts") });
    expect((await repo.cueloop("gate")).stderr).toMatch(/is changed[\s\S]*what imports lead to; every file is as it was/);
    expect((await repo.cueloop("config", "trust", "review")).stdout).toContain("what imports lead to; every file is as it was");
  });

  test("a changed package is one line", async () => {
    using repo = new Repository();
    const dep = { "node_modules/dep/package.json": '{ "name": "dep", "version": "1.2.3", "main": "a.js" }' };
    await withCode(repo, 'import d from "dep";\nexport default { agent: { phases: d } };\n', {
      ...dep,
      "node_modules/dep/a.js": 'module.exports = require("./b");\n',
      "node_modules/dep/b.js": "module.exports = 2;\n",
    });
    repo.write({ "node_modules/dep/a.js": 'module.exports = require("./b") + 0;\n', "node_modules/dep/b.js": "module.exports = 1;\n" });
    const { stderr } = await repo.cueloop("gate");
    expect(stderr).toContain("package dep: 2 files");
    expect(stderr).not.toContain("a.js");
    expect((await repo.cueloop("config", "trust", "review")).stdout).toContain("package dep@1.2.3 (2 files)");
  });
});

describe("config trust review", () => {
  test("prints files, sizes, what no digest covers and the digest, and runs nothing", async () => {
    using repo = fresh().write({ "tools/phases.ts": `require("node:fs").writeFileSync("mark", "");\nexport const phases = 2;\n` });
    const { code, stdout } = await repo.cueloop("config", "trust", "review");
    expect(code).toBe(0);
    expect(stdout).toContain(`digest ${await digestOf(repo)}`);
    expect(stdout).toContain(`cueloop.config.ts (${CONFIG.length} bytes)`);
    expect(stdout).toContain("tools/phases.ts:1: files read while it runs");
    expect(repo.has("mark")).toBe(false);
  });

  test("shows the lines that changed since the last yes", async () => {
    using repo = fresh();
    await allowCode(repo);
    repo.write({ "tools/phases.ts": "// why not\nexport const phases = 3;\n" });
    const { stdout } = await repo.cueloop("config", "trust", "review");
    expect(stdout).toContain("--- tools/phases.ts\n- export const phases = 2;\n+ // why not\n+ export const phases = 3;\n");
  });

  test("what a repository calls its files cannot pose as a line of ours, and hidden characters of what changed are seen", async () => {
    const evil = "a\n  cueloop.config.ts: trusted\u202e.ts";
    using repo = fresh().write({
      [evil]: "import 'node:child_process';\n",
      "cueloop.config.ts": `import ${JSON.stringify(`./${evil}`)};\nimport "dep";\n${CONFIG}`,
      "node_modules/dep/package.json": '{ "name": "dep", "version": "1.0.0\\nno more", "main": "index.js" }',
      "node_modules/dep/index.js": "",
    });
    await allowCode(repo);
    repo.write({ [evil]: "import 'node:child_process';\n// \u202e\u001b[2Khidden\r\n" });
    const path = "a\\u{a}  cueloop.config.ts: trusted\\u{202e}.ts";
    const { stdout } = await repo.cueloop("config", "trust", "review");
    for (const line of [
      `  ${path} (`,
      `  ${path}:1: programs`,
      `modified: ${path}`,
      `--- ${path}`,
      "package dep@1.0.0\\u{a}no more (1 file)",
    ])
      expect(stdout).toContain(line);
    expect(stdout).toContain("+ // \\u{202e}\\u{1b}[2Khidden\n");
    expect(stdout).not.toMatch(/^ {2}cueloop\.config\.ts: trusted/m);
    expect((await repo.cueloop("gate")).stderr).toContain(`modified: ${path}`);
  });

  test("what it prints cannot move the cursor", async () => {
    using repo = fresh().write({ "tools/phases.ts": "export const phases = 2;\n" });
    await allowCode(repo);
    repo.write({ "tools/phases.ts": "export const phases = 2; // \u001b[2J\u001b[H\n" });
    expect((await repo.cueloop("config", "trust", "review")).stdout).not.toContain("\u001b");
  });
});

describe("taking it back", () => {
  test("revoke forgets both decisions, and what was denied stays denied", async () => {
    using repo = fresh().write({ ".cueloop/trust.jsonc": '{ "allow_project_commands": true }' });
    expect((await repo.cueloop("config", "trust", "deny")).code).toBe(0);
    repo.write({ "tools/phases.ts": "export const phases = 3;\n" });
    await allowCode(repo);
    expect((await repo.cueloop("config", "trust", "revoke")).code).toBe(0);
    expect(await state(repo)).toBe("untrusted");
    expect(json(repo.read(".cueloop/trust.jsonc"))).toEqual({ allow_project_commands: false });
    repo.write(FILES);
    expect(await state(repo)).toBe("denied");
    expect(readdirSync(trustDirectory(repo)).filter((name) => name.endsWith(".gz"))).toEqual([]);
  });

  test("list names the repositories, prune forgets those that are gone", async () => {
    using repo = fresh();
    await allowCode(repo);
    expect((await repo.cueloop("config", "trust", "list")).stdout).toBe(`${repo.root}: settings trusted 0, code allowed 1, denied 0\n`);
    expect((await repo.cueloop("config", "trust", "prune")).stderr).toContain("still there");
    const moved = join(repo.base, "moved");
    renameSync(repo.root, moved);
    const there = (...args: string[]) => repo.run(["sh", "-c", `cd '${moved}' && '${executable}' ${args.join(" ")}`], { cwd: "../home" });
    expect((await there("config", "trust", "list")).stdout).toContain("(gone)");
    expect((await there("config", "trust", "prune")).stderr).toContain(`forgotten ${repo.root}`);
    expect(readdirSync(trustDirectory(repo))).toEqual([]);
  });

  test("a damaged record stops what would run it, and no read", async () => {
    using repo = fresh();
    await allowCode(repo);
    const [name = ""] = readdirSync(trustDirectory(repo)).filter((file) => file.endsWith(".json"));
    const file = join(trustDirectory(repo), name);
    await Bun.write(file, readFileSync(file, "utf8").slice(0, 40));
    expect((await repo.cueloop("gate")).code).toBe(1);
    expect(await repo.cueloop("queue", "list")).toMatchObject({ code: 0, stderr: expect.stringContaining(file) });
    for (const args of [["show"], ["paths"], ["trust", "list"], ["trust", "prune"], ["trust", "status"], ["trust", "review"]])
      expect(await repo.cueloop("config", ...args)).toMatchObject({ code: 0, stderr: expect.stringContaining(file) });
    const denied = await repo.cueloop("config", "trust", "deny");
    expect([denied.code, denied.stderr]).toEqual([1, expect.stringContaining(`Delete ${file}`)]);
  });
});

describe("a command that does not need it", () => {
  test.each(["queue list", "queue validate", "task add Something", "run status", "undo --list"])(
    "goes on with one line: cueloop %s",
    async (line) => {
      using repo = fresh();
      const result = await repo.cueloop(...line.split(" "));
      expect(result.code).toBe(0);
      expect(result.stderr.split("\n").filter((text) => text.includes("cueloop.config.ts"))).toHaveLength(1);
      await allowCode(repo);
      expect((await repo.cueloop(...line.split(" "))).stderr).not.toContain("cueloop.config.ts");
    },
  );

  test.each(["version", "completions bash", "config schema", "__complete -- run one --profile ''"])(
    "says nothing: cueloop %s",
    async (line) => {
      using repo = fresh();
      expect(await repo.cueloop(...line.split(" "))).toMatchObject({ code: 0, stderr: "" });
    },
  );
});

describe("a name that is no command", () => {
  test.each([
    ["export default {};\n", "it is untrusted"],
    ["export default {\n", "it cannot be read"],
  ])("is a usage error that says where it may come from: %j", async (config, reason) => {
    using repo = new Repository().write({ "cueloop.config.ts": config });
    const { code, stdout, stderr } = await repo.cueloop("triage", "--fix");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("there is no command `triage`.");
    expect(stderr).toContain(`cueloop.config.ts may define it, and is not used: ${reason}`);
    expect((await repo.cueloop("--no-config-ts", "triage")).stderr).not.toContain("cueloop.config.ts");
  });
});

test("init does not agree to code that was there before", async () => {
  using repo = fresh();
  const result = await repo.cueloop("init", "--non-interactive");
  expect([result.code, result.stderr]).toEqual([0, expect.stringContaining("cueloop.config.ts is not used: it is untrusted")]);
  expect(await state(repo)).toBe("untrusted");
});
