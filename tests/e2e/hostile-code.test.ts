import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { registry } from "../../src/commands/registry.ts";
import { scriptedAgent } from "../support/agent.ts";
import { allowCode, cueloopWith, digestOf, trustDirectory, withCode } from "../support/code.ts";
import { executable, Repository, task } from "../support/repository.ts";
import { onTerminal } from "../support/terminal.ts";

/** Where hostile code leaves its mark: beside the repository. */
const markOf = (repo: Repository) => join(repo.base, "mark");

/** Code that leaves the mark as soon as it runs. */
function evil(repo: Repository, more = "export default {};\n"): string {
  return `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(markOf(repo))}, "");\n${more}`;
}

const GOOD = "export default {};\n";

/** Arguments that let each command get as far as it can. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  __complete: ["--", "run", "one", "--profile", ""],
  completions: ["bash"],
  "config profiles show": ["safe"],
  "queue explain": ["RQ-0001"],
  "queue show": ["RQ-0001"],
  "run parallel retry": ["--task", "RQ-0001"],
  "task add": ["Something"],
  "task diff": ["RQ-0001"],
  "task done": ["RQ-0001"],
  "task log": ["RQ-0001"],
  "task ready": ["RQ-0001"],
  "task reject": ["RQ-0001"],
  "task rejected": ["RQ-0001"],
  "task show": ["RQ-0001"],
  "task details": ["RQ-0001"],
  "task start": ["RQ-0001"],
  "task status": ["doing", "RQ-0001"],
  "worktree recover": ["RQ-0001"],
};
/** Lines that name no command of the program's own. */
const OTHERS = ["", "--help", "--version", "mine", "mine --help", "mine --fix", "__complete -- mi", "__complete -- mine --"];
const COMMANDS = [
  ...Object.keys(registry)
    .filter((path) => path !== "demo" && path !== "config trust allow")
    .map((path) => [...path.split(" "), ...(ARGUMENTS[path] ?? [])]),
  ...OTHERS.map((line) => line.split(" ").filter((word) => word !== "")),
];

/** Every command, and no mark after any of them. */
async function expectHarmless(repo: Repository, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const marked: string[] = [];
  for (const args of COMMANDS) {
    await cueloopWith(repo, env, ...args);
    if (existsSync(markOf(repo))) marked.push(args.join(" "));
    if (marked.length > 0) break;
  }
  expect(marked).toEqual([]);
}

