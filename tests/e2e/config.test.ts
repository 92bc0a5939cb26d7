import { describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { executable, Repository } from "../support/repository.ts";

const GATE = '{ "agent": { "phases": 1, "ci_gate": { "enabled": true, "argv": ["make", "check"] } } }';

/** A repository with a project layer. */
const withConfig = (config: string) => new Repository().write({ ".cueloop/config.jsonc": config });

describe("cueloop config show", () => {
  test("prints the merged configuration as YAML and, equal to it, as JSON", async () => {
    using repository = withConfig('{ "agent": { "phases": 1 }, "profiles": { "night": { "phases": 3 } } } // mine');
    const yaml = await repository.cueloop("config", "show");
    const json = await repository.cueloop("config", "show", "--format", "json");
    expect(yaml).toMatchObject({ code: 0, stderr: "" });
    expect(yaml.stdout).toContain("  phases: 1\n");
    expect(json.stdout).toEndWith("}\n");
    expect(Bun.YAML.parse(yaml.stdout)).toEqual(JSON.parse(json.stdout));
    for (const alias of ["text", "yml"]) expect((await repository.cueloop("config", "show", "--format", alias)).stdout).toBe(yaml.stdout);
  });

  test("shows gated values as written and says that they are not in force", async () => {
    using repository = withConfig(GATE);
    const shown = await repository.cueloop("config", "show");
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain("    - check\n");
    expect(shown.stderr.trim().split("\n")).toEqual([expect.stringContaining("agent.ci_gate")]);
  });

  test("hides the webhook's secret unless asked", async () => {
    using repository = withConfig('{ "agent": { "webhook": { "secret": "hush-hush" } } }');
    const hidden = await repository.cueloop("config", "show");
    expect(hidden.stdout + hidden.stderr).not.toContain("hush-hush");
    expect(hidden.stdout).toContain("[REDACTED]");
    expect((await repository.cueloop("config", "show", "--show-secrets")).stdout).toContain("secret: hush-hush");
  });

  test("refuses another format", async () => {
    using repository = new Repository();
    expect(await repository.cueloop("config", "show", "--format", "toml")).toMatchObject({ code: 2, stdout: "" });
  });

  test("names the place and the nearest key of a mistake", async () => {
    using repository = withConfig('{\n  "agent": {\n    "phasess": 1\n  }\n}');
    const shown = await repository.cueloop("config", "show");
    expect(shown).toMatchObject({ code: 1, stdout: "" });
    expect(shown.stderr).toContain(`${repository.path(".cueloop/config.jsonc")}:3:5`);
    expect(shown.stderr).toContain("Did you mean `phases`?");
  });
});

describe("cueloop config paths", () => {
  test("prints five absolute paths, from any directory below the root", async () => {
    using repository = new Repository().write({ "sub/x": "" });
    const expected = [
      `repo_root: ${repository.root}`,
      `queue: ${repository.path(".cueloop/queue.jsonc")}`,
      `done: ${repository.path(".cueloop/done.jsonc")}`,
      `global_config: ${join(repository.home, ".config/cueloop/config.jsonc")}`,
      `project_config: ${repository.path(".cueloop/config.jsonc")}`,
      "",
    ].join("\n");
    expect(await repository.run([executable, "config", "paths"], { cwd: "sub" })).toEqual({ code: 0, stdout: expected, stderr: "" });
  });

  test("says when there is no place for the global file", async () => {
    using repository = new Repository();
    const paths = await repository.run([executable, "config", "paths"], { env: { HOME: "" } });
    expect(paths.stdout).toContain("global_config: (unavailable)\n");
  });
});

test("cueloop config schema works where the configuration does not", async () => {
  using repository = withConfig("{ broken");
  const schema = await repository.cueloop("config", "schema");
  expect(schema).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(schema.stdout)).toMatchObject({ title: "Config", type: "object", additionalProperties: false });
});

describe("cueloop config profiles", () => {
  test("list prints a heading and every profile with what it sets", async () => {
    using repository = withConfig('{ "profiles": { "night": { "phases": 3, "model": "m" } } }');
    const listed = await repository.cueloop("config", "profiles", "list");
    expect(listed.code).toBe(0);
    const [heading, ...lines] = listed.stdout.trimEnd().split("\n");
    expect(heading).not.toBe("");
    expect(lines).toEqual([
      "  night - model=m, phases=3",
      "  power-user - claude_permission_mode=bypass_permissions, approval_mode=yolo, git_publish_mode=commit_and_push",
      "  safe - claude_permission_mode=accept_edits, approval_mode=safe, git_publish_mode=off",
    ]);
  });

  test("show tells a profile of the files from a built-in one", async () => {
    using repository = withConfig('{ "profiles": { "night": { "phases": 3 } } }');
    const own = await repository.cueloop("config", "profiles", "show", "night");
    expect(own.stdout).toStartWith("Profile: night\nSource: config\n\nrunner: null\n");
    expect(own.stdout).toContain("\nphases: 3\n");
    const builtIn = await repository.cueloop("config", "profiles", "show", "safe");
    expect(builtIn.stdout).toStartWith("Profile: safe\n\nrunner: null\n");
    expect(builtIn.stdout).toContain('git_publish_mode: "off"');
  });

  test("show of an unknown name lists all of them", async () => {
    using repository = withConfig('{ "profiles": { "night": {} } }');
    const unknown = await repository.cueloop("config", "profiles", "show", "nigth");
    expect(unknown).toMatchObject({ code: 1, stdout: "" });
    expect(unknown.stderr).toContain("night, power-user, safe");
  });
});

