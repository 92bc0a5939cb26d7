import { describe, expect, test } from "bun:test";
import { withCode } from "../support/code.ts";
import { Repository } from "../support/repository.ts";

interface Case {
  readonly what: string;
  readonly config: string;
  readonly files?: Readonly<Record<string, string>>;
  /** `file:line:column` behind the repository's root. */
  readonly place: string;
  readonly says: readonly string[];
}

/** Nothing of the program's own may be in what the user reads. */
const OURS = /\$bunfs|__cueloopUser|blob:|user:\/|src\/runtime|\bat (?:async )?(?:exportedBy|evaluate|withinLimit|guarded)\b/;

const EVALUATED: readonly Case[] = [
  {
    what: "a throw at the top level",
    config: "const limit = 3;\n\nif (limit > 2) throw new RangeError('limit ' + limit + ' is too high');\nexport default {};\n",
    place: "cueloop.config.ts:3:",
    says: ["RangeError: limit 3 is too high", "> 3 | if (limit > 2) throw"],
  },
  {
    what: "a throw in a function of another file",
    config:
      'import { settings } from "./lib/settings";\ninterface A { a: number }\n\nexport default async () => {\n  const a: A = { a: 1 };\n  await Bun.sleep(1);\n  return settings(a.a);\n};\n',
    files: {
      "lib/settings.ts":
        "type N = number;\n\n// a comment\nexport function settings(n: N): object {\n  throw new TypeError('no settings for ' + n);\n}\n",
    },
    place: "lib/settings.ts:5:",
    says: ["TypeError: no settings for 1", "> 5 |   throw new TypeError('no settings for ' + n);", "cueloop.config.ts:7:"],
  },
  {
    what: "something thrown that is no error",
    config: 'export default () => {\n  throw { reason: "because" };\n};\n',
    place: "cueloop.config.ts",
    says: ["because"],
  },
  {
    what: "process.exit",
    config: "export default () => {\n  process.exit(0);\n};\n",
    place: "cueloop.config.ts:2:",
    says: ["process.exit() is not for configuration"],
  },
  {
    what: "process.exit that is looked for elsewhere",
    config: "export default () => {\n  globalThis.process.exit(0);\n};\n",
    place: "cueloop.config.ts:2:",
    says: ["process.exit() is not for configuration"],
  },
  ...["await import(path())", "require(path())"].map((load) => ({
    what: `a path that is computed: ${load}`,
    config: `const path = () => ["./", "extra.ts"].join("");\n${load};\nexport default {};\n`,
    files: { "extra.ts": 'console.log("EXTRA");\n' },
    place: "cueloop.config.ts",
    says: ["`./extra.ts` cannot be imported: the path is computed"],
  })),
  { what: "no default export", config: "export const config = {};\n", place: "cueloop.config.ts", says: ["there is no default export"] },
  { what: "a list", config: "export default [];\n", place: "cueloop.config.ts", says: ["must be an object"] },
  {
    what: "nothing returned",
    config: "export default () => {};\n",
    place: "cueloop.config.ts",
    says: ["must be an object, found nothing"],
  },
  {
    what: "an unknown key",
    config: "export default {\n  agent: {\n    phasess: 2,\n  },\n};\n",
    place: "cueloop.config.ts:3:5",
    says: ["`agent.phasess`", "unknown key", "Did you mean `phases`?", "> 3 |     phasess: 2,\n    |     ^"],
  },
  {
    what: "an unknown top-level key",
    config: "export default {\n  hook: {},\n};\n",
    place: "cueloop.config.ts:2:3",
    says: ["`hook`", "Did you mean `hooks`?"],
  },
  {
    what: "a value of the wrong type",
    config: 'export default {\n  agent: { phases: "two" },\n};\n',
    place: "cueloop.config.ts:2:12",
    says: ["`agent.phases`", 'must be a number, found "two"'],
  },
  {
    what: "a value out of range",
    config: "export default {\n  agent: { phases: 9 },\n};\n",
    place: "cueloop.config.ts:2:12",
    says: ["`agent.phases` is 9, must be 1 to 3", "> 2 |   agent: { phases: 9 },"],
  },
  {
    what: "a function among settings",
    config: 'export default {\n  agent: {\n    model: () => "x",\n  },\n};\n',
    place: "cueloop.config.ts:3:5",
    says: ["`agent.model`", "is a function", "Functions stand in hooks"],
  },
  {
    what: "a date in a plugin's settings",
    config: "export default {\n  plugins: { plugins: { a: { config: { at: new Date(0) } } } },\n};\n",
    place: "cueloop.config.ts:2:",
    says: ["is a Date"],
  },
  {
    what: "a getter that throws",
    config: 'export default {\n  get agent() {\n    throw new RangeError("no agent");\n  },\n};\n',
    place: "cueloop.config.ts:3:",
    says: ["RangeError: no agent", "> 3 |     throw new RangeError"],
  },
  {
    what: "a proxy that throws",
    config: 'export default {\n  hooks: new Proxy({}, {\n    ownKeys() { throw new RangeError("no keys"); },\n  }),\n};\n',
    place: "cueloop.config.ts:3:",
    says: ["RangeError: no keys"],
  },
  {
    what: "an error whose stack is no text",
    config: 'export default () => {\n  throw Object.assign(new Error("odd"), { stack: {} });\n};\n',
    place: "cueloop.config.ts",
    says: ["odd"],
  },
  {
    what: "a hole in a list",
    config: 'export default {\n  agent: { instruction_files: ["a", , "b"] },\n};\n',
    place: "cueloop.config.ts:2:12",
    says: ["`agent.instruction_files[1]`", "is missing"],
  },
  {
    what: "a number that is none",
    config: "export default {\n  agent: { phases: Number.NaN },\n};\n",
    place: "cueloop.config.ts:2:12",
    says: ["`agent.phases`", "must be a number, found NaN"],
  },
  {
    what: "a description that has no form in JSON",
    config: "export default {\n  commands: { x: { description: 5n, run() {} } },\n};\n",
    place: "cueloop.config.ts:2:",
    says: ["`commands.x.description`", "must be text, found 5n"],
  },
  {
    what: "the version of a file",
    config: "export default {\n  version: 2,\n};\n",
    place: "cueloop.config.ts:2:3",
    says: ["`version`", "unknown key"],
  },
  {
    what: "a hook that does not exist",
    config: "export default {\n  hooks: {\n    beforeTasks() {},\n  },\n};\n",
    place: "cueloop.config.ts:3:5",
    says: ["`hooks.beforeTasks`", "Did you mean `beforeTask`?"],
  },
  {
    what: "a hook that is no function",
    config: "export default {\n  hooks: { gate: true },\n};\n",
    place: "cueloop.config.ts:2:12",
    says: ["`hooks.gate`", "it must be a function"],
  },
  {
    what: "a hook in a list of hook objects",
    config: "export default {\n  hooks: [{}, { gates: () => ({ ok: true }) }],\n};\n",
    place: "cueloop.config.ts:2:",
    says: ["`hooks[1].gates`", "Did you mean `gate`?"],
  },
  {
    what: "a runner with the name of a built-in one",
    config: "export default {\n  runners: { Claude: { command: () => ({ argv: [] }) } },\n};\n",
    place: "cueloop.config.ts:2:14",
    says: ["`runners.Claude`", "a runner of CueLoop's own"],
  },
  {
    what: "a runner that cannot run",
    config: "export default {\n  runners: { local: { models: [] } },\n};\n",
    place: "cueloop.config.ts:2:14",
    says: ["needs `command` or `run`"],
  },
  {
    what: "a command with the name of a built-in one",
    config: 'export default {\n  commands: { queue: { description: "d", run() {} } },\n};\n',
    place: "cueloop.config.ts:2:15",
    says: ["`commands.queue`", "a command of CueLoop's own"],
  },
  {
    what: "a prompt that does not exist",
    config: "export default {\n  prompts: { worker_phase9: () => '' },\n};\n",
    place: "cueloop.config.ts:2:14",
    says: ["`prompts.worker_phase9`", "unknown key"],
  },
  {
    what: "a pattern without a text",
    config: 'export default {\n  ci_patterns: [{ key: "k", all: [], hint: "h" }],\n};\n',
    place: "cueloop.config.ts:2:",
    says: ["`ci_patterns[0].all`"],
  },
  {
    what: "a reserved profile",
    config: "export default {\n  profiles: { safe: {} },\n};\n",
    place: "cueloop.config.ts:2:15",
    says: ["takes a name that is built in"],
  },
  ...["file", "done_file", "id_prefix", "id_width"].map((key) => ({
    what: `queue.${key}`,
    config: `export default {\n  queue: {\n    ${key}: ${key === "id_width" ? 5 : '"x"'},\n  },\n};\n`,
    place: "cueloop.config.ts:3:5",
    says: [`\`queue.${key}\` cannot be set by code`, "config.jsonc"],
  })),
];