describe("a clone whose code nobody agreed to leaves no mark, whatever is typed:", () => {
  test("a preload of bunfig.toml, variables of .env, settings, a trust file that came along, git hooks", async () => {
    using repo = new Repository();
    const shell = `#!/bin/sh\n: > '${markOf(repo)}'\n`;
    repo.books([task("RQ-0001")]).write({
      "bunfig.toml": 'preload = ["./evil.ts"]\n[run]\npreload = ["./evil.ts"]\n[test]\npreload = ["./evil.ts"]\n',
      "evil.ts": evil(repo),
      "evil.sh": shell,
      "cueloop.config.ts": evil(repo),
      ".env": `BUN_OPTIONS=--preload=${repo.path("evil.ts")}\nNODE_OPTIONS=--require=${repo.path("evil.ts")}\nCUELOOP_TRUST_DIGEST=x\n`,
      ".cueloop/config.jsonc": JSON.stringify({
        agent: { claude_bin: "./evil.sh", runner: "claude", ci_gate: { enabled: true, argv: ["./evil.sh"] } },
      }),
      ".cueloop/trust.jsonc": '{ "allow_project_commands": true }',
    });
    repo.write({ ".env": `CUELOOP_TRUST_DIGEST=${await digestOf(repo)}\nBUN_OPTIONS=--preload=${repo.path("evil.ts")}\n` });
    repo.commit();
    for (const hook of ["post-checkout", "post-commit", "pre-commit", "post-merge", "reference-transaction", "fsmonitor-watchman"]) {
      repo.write({ [`.githooks/${hook}`]: shell, [`hooks/${hook}`]: shell });
    }
    await expectHarmless(repo);
  }, 120_000);

  test.each<[string, (repo: Repository) => Record<string, string>]>([
    [
      "an import macro in the configuration",
      (repo) => ({
        "cueloop.config.ts": 'import { f } from "./m" with { type: "macro" };\nexport default { x: f() };\n',
        "m.ts": evil(repo, "export const f = () => 1;\n"),
      }),
    ],
    [
      "an import macro in a file it imports",
      (repo) => ({
        "cueloop.config.ts": 'import { a } from "./a";\nexport default { a };\n',
        "a.ts": 'import { f } from "./m" with { type: "macro" };\nexport const a = f();\n',
        "m.ts": evil(repo, "export const f = () => 1;\n"),
      }),
    ],
    [
      "an import macro in a package",
      (repo) => ({
        "cueloop.config.ts": 'import { a } from "dep";\nexport default { a };\n',
        "node_modules/dep/package.json": '{ "name": "dep", "main": "a.ts" }',
        "node_modules/dep/a.ts": 'import { f } from "./m.ts" with { type: "macro" };\nexport const a = f();\n',
        "node_modules/dep/m.ts": evil(repo, "export const f = () => 1;\n"),
      }),
    ],
    [
      "a package that says it is a macro",
      (repo) => ({
        "cueloop.config.ts": 'import { f } from "dep";\nexport default { x: f() };\n',
        "node_modules/dep/package.json":
          '{ "name": "dep", "main": "m.ts", "exports": { ".": { "macro": "./m.ts", "default": "./m.ts" } } }',
        "node_modules/dep/m.ts": evil(repo, "export const f = () => 1;\n"),
      }),
    ],
    [
      "a bundler plugin of bunfig.toml",
      (repo) => ({
        "cueloop.config.ts": GOOD,
        "bunfig.toml": '[serve.static]\nplugins = ["./evil.ts"]\n[bundle]\nplugins = ["./evil.ts"]\n',
        "evil.ts": evil(repo),
      }),
    ],
  ])(
    "%s",
    async (_, files) => {
      using repo = new Repository().books([task("RQ-0001")]);
      repo.write(files(repo));
      await expectHarmless(repo);
    },
    120_000,
  );

  test("a link out of the repository, agreed to or not", async () => {
    using repo = new Repository().books([]);
    writeFileSync(join(repo.base, "outside.ts"), evil(repo));
    repo.write({ "cueloop.config.ts": 'import "./link";\nexport default {};\n' });
    symlinkSync(join(repo.base, "outside.ts"), repo.path("link.ts"));
    const gate = await repo.cueloop("gate");
    expect([gate.code, gate.stderr]).toEqual([1, expect.stringContaining("outside")]);
    const allowed = await repo.cueloop("config", "trust", "allow", "--digest", `sha256:${"0".repeat(64)}`);
    expect(allowed.code).toBe(1);
    expect(existsSync(markOf(repo))).toBe(false);
  });

  test("a no on the terminal", async () => {
    using repo = new Repository().books([]);
    repo.write({ "cueloop.config.ts": evil(repo) });
    const seen = await onTerminal(repo, [executable, "gate"], "Run it, now", "n");
    expect(seen.code).toBe(1);
    expect(existsSync(markOf(repo))).toBe(false);
  });

  test("a yes on the terminal runs it: the mark can appear", async () => {
    using repo = new Repository().books([]);
    repo.write({ "cueloop.config.ts": evil(repo) });
    const seen = await onTerminal(repo, [executable, "gate"], "Run it, now", "y");
    expect(seen.code).toBe(0);
    expect(existsSync(markOf(repo))).toBe(true);
  });
});

