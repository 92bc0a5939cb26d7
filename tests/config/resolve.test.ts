import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { causeChain } from "../../src/base/errors.ts";
import { DEFAULTS } from "../../src/config/defaults.ts";
import { type LoadKind, type LoadOptions, loadRepo } from "../../src/config/resolve.ts";
import { errorOf } from "../support/errors.ts";
import { Repository } from "../support/repository.ts";
import { contextOf, type TestContext } from "./context.ts";

const YES = '{ "allow_project_commands": true }';
const GATE = '{ "agent": { "phases": 1, "ci_gate": { "enabled": true, "argv": ["make", "check"] } } }';
const OTHER_GATE = '{ "agent": { "phases": 1, "ci_gate": { "enabled": true, "argv": ["rm", "-r", "."] } } }';
const KINDS: readonly LoadKind[] = ["read", "write", "execute", "init", "show"];

const load = (context: TestContext, kind: LoadKind, more: Partial<LoadOptions> = {}) =>
  loadRepo(context, { kind, insideRun: null, ...more });

/** A repository with a project layer. */
function withConfig(config: string, files: Readonly<Record<string, string>> = {}): Repository {
  return new Repository().write({ ".cueloop/config.jsonc": config, ...files });
}

describe("without any file", () => {
  test.each(KINDS)("%s gives the defaults", async (kind) => {
    using repository = new Repository();
    const repo = await load(contextOf(repository), kind);
    expect(repo.config).toEqual(DEFAULTS);
    expect(repo.warnings).toEqual([]);
    expect(repo).toMatchObject({
      root: repository.root,
      runtimeDir: repository.path(".cueloop"),
      sourceDir: repository.path(".cueloop"),
      queuePath: repository.path(".cueloop/queue.jsonc"),
      donePath: repository.path(".cueloop/done.jsonc"),
      idPrefix: "RQ",
      idWidth: 4,
      trust: { status: "none", consent: false, tracked: false, digest: null },
    });
    expect(repository.has(".cueloop")).toBe(false);
  });
});

test("the project layer is above the global one, and both are above the defaults", async () => {
  using repository = withConfig(
    '{ "agent": { "phases": 1 }, "queue": { "id_prefix": " pay ", "id_width": 6, "file": "q.jsonc", "done_file": "~/d.jsonc" } }',
  );
  await Bun.write(
    join(repository.home, ".config/cueloop/config.jsonc"),
    '{ "agent": { "phases": 2, "runner": "codex", "ci_gate": { "enabled": true } } }',
  );
  const repo = await load(contextOf(repository), "execute");
  expect(repo.config.agent).toMatchObject({ phases: 1, runner: "codex", iterations: 1, ci_gate: { enabled: true, argv: ["make", "ci"] } });
  expect(repo).toMatchObject({
    idPrefix: "PAY",
    idWidth: 6,
    queuePath: repository.path("q.jsonc"),
    donePath: join(repository.home, "d.jsonc"),
  });
  expect(["phases", "runner", "iterations"].map((key) => repo.provenance.of(["agent", key]))).toEqual(["project", "global", "default"]);
  expect(repo.trust.status).toBe("none");
});

test("a broken layer names its file, also the global one", async () => {
  using repository = withConfig("{}");
  const file = join(repository.home, ".config/cueloop/config.jsonc");
  await Bun.write(file, '{ "agent": 1 }');
  const error = await errorOf(() => load(contextOf(repository), "read"));
  expect(causeChain(error).join(": ")).toContain(`The global configuration cannot be loaded: ${file}:1:3`);
});

test("a value that cannot be used is named with file, line and column", async () => {
  using repository = withConfig('{\n  "agent": {\n    "phases": 9\n  }\n}');
  const error = await errorOf(() => load(contextOf(repository), "read"));
  expect(error.message).toBe(`${repository.path(".cueloop/config.jsonc")}:3:5: \`agent.phases\` is 9, must be 1 to 3.`);
});