describe("a trusted configuration that fails is told with the user's own place", () => {
  test.each(EVALUATED)("$what", async ({ config, files, place, says }) => {
    using repo = new Repository();
    await withCode(repo, config, files);
    const { code, stdout, stderr } = await repo.cueloop("gate");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(repo.path(place));
    for (const text of says) expect(stderr).toContain(text);
    expect(stderr).not.toMatch(OURS);
  });

  test.each([
    ["an unknown key", "phasess: 2", "`agent.phasess`"],
    ["a value out of range", "phases: 9", "`agent.phases` is 9"],
    ["a file that is missing", 'instruction_files: ["gone.md"]', "gone.md"],
  ])("a command that only shows goes on without it and names the first line of the reason: %s", async (_, setting, said) => {
    using repo = new Repository();
    await withCode(repo, `export default {\n  agent: { ${setting} },\n};\n`);
    const { code, stdout, stderr } = await repo.cueloop("config", "show");
    expect(code).toBe(0);
    expect(stdout).toContain("phases: 3");
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toContain(said);
    expect(stderr).toContain("cueloop.config.ts is not used");
  });

  test.each([
    [
      "a promise it let go",
      'Promise.reject(new RangeError("stray"));\nexport default async () => {\n  await Bun.sleep(5);\n  return {};\n};\n',
    ],
    [
      "a timer",
      'setTimeout(() => { throw new RangeError("stray"); }, 1);\nexport default async () => {\n  await Bun.sleep(20);\n  return {};\n};\n',
    ],
  ])("one that fails in %s is told, and the command goes on", async (_, config) => {
    using repo = new Repository();
    await withCode(repo, config);
    const { code, stdout, stderr } = await repo.cueloop("gate");
    expect([code, stdout]).toEqual([0, expect.stringContaining("No gate is enabled")]);
    expect(stderr).toContain(`${repo.path("cueloop.config.ts")}:1:`);
    expect(stderr).toContain("RangeError: stray");
    expect(stderr).not.toMatch(OURS);
  });

  test("one that never ends is given up after ten seconds", async () => {
    using repo = new Repository();
    await withCode(repo, "export default () => new Promise(() => {});\n");
    const { code, stderr } = await repo.cueloop("gate");
    expect(code).toBe(1);
    expect(stderr).toContain("took longer than 10 s");
  }, 30_000);
});