describe("after a yes, what changes needs another:", () => {
  const FILES = {
    "cueloop.config.ts":
      'import { a } from "./a";\nimport { b } from "@lib/b";\nimport { c } from "#c";\nimport d from "dep";\nimport data from "./data.json";\nexport default { agent: { phases: [a, b, c, d, data.x].length > 4 ? 2 : 1 } };\n',
    "a.ts": "export const a = 1;\n",
    "lib/b.ts": "export const b = 1;\n",
    "c.ts": "export const c = 1;\n",
    "data.json": '{ "x": 1 }',
    "package.json": '{ "name": "repo", "imports": { "#c": "./c.ts" } }',
    "tsconfig.json": '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
    "node_modules/dep/package.json": '{ "name": "dep", "main": "index.js" }',
    "node_modules/dep/index.js": "module.exports = 1;\n",
  };

  test.each<[string, (repo: Repository) => Record<string, string>]>([
    ["the configuration", (repo) => ({ "cueloop.config.ts": evil(repo) })],
    ["an imported file", (repo) => ({ "a.ts": evil(repo, "export const a = 1;\n") })],
    [
      "a file of node_modules",
      (repo) => ({
        "node_modules/dep/index.js": `require("node:fs").writeFileSync(${JSON.stringify(markOf(repo))}, "");\nmodule.exports = 1;\n`,
      }),
    ],
    [
      "an alias of the tsconfig",
      (repo) => ({
        "evil/b.ts": evil(repo, "export const b = 1;\n"),
        "tsconfig.json": '{ "compilerOptions": { "paths": { "@lib/*": ["./evil/*"] } } }',
      }),
    ],
    [
      "an import of the package.json",
      (repo) => ({
        "evil.ts": evil(repo, "export const c = 1;\n"),
        "package.json": '{ "name": "repo", "imports": { "#c": "./evil.ts" } }',
      }),
    ],
    [
      "the main file of a package",
      (repo) => ({
        "node_modules/dep/evil.js": `require("node:fs").writeFileSync(${JSON.stringify(markOf(repo))}, "");\n`,
        "node_modules/dep/package.json": '{ "main": "evil.js" }',
      }),
    ],
    [
      "a file that shadows an imported one",
      (repo) => ({ "a.tsx": evil(repo, "export const a = 1;\n"), "a.ts": "export const a = 1;\n", "a/index.ts": evil(repo) }),
    ],
    [
      "a package nearer by",
      (repo) => ({ "node_modules/dep/index.mjs": evil(repo), "node_modules/dep/package.json": '{ "exports": "./index.mjs" }' }),
    ],
  ])(
    "%s",
    async (what, change) => {
      using repo = new Repository();
      await withCode(repo, FILES["cueloop.config.ts"], FILES);
      expect((await repo.cueloop("gate")).code).toBe(0);
      repo.write(change(repo));
      const gate = await repo.cueloop("gate");
      // Whichever of two files the bundler takes, what it takes is what was agreed to.
      if (what !== "a file that shadows an imported one")
        expect([gate.code, gate.stderr]).toEqual([1, expect.stringContaining("cueloop.config.ts is changed")]);
      expect(existsSync(markOf(repo))).toBe(false);
      await expectHarmless(repo);
    },
    120_000,
  );

  test("an edit between the reading and the running: what runs is what was read", async () => {
    using repo = new Repository();
    await withCode(repo, 'import { a } from "./a";\nexport default { agent: { phases: a } };\n', { "a.ts": "export const a = 2;\n" });
    const flipper = `
import { renameSync, writeFileSync } from "node:fs";
const [file, good, bad] = [${JSON.stringify(repo.path("a.ts"))}, "export const a = 2;\\n", ${JSON.stringify(evil(repo, "export const a = 2;\n"))}];
for (;;) for (const text of [good, bad]) { writeFileSync(file + ".new", text); renameSync(file + ".new", file); }
`;
    writeFileSync(join(repo.base, "flip.ts"), flipper);
    const flip = repo.start(["bun", join(repo.base, "flip.ts")]);
    const codes = new Set<number>();
    for (let round = 0; round < 25; round += 1) codes.add((await repo.cueloop("gate")).code);
    flip.kill("SIGKILL");
    await flip.exited;
    expect([...codes].every((code) => code === 0 || code === 1)).toBe(true);
    expect(existsSync(markOf(repo))).toBe(false);
  }, 120_000);
});