describe("a profile", () => {
  test("is merged over the layers and is their strongest source", async () => {
    using repository = withConfig('{ "agent": { "phases": 1, "model": "a" }, "profiles": { "night": { "model": "b" } } }');
    const repo = await load(contextOf(repository), "read", { profile: " night " });
    expect(repo.config.agent).toMatchObject({ phases: 1, model: "b" });
    expect(repo.provenance.of(["agent", "model"])).toBe("profile");
    expect(repo.provenance.of(["agent", "phases"])).toBe("project");
  });

  test("may be a built-in one", async () => {
    using repository = new Repository();
    const repo = await load(contextOf(repository), "read", { profile: "safe" });
    expect(repo.config.agent.runner_cli.defaults.approval_mode).toBe("safe");
  });

  test.each(["", "  ", "nigth"])("named %p is refused with all names", async (profile) => {
    using repository = withConfig('{ "profiles": { "night": {} } }');
    const error = await errorOf(() => load(contextOf(repository), "read", { profile }));
    expect(error.code).toBe("config.unknown_profile");
    expect(error.hint).toContain("night, power-user, safe");
  });

  test("with a bad value is named where it is written", async () => {
    using repository = withConfig('{ "profiles": {\n "night": { "phases": 7 } } }');
    const error = await errorOf(() => load(contextOf(repository), "read"));
    expect(error.message).toContain(`${repository.path(".cueloop/config.jsonc")}:2:13: \`profiles.night.phases\` is 7`);
  });
});

describe("instruction files", () => {
  test.each([
    ["missing.md", null, "does not exist"],
    ["blank.md", " \n", "is blank"],
    ["long.md", "x".repeat(131_073), "131073 bytes"],
  ])("%s are refused", async (name, text, reason) => {
    using repository = withConfig(JSON.stringify({ agent: { instruction_files: [name] } }), text === null ? {} : { [name]: text });
    const error = await errorOf(() => load(contextOf(repository), "read"));
    expect(error.message).toContain(`("${name}") names ${repository.path(name)}, which `);
    expect(error.message).toContain(reason);
  });

  test("that are no UTF-8 are refused", async () => {
    using repository = withConfig('{ "agent": { "instruction_files": ["a.md"] } }');
    await Bun.write(repository.path("a.md"), new Uint8Array([0x61, 0xff]));
    expect((await errorOf(() => load(contextOf(repository), "read"))).message).toContain("is not UTF-8");
  });

  test("of exactly the allowed length are fine", async () => {
    using repository = withConfig('{ "agent": { "instruction_files": ["a.md"] } }', { "a.md": "x".repeat(131_072) });
    expect((await load(contextOf(repository), "read")).config.agent.instruction_files).toEqual(["a.md"]);
  });
});

describe("gated values", () => {
  test.each(["read", "write"] as const)("are withheld from an untrusted %s, with one warning", async (kind) => {
    using repository = withConfig(GATE);
    const repo = await load(contextOf(repository), kind);
    expect(repo.config.agent).toMatchObject({ phases: 1, ci_gate: { enabled: false, argv: ["make", "ci"] } });
    expect(repo.trust.status).toBe("untrusted");
    expect(repo.warnings).toEqual([expect.stringContaining("agent.ci_gate")]);
  });

  test("that are withheld are not validated either", async () => {
    using repository = withConfig('{ "agent": { "ci_gate": { "enabled": true, "argv": [] }, "instruction_files": ["../none.md"] } }');
    expect((await load(contextOf(repository), "read")).config.agent.instruction_files).toBeNull();
  });

  test("are shown as written, with the warning", async () => {
    using repository = withConfig(GATE);
    const repo = await load(contextOf(repository), "show");
    expect(repo.config.agent.ci_gate.argv).toEqual(["make", "check"]);
    expect(repo.warnings.length).toBe(1);
  });

  test("do not matter to init", async () => {
    using repository = withConfig(GATE);
    const repo = await load(contextOf(repository), "init");
    expect(repo.config.agent.ci_gate.argv).toEqual(["make", "check"]);
    expect(repo.warnings).toEqual([]);
  });

  test.each([
    ["no file", {}],
    ["a no", { ".cueloop/trust.jsonc": '{ "allow_project_commands": false }' }],
    ["an empty decision", { ".cueloop/trust.jsonc": "{}" }],
  ])("are refused to an executing command with %s", async (_name, files) => {
    using repository = withConfig(GATE, files);
    const error = await errorOf(() => load(contextOf(repository), "execute"));
    expect(error.code).toBe("config.untrusted");
    expect(error.message).toContain('agent.ci_gate: {"enabled":true,"argv":["make","check"]}');
  });

  test("are in force with a yes, before anything is recorded", async () => {
    using repository = withConfig(GATE, { ".cueloop/trust.jsonc": YES });
    for (const kind of ["read", "write"] as const) {
      const repo = await load(contextOf(repository), kind);
      expect(repo.config.agent.ci_gate.argv).toEqual(["make", "check"]);
      expect(repo.warnings).toEqual([]);
      expect(repo.trust.status).toBe("trusted");
    }
    expect(existsSync(join(repository.home, ".local"))).toBe(false);
  });

  test("are refused when git tracks the yes", async () => {
    using repository = withConfig(GATE, { ".cueloop/trust.jsonc": YES });
    repository.commit();
    const error = await errorOf(() => load(contextOf(repository), "execute"));
    expect(error.message).toContain("tracked by git");
    const written = await load(contextOf(repository), "write");
    expect(written.trust).toMatchObject({ status: "untrusted", tracked: true, consent: false });
    expect(written.config.agent.ci_gate.enabled).toBe(false);
  });

  test("are withheld from a write when git cannot tell", async () => {
    using repository = withConfig(GATE, { ".cueloop/trust.jsonc": YES });
    const context = contextOf(repository, { env: { PATH: "/nowhere" } });
    expect((await load(context, "write")).trust.status).toBe("untrusted");
    expect((await load(context, "read")).trust.status).toBe("trusted");
    expect((await errorOf(() => load(context, "execute"))).code).toBe("git.missing");
  });

  test("of prompt files count too", async () => {
    using repository = withConfig("{}", { ".cueloop/prompts/worker.md": "\u0024{HOME}" });
    const error = await errorOf(() => load(contextOf(repository), "execute"));
    expect(error.message).toContain('.cueloop/prompts/worker.md: ["HOME"]');
  });

  test("a project plugin alone refuses nothing: it is only not used", async () => {
    using repository = withConfig("{}", { ".cueloop/plugins/a/plugin.json": "{}" });
    expect((await load(contextOf(repository), "execute")).trust).toMatchObject({ status: "untrusted", consent: false });
  });
});