test.each([
  [["config"]],
  [["config", "profiles"]],
  [["config", "trust"]],
  [["config", "profiles", "show"]],
  [["config", "show", "--nope"]],
  [["config", "nope"]],
])("%o is a usage error", async (args) => {
  using repository = new Repository();
  const result = await repository.cueloop(...args);
  expect(result).toMatchObject({ code: 2, stdout: "" });
  expect(result.stderr).not.toBe("");
});

describe("cueloop config trust init", () => {
  const record = async (repository: Repository) => [
    ...new Bun.Glob("*.json").scanSync({ cwd: join(repository.home, ".local/state/cueloop/trust"), onlyFiles: true }),
  ];

  test("writes the decision once and says what it is for", async () => {
    using repository = withConfig(GATE);
    const first = await repository.cueloop("config", "trust", "init");
    expect(first).toMatchObject({ code: 0, stdout: "" });
    expect(first.stderr).toContain('agent.ci_gate: {"enabled":true,"argv":["make","check"]}');
    expect(first.stderr).toEndWith(`trust: created ${repository.path(".cueloop/trust.jsonc")}\n`);
    const text = repository.read(".cueloop/trust.jsonc");
    expect(JSON.parse(text)).toEqual({ allow_project_commands: true, trusted_at: expect.stringMatching(/^\d{4}-.*\.\d{9}Z$/) });
    expect((await repository.run(["stat", "-c", "%a", repository.path(".cueloop/trust.jsonc")])).stdout).toBe("600\n");
    const second = await repository.cueloop("config", "trust", "init");
    expect(second.stderr).toContain("trust: unchanged ");
    expect(repository.read(".cueloop/trust.jsonc")).toBe(text);
    expect((await repository.cueloop("config", "show")).stderr).toBe("");
  });

  test("turns a no into a yes", async () => {
    using repository = withConfig(GATE).write({ ".cueloop/trust.jsonc": '{ "allow_project_commands": false }' });
    expect((await repository.cueloop("config", "trust", "init")).stderr).toContain("trust: updated ");
    expect((await repository.cueloop("queue", "list")).stderr).not.toContain("not in force");
  });

  test("works where the configuration does not parse", async () => {
    using repository = withConfig("{ broken");
    const result = await repository.cueloop("config", "trust", "init");
    expect(result.code).toBe(0);
    expect(result.stderr).toContain("trust: created ");
  });

  test("makes the runtime directory of a plain directory", async () => {
    using repository = new Repository({ git: false });
    expect((await repository.cueloop("config", "trust", "init")).code).toBe(0);
    expect(repository.has(".cueloop/trust.jsonc")).toBe(true);
  });

  test("pins exactly the content a script has reviewed", async () => {
    using repository = withConfig(GATE);
    const digest = /sha256:[0-9a-f]{64}/.exec((await repository.cueloop("config", "trust", "init")).stderr)?.[0] ?? "";
    const other = `sha256:${"0".repeat(64)}`;
    expect(await repository.cueloop("config", "trust", "init", "--digest", other)).toMatchObject({ code: 1 });
    expect((await repository.cueloop("config", "trust", "init", "--digest", digest)).code).toBe(0);
    expect((await record(repository)).length).toBe(1);

    repository.write({ ".cueloop/config.jsonc": GATE.replace("check", "evil") });
    const changed = await repository.cueloop("config", "trust", "init");
    expect(changed.code).toBe(1);
    expect(changed.stderr).toContain('"argv":["make","check"]} -> {"enabled":true,"argv":["make","evil"]}');
    const pin = /--digest (sha256:[0-9a-f]{64})/.exec(changed.stderr)?.[1] ?? "";
    expect((await repository.cueloop("config", "show")).stderr).toContain("agent.ci_gate");
    expect((await repository.cueloop("config", "trust", "init", "--digest", pin)).code).toBe(0);
    expect((await repository.cueloop("config", "show")).stderr).toBe("");
  });

  test("says that a tracked decision counts as no", async () => {
    using repository = withConfig(GATE).write({ ".cueloop/trust.jsonc": '{ "allow_project_commands": true, "trusted_at": "x" }' });
    repository.commit();
    expect((await repository.cueloop("config", "trust", "init")).stderr).toContain("git rm --cached");
  });

  test("is not for agents", async () => {
    using repository = withConfig(GATE);
    const result = await repository.run([executable, "config", "trust", "init"], { env: { CUELOOP_RUNNER_USED: "claude" } });
    expect(result.code).toBe(1);
    expect(repository.has(".cueloop/trust.jsonc")).toBe(false);
  });
});

describe("reads of an untrusted repository", () => {
  test("give the same bytes in every state of trust, with at most one warning line", async () => {
    const queue = '{"version":1,"tasks":[]}';
    using repository = withConfig(GATE).write({ ".cueloop/queue.jsonc": queue });
    const untrusted = await repository.cueloop("queue", "list");
    expect(untrusted.code).toBe(0);
    expect(untrusted.stderr.trim().split("\n").length).toBe(1);
    await repository.cueloop("config", "trust", "init");
    const trusted = await repository.cueloop("queue", "list");
    expect(trusted).toEqual({ code: 0, stdout: untrusted.stdout, stderr: "" });
  });

  test("write nothing, in the tree or in the home", async () => {
    using repository = withConfig(GATE).write({ ".cueloop/trust.jsonc": '{ "allow_project_commands": true }' });
    const files = async () =>
      (await repository.run(["find", repository.base, "-newer", repository.path(".cueloop/config.jsonc"), "-printf", "%p %T@\n"])).stdout;
    chmodSync(repository.home, 0o755);
    const before = await files();
    for (const command of [
      ["config", "show"],
      ["config", "paths"],
      ["config", "profiles", "list"],
      ["queue", "list"],
    ])
      await repository.cueloop(...command);
    expect(await files()).toBe(before);
  });
});