const UNREADABLE: readonly Case[] = [
  {
    what: "a syntax error",
    config: "const a = 1;\nexport default {\n",
    place: "cueloop.config.ts:",
    says: ["Expected", "| export default {"],
  },
  {
    what: "a syntax error in an imported file",
    config: 'import "./lib/a";\nexport default {};\n',
    files: { "lib/a.ts": "const ok = 1;\nconst = 2;\n" },
    place: "lib/a.ts:2:",
    says: ["> 2 | const = 2;"],
  },
  {
    what: "a missing package",
    config: '\nimport x from "no-such-package";\nexport default { x };\n',
    place: "cueloop.config.ts:2:",
    says: ["`no-such-package` cannot be found", "bun add no-such-package", '> 2 | import x from "no-such-package";'],
  },
  {
    what: "a macro",
    config: 'import { f } from "./m" with { type: "macro" };\nexport default { x: f() };\n',
    files: { "m.ts": "export const f = () => 1;\n" },
    place: "cueloop.config.ts:2:",
    says: ["macro"],
  },
];

describe("a configuration that cannot be read is told with its place, decided or not", () => {
  test.each(UNREADABLE)("$what", async ({ config, files, place, says }) => {
    using repo = new Repository().books([]).write({ "cueloop.config.ts": config, ...files });
    const { code, stderr } = await repo.cueloop("gate");
    expect(code).toBe(1);
    expect(stderr).toContain(repo.path(place));
    for (const text of says) expect(stderr).toContain(text);
    expect(stderr).not.toMatch(OURS);
    const list = await repo.cueloop("queue", "list");
    expect(list.code).toBe(0);
    expect(list.stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(list.stderr).toContain(repo.path(place));
  });
});