test.each(KINDS)("a malformed trust file fails %s", async (kind) => {
  using repository = withConfig("{}", { ".cueloop/trust.jsonc": '{ "allow": true }' });
  const error = await errorOf(() => load(contextOf(repository), kind));
  expect(error.code).toBe("config.trust_file");
  expect(error.hint).toContain("trust init");
});

describe("trust is for the values that were there", () => {
  /** A repository whose gate was trusted and run once. */
  async function used(files: Readonly<Record<string, string>> = {}): Promise<Repository> {
    const repository = withConfig(GATE, { ".cueloop/trust.jsonc": YES, ...files });
    const context = contextOf(repository);
    const repo = await load(context, "execute");
    expect(repo.trust.status).toBe("trusted");
    expect(context.lines).toEqual([expect.stringContaining("info: First run")]);
    return repository;
  }

  test("the first run records them, the next one says nothing", async () => {
    using repository = await used();
    const context = contextOf(repository);
    expect((await load(context, "execute")).trust.status).toBe("trusted");
    expect(context.lines).toEqual([]);
  });

  test("a first run with nothing gated records that, and what comes later is a change", async () => {
    using repository = withConfig("{}", { ".cueloop/trust.jsonc": YES });
    await load(contextOf(repository), "execute");
    repository.write({ ".cueloop/config.jsonc": GATE });
    expect((await errorOf(() => load(contextOf(repository), "execute"))).code).toBe("config.trust_changed");
  });

  test("a first use inside a run records nothing", async () => {
    using repository = withConfig(GATE, { ".cueloop/trust.jsonc": YES });
    const context = contextOf(repository);
    await load(context, "execute", { insideRun: { runId: "r", taskId: null } });
    expect(context.lines).toEqual([]);
    await load(context, "execute");
    expect(context.lines.length).toBe(1);
  });

  test("other values are refused with both sides and withheld from edits and reads", async () => {
    using repository = await used();
    repository.write({ ".cueloop/config.jsonc": OTHER_GATE });
    const error = await errorOf(() => load(contextOf(repository), "execute"));
    expect(error.code).toBe("config.trust_changed");
    expect(error.message).toContain('{"enabled":true,"argv":["make","check"]} -> {"enabled":true,"argv":["rm","-r","."]}');
    for (const kind of ["read", "write"] as const) {
      const repo = await load(contextOf(repository), kind);
      expect(repo.trust.status).toBe("changed");
      expect(repo.config.agent.ci_gate.enabled).toBe(false);
      expect(repo.warnings.length).toBe(1);
    }
  });

  test("a change of anything else changes nothing", async () => {
    using repository = await used();
    repository.write({ ".cueloop/config.jsonc": GATE.replace('"phases": 1', '"phases": 3, "model": "m"') });
    expect((await load(contextOf(repository), "execute")).trust.status).toBe("trusted");
  });

  test("a person's yes is recorded, and both contents stay allowed", async () => {
    using repository = await used();
    repository.write({ ".cueloop/config.jsonc": OTHER_GATE });
    const asked: unknown[] = [];
    const askTrust = async (changes: unknown): Promise<boolean> => {
      asked.push(changes);
      return true;
    };
    const repo = await load(contextOf(repository), "execute", { interactive: true, askTrust });
    expect(repo.trust.status).toBe("trusted");
    expect(repo.config.agent.ci_gate.argv).toEqual(["rm", "-r", "."]);
    expect(asked).toEqual([[expect.objectContaining({ key: "agent.ci_gate" })]]);
    for (const config of [GATE, OTHER_GATE]) {
      repository.write({ ".cueloop/config.jsonc": config });
      expect((await load(contextOf(repository), "execute")).trust.status).toBe("trusted");
    }
  });

  test.each([
    ["the answer is no", false, { interactive: true }],
    ["nobody can be asked", true, { interactive: false }],
    ["it is inside a run", true, { interactive: true, insideRun: { runId: "r", taskId: null } }],
  ])("a change is refused when %s", async (_name, answer, where) => {
    const options: Partial<LoadOptions> = { ...where, askTrust: () => Promise.resolve(answer) };
    using repository = await used();
    repository.write({ ".cueloop/config.jsonc": OTHER_GATE });
    expect((await errorOf(() => load(contextOf(repository), "execute", options))).code).toBe("config.trust_changed");
    expect((await load(contextOf(repository), "read")).trust.status).toBe("changed");
  });

  test("another executable of a plugin is a change", async () => {
    const plugin = { ".cueloop/plugins/a/plugin.json": '{ "runner": { "bin": "run.sh" } }', ".cueloop/plugins/a/run.sh": "one" };
    using repository = await used(plugin);
    repository.write({ ".cueloop/plugins/a/run.sh": "two" });
    const error = await errorOf(() => load(contextOf(repository), "execute"));
    expect(error.message).toContain(".cueloop/plugins/a/run.sh");
  });

  test("linked worktrees share it, another clone does not", async () => {
    using repository = await used();
    repository.write({ ".gitignore": ".cueloop/trust.jsonc\n" }).commit();
    for (const [name, make, lines] of [
      ["linked", ["worktree", "add", "--quiet"], 0],
      ["clone", ["clone", "--quiet", "."], 1],
    ] as const) {
      const root = join(repository.base, name);
      repository.git(...make, root);
      await Bun.write(join(root, ".cueloop/trust.jsonc"), YES);
      const context = contextOf(repository, { cwd: root });
      expect((await load(context, "execute")).trust.status).toBe("trusted");
      expect(context.lines.length).toBe(lines);
    }
  });
});