describe("a record of decisions in the tree", () => {
  test("is none", async () => {
    using repo = new Repository().books([]);
    repo.write({ "cueloop.config.ts": evil(repo) });
    const digest = await digestOf(repo);
    using other = new Repository().books([]);
    other.write({ "cueloop.config.ts": evil(repo) });
    await allowCode(other);
    for (const name of readdirSync(trustDirectory(other))) {
      if (!name.endsWith(".json")) continue;
      const text = readFileSync(join(trustDirectory(other), name), "utf8");
      for (const place of [
        ".cueloop/trust.json",
        `.cueloop/trust/${name}`,
        `.local/state/cueloop/trust/${name}`,
        ".cueloop/cache/trust.json",
      ])
        repo.write({ [place]: text });
    }
    expect(await digestOf(other)).toBe(digest);
    repo.commit();
    await expectHarmless(repo);
    await expectHarmless(repo, { XDG_STATE_HOME: ".local/state" });
  }, 120_000);
});

/** A run whose agent does these things, in a repository with trusted code. */
async function runWith(
  config: (repo: Repository) => string,
  steps: (repo: Repository) => Parameters<typeof scriptedAgent>[1],
): Promise<Repository> {
  const repo = new Repository();
  scriptedAgent(repo, steps(repo), { agent: { git_publish_mode: "off" } });
  repo.books([task("RQ-0001", { title: "Write the file" })]).write({ "cueloop.config.ts": config(repo) });
  repo.commit("start");
  await allowCode(repo);
  return repo;
}

describe("an agent", () => {
  test("that edits the code during a run changes nothing in the run, and the next process refuses", async () => {
    using repo = await runWith(
      () => GOOD,
      (at) => [
        [
          { write: "cueloop.config.ts", text: evil(at) },
          { run: "cueloop gate; cueloop config show; cueloop queue list" },
          { write: "work.txt", text: "x\n" },
        ],
      ],
    );
    const run = await repo.cueloop("run", "one", "--force");
    expect(run.stderr).toContain("During RQ-0001 somebody changed what cueloop.config.ts consists of (cueloop.config.ts)");
    expect(existsSync(markOf(repo))).toBe(false);
    const gate = await repo.cueloop("gate");
    expect([gate.code, gate.stderr]).toEqual([1, expect.stringContaining("is changed")]);
    expect(existsSync(markOf(repo))).toBe(false);
  });

  test.each<[string, string]>([
    ["directly", "cueloop config trust allow --digest @D"],
    ["by init", "cueloop config trust init"],
    ["without its marks in the environment", 'env -i HOME="$HOME" PATH="$PATH" cueloop config trust allow --digest @D'],
    ["in a session of its own, without its marks", 'env -i HOME="$HOME" PATH="$PATH" setsid --wait cueloop config trust allow --digest @D'],
    [
      "from a worktree of its own",
      'git worktree add -q ../elsewhere && cp cueloop.config.ts ../elsewhere/ && cd ../elsewhere && env -i HOME="$HOME" PATH="$PATH" cueloop config trust allow --digest @D',
    ],
    ["on a terminal it makes", 'env -i HOME="$HOME" PATH="$PATH" bun ../terminal.ts config trust allow'],
    ["at the question of another command", 'env -i HOME="$HOME" PATH="$PATH" bun ../terminal.ts gate'],
    ["by the variable for scripts", "CUELOOP_TRUST_DIGEST=@D cueloop gate || true; CUELOOP_TRUST_DIGEST=@D cueloop config paths"],
    ["by the variable for scripts, without its marks", 'env -i HOME="$HOME" PATH="$PATH" CUELOOP_TRUST_DIGEST=@D cueloop gate'],
  ])("cannot agree in the person's place: %s", async (_, line) => {
    using scratch = new Repository().books([]);
    using repo = await runWith(
      () => GOOD,
      (at) => {
        scratch.write({ "cueloop.config.ts": evil(at) });
        const terminal = `
let text = "";
let done = false;
const child = Bun.spawn(["cueloop", ...Bun.argv.slice(2)], { terminal: { cols: 100, rows: 30, data(terminal, chunk) { text += new TextDecoder().decode(chunk); if (!done && /Trust this code\\?|Run it, now/.test(text)) { done = true; terminal.write("y"); } } } });
console.log(await child.exited, text);
`;
        writeFileSync(join(at.base, "terminal.ts"), terminal);
        return [[{ write: "cueloop.config.ts", text: evil(at) }, { run: "DIGEST_LINE" }, { write: "work.txt", text: "x\n" }]];
      },
    );
    const script = JSON.parse(readFileSync(join(repo.home, "script.json"), "utf8"));
    const typed = line.replaceAll("@D", await digestOf(scratch));
    writeFileSync(
      join(repo.home, "script.json"),
      JSON.stringify(script).replace('"DIGEST_LINE"', JSON.stringify(`${typed} > ../said 2>&1; echo $? >> ../said`)),
    );
    await repo.cueloop("run", "one", "--force");
    expect(readFileSync(join(repo.base, "said"), "utf8")).toMatch(/not by an agent|is changed|inside a run|\(changed\)/);
    expect(existsSync(markOf(repo))).toBe(false);
    expect((await repo.cueloop("config", "paths")).stdout).toContain("(changed)");
  });
});

test("what a process that an agent cut loose from the run agrees to is told, and the run goes on with what it loaded", async () => {
  using scratch = new Repository().books([]);
  using repo = await runWith(
    () => GOOD,
    (at) => {
      scratch.write({ "cueloop.config.ts": evil(at) });
      return [[{ write: "cueloop.config.ts", text: evil(at) }, { run: "sh ../loose.sh" }, { write: "work.txt", text: "x\n" }]];
    },
  );
  const allow = `cueloop config trust allow --digest ${await digestOf(scratch)} > ../said 2>&1; touch ../done`;
  writeFileSync(
    join(repo.base, "loose.sh"),
    `env -i HOME="$HOME" PATH="$PATH" sh -c '(setsid sh -c "${allow}" &)'\nwhile [ ! -e ../done ]; do sleep 0.05; done\n`,
  );
  const run = await repo.cueloop("run", "one", "--force");
  expect(existsSync(markOf(repo))).toBe(false);
  const agreed = (await repo.cueloop("config", "paths")).stdout.includes("(trusted)");
  expect(run.stderr).toContain(agreed ? "somebody agreed to it meanwhile" : "the next asks you first");
});

test("content that was agreed to before a run is not asked about after it", async () => {
  const other = "export default { agent: { phases: 1 } };\n";
  using repo = await runWith(
    () => GOOD,
    () => [
      [
        { write: "cueloop.config.ts", text: other },
        { write: "work.txt", text: "x\n" },
      ],
    ],
  );
  repo.write({ "cueloop.config.ts": other });
  await allowCode(repo);
  repo.write({ "cueloop.config.ts": GOOD });
  const run = await repo.cueloop("run", "one", "--force");
  expect(run.stderr).toContain("the next runs the new content, which you agreed to before");
});

test("an agent in a worktree edits its copy, the checkout's and whatever the run keeps: the code stays what the run began with", async () => {
  using repo = await runWith(
    (at) => `import { appendFileSync } from "node:fs";
export default { hooks: { gate() { appendFileSync(${JSON.stringify(join(at.base, "asked"))}, "x"); return { ok: true }; } } };
`,
    (at) => {
      writeFileSync(join(at.base, "evil.ts"), evil(at));
      const steps = [
        `cp ${join(at.base, "evil.ts")} cueloop.config.ts`,
        `cp ${join(at.base, "evil.ts")} ${at.path("cueloop.config.ts")}`,
        `find ${at.path(".cueloop/cache")} -type f \\( -name '*.ts' -o -name '*.js' \\) -exec cp ${join(at.base, "evil.ts")} {} \\;`,
        `find ${at.path(".cueloop/cache")} -type d -exec cp ${join(at.base, "evil.ts")} {}/cueloop.config.ts \\; -exec cp ${join(at.base, "evil.ts")} {}/bundle.js \\;`,
        'cueloop gate; cueloop config show; cueloop queue list; env -i HOME="$HOME" PATH="$PATH" cueloop gate',
        `cd ${at.root} && cueloop gate`,
      ];
      return [[...steps.map((run) => ({ run })), { write: "work.txt", text: "x\n" }]];
    },
  );
  await repo.cueloop("run", "loop", "--parallel", "1", "--max-tasks", "1");
  expect(existsSync(join(repo.base, "asked"))).toBe(true);
  expect(existsSync(markOf(repo))).toBe(false);
  await expectHarmless(repo);
}, 120_000);