test("an untrusted repository's unusual places and pushes are named before a run", async () => {
  using repository = withConfig('{ "queue": { "file": "/tmp/q.jsonc" }, "agent": { "git_publish_mode": "commit_and_push" } }');
  const { warnings } = await load(contextOf(repository), "execute");
  expect(warnings).toEqual([expect.stringContaining("/tmp/q.jsonc"), expect.stringContaining("commit_and_push")]);
  expect((await load(contextOf(repository), "read")).warnings).toEqual([]);
});

test("values moved into their range and inherited thresholds that do not fit are warned of", async () => {
  using repository = withConfig('{ "queue": { "aging_thresholds": { "warning_days": 20 } }, "loop": { "wait_poll_ms": 1 } }');
  const repo = await load(contextOf(repository), "read");
  expect(repo.config.queue.aging_thresholds).toEqual({ warning_days: 20, stale_days: null, rotten_days: 30 });
  expect(repo.config.loop.wait_poll_ms).toBe(50);
  expect(repo.warnings).toEqual([expect.stringContaining("stale_days"), expect.stringContaining("wait_poll_ms")]);
});

test("the removed cursor_bin is named where it could matter", async () => {
  using repository = withConfig('{ "agent": { "cursor_bin": "x" }, "profiles": { "a": { "cursor_bin": "y" } } }');
  expect((await load(contextOf(repository), "show")).warnings).toEqual([
    expect.stringContaining("`agent.cursor_bin`"),
    expect.stringContaining("`profiles.a.cursor_bin`"),
  ]);
  expect((await load(contextOf(repository), "read")).warnings).toEqual([]);
});
