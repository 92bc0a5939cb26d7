import { expect, test } from "bun:test";
import { join } from "node:path";
import { statuses } from "../support/books.ts";
import { Claude } from "../support/claude.ts";
import { executable, Repository, task } from "../support/repository.ts";
import { Terminal, type TerminalOptions } from "../support/terminal.ts";

const PATIENCE_MS = 60_000;
const ENTER = "\r";
const GATE = { enabled: true, argv: ["sh", "test.sh"] };
/** Fails as soon as a file of the agent's says bad. */
const TEST = "echo checking\n! grep -l bad ./*.txt\n";

/** A project as it was before CueLoop came, with an agent on the path. */
class Project extends Repository {
  readonly claude = new Claude(this);

  constructor() {
    super();
    this.write({ "package.json": '{"name": "shop", "scripts": {"test": "sh test.sh"}}\n', "bun.lock": "", "test.sh": TEST });
    this.write({ ".gitignore": "node_modules/\n" }).commit("Start");
  }

  override get env(): Record<string, string> {
    return { ...super.env, PATH: `${join(this.base, "bin")}:${process.env["PATH"]}` };
  }

  terminal(line: string, options: TerminalOptions = {}): Terminal {
    return new Terminal(this, [executable, ...line.split(" ")], options);
  }

  /** As `init` leaves it, with tasks of these titles; one phase a task unless said otherwise. */
  prepared(titles: readonly string[], phases = 1): this {
    const agent = { runner: "claude", model: "sonnet", phases, ci_gate: GATE, git_publish_mode: "commit" };
    const ignored = ["cache/", "logs/", "lock/", "trust.jsonc"].map((name) => `.cueloop/${name}\n`).join("");
    this.write({
      ".cueloop/config.jsonc": JSON.stringify({ version: 2, agent }),
      ".cueloop/trust.jsonc": JSON.stringify({ allow_project_commands: true }),
      ".gitignore": `node_modules/\n${ignored}`,
    });
    this.books(titles.map((title, index) => task(`RQ-000${index + 1}`, { title }))).commit("Set up CueLoop");
    return this;
  }

  subjects(): string[] {
    return this.git("log", "--format=%s").trim().split("\n");
  }
}

/** The screen without what differs from run to run. */
function steady(text: string, repo: Repository): string {
  return text
    .replaceAll(repo.root, "ROOT")
    .replace(/─{2,}/g, "──")
    .replace(/\b\d+(\.\d)? s\b/g, "T")
    .replace(/\b(commit|committed) [0-9a-f]{10}\b/g, "$1 HASH")
    .replace(/ {2,}T$/gm, " T");
}

const sortedLines = (text: string) => text.split("\n").filter(Boolean).sort().concat("").join("\n");

test(
  "init finds the agent and the tests, asks four questions, and commits what it wrote",
  async () => {
    using repo = new Project();
    await using terminal = repo.terminal("init");
    for (const question of ["Which agent", "Which command", "Commit each", "Commit these"]) {
      await terminal.shows(new RegExp(`◆ +${question}`));
      terminal.type(ENTER);
    }
    expect(await terminal.ended()).toBe(0);
    const shown = steady(terminal.screen.text, repo).replace(/(?<=Commit these files\?)[^◇]*?(?=\n│ {2}Yes)/, " FILES");
    expect(shown.replace(/(?:^\w+: (?:created|updated) .*\n)+/m, sortedLines)).toMatchSnapshot();
    expect(repo.git("show", "--format=", "--name-only").trim().split("\n").sort()).toEqual([
      ".cueloop/README.md",
      ".cueloop/config.jsonc",
      ".cueloop/done.jsonc",
      ".cueloop/queue.jsonc",
      ".gitignore",
    ]);
    expect(terminal.screen.text.match(/◇/g)).toHaveLength(4);
    expect(terminal.screen.cursorShown).toBe(true);
    expect(repo.subjects()).toEqual(["Set up CueLoop", "Start"]);
    expect(repo.git("status", "--porcelain")).toBe("");
    expect(JSON.parse(repo.read(".cueloop/config.jsonc"))).toMatchObject({
      agent: { runner: "claude", ci_gate: { enabled: true, argv: ["bun", "run", "test"] }, git_publish_mode: "commit" },
    });
  },
  PATIENCE_MS,
);

test(
  "from init to three commits, and a look at what was done",
  async () => {
    using repo = new Project();
    {
      await using init = repo.terminal("init");
      for (const question of ["Which agent", "Which command", "Commit each", "Commit these"]) {
        await init.shows(new RegExp(`◆ +${question}`));
        init.type(ENTER);
      }
      expect(await init.ended()).toBe(0);
    }
    for (const [index, title] of ["Write one", "Write two", "Write three"].entries()) {
      await using add = repo.terminal(`task add ${title}`);
      expect(await add.ended()).toBe(0);
      expect(add.screen.text).toMatch(new RegExp(`^RQ-000${index + 1} +${title}$`));
    }
    await using loop = repo.terminal("run loop");
    const modes = loop.inputModes;
    expect(await loop.ended()).toBe(0);
    expect(loop.inputModes).toBe(modes);
    expect(loop.screen).toMatchObject({ cursorShown: true, alternate: false });
    expect(steady(loop.screen.text, repo)).toMatchSnapshot();
    expect(repo.subjects()).toEqual(["RQ-0003: Write three", "RQ-0002: Write two", "RQ-0001: Write one", "Set up CueLoop", "Start"]);
    expect(repo.git("status", "--porcelain")).toBe("");
    for (const command of ["task diff RQ-0001", "task log RQ-0003", "queue list --include-done"]) {
      await using look = repo.terminal(command);
      expect(await look.ended()).toBe(0);
      const text = steady(look.screen.text, repo).replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC {2}run \S+/g, "WHEN  run ID");
      expect(text).toMatchSnapshot(command);
    }
  },
  PATIENCE_MS,
);

test.each([80, 140])(
  "a run is seen live on %i columns",
  async (columns) => {
    using repo = new Project().prepared(["Write one", "Write two"], 2);
    repo.claude.holdAtWork();
    await using terminal = repo.terminal("run loop", { columns });
    await terminal.shows("[Tool] Write path=RQ-0001.txt");
    await terminal.shows("s stop after this task");
    expect(steady(terminal.screen.visible, repo)).toMatchSnapshot();
    expect(Math.max(...terminal.screen.visible.split("\n").map((line) => Bun.stringWidth(line)))).toBeLessThanOrEqual(columns);
    repo.claude.goOn();
    expect(await terminal.ended()).toBe(0);
    expect(terminal.screen.text).not.toContain("q stop now");
    expect(terminal.screen.text).toContain("Tasks worked: 2.");
  },
  PATIENCE_MS,
);

test.each(["run loop", "run loop --max-turns 2"])(
  "a task that fails its gate for good (%s): what to do next is said, and each of it works",
  async (line) => {
    using repo = new Project().prepared(["Break it", "Write two"]);
    await using terminal = repo.terminal(line, { columns: 100, rows: 40 });
    expect(await terminal.ended()).toBe(1);
    const text = steady(terminal.screen.text, repo);
    expect(text.slice(text.indexOf("Error:"))).toMatchSnapshot();
    expect(text.match(/Error:/g)).toHaveLength(1);
    expect(text).not.toContain("{");

    const next = [...text.matchAll(/^ {2}((?:cueloop|git) .*?) {2,}/gm)].map((match) => match[1] ?? "");
    const results: (readonly [string, number])[] = [];
    for (const line of next) {
      const run = await repo.run(["sh", "-c", line.replace(/^cueloop/, `"${executable}"`)]);
      results.push([line, run.code]);
    }
    expect(results).toEqual([
      ["cueloop task diff RQ-0001", 0],
      ["cueloop gate", 1],
      ["cueloop run resume", 1],
      ["git stash -u -- . ':!.cueloop'", 0],
      ["cueloop task reject RQ-0001", 0],
    ]);
    const again = await repo.cueloop("run", "loop");
    expect(again.code).toBe(0);
    expect(repo.subjects()[0]).toBe("RQ-0002: Write two");
    expect(statuses(repo.done())).toEqual(["RQ-0001 rejected", "RQ-0002 done"]);
  },
  PATIENCE_MS,
);

test(
  "s stops after this task, d shows the changes, l the agent's output",
  async () => {
    using repo = new Project().prepared(["Write one", "Write two"]);
    repo.claude.holdAtWork();
    await using terminal = repo.terminal("run loop");
    await terminal.shows("[Tool] Write path=RQ-0001.txt");
    terminal.type("d");
    await terminal.shows("+good");
    expect(terminal.screen.alternate).toBe(true);
    terminal.type("x");
    await terminal.shows("q stop now");
    terminal.type("l");
    await terminal.shows("any key: back");
    expect(terminal.screen.visible).toContain("\nneed a second row at 80 columns.");
    terminal.type(" ");
    await terminal.shows("q stop now");
    terminal.type("s");
    await terminal.shows("s go on: stopping after this");
    terminal.type("s");
    await terminal.shows("s stop after this task");
    terminal.type("s");
    await terminal.shows("s go on: stopping after this");
    repo.claude.goOn();
    expect(await terminal.ended()).toBe(0);
    expect(terminal.screen.text).toContain("Stopped on request. Tasks worked: 1.");
    expect(repo.subjects()[0]).toBe("RQ-0001: Write one");
    expect(statuses(repo.active())).toEqual(["RQ-0002 todo"]);
  },
  PATIENCE_MS,
);

test.each([
  ["q", "q"],
  ["Ctrl-C", "\x03"],
  ["Ctrl-C twice", "\x03\x03"],
])(
  "%s stops now: the agent is ended, the terminal as it was, and the next run asks and goes on",
  async (_name, keys) => {
    using repo = new Project().prepared(["Write one"]);
    repo.claude.holdAtWork();
    await using terminal = repo.terminal("run loop");
    const modes = terminal.inputModes;
    await terminal.shows("[Tool] Write path=RQ-0001.txt");
    terminal.type(keys);
    expect(await terminal.ended()).toBe(1);
    expect(terminal.inputModes).toBe(modes);
    expect(terminal.screen).toMatchObject({ cursorShown: true, alternate: false });
    expect(terminal.screen.text).toContain("was interrupted while it worked on RQ-0001");
    expect(terminal.screen.text).not.toContain("q stop now");
    expect(repo.has(".cueloop/lock")).toBe(false);
    repo.claude.goOn();
    await using again = repo.terminal("run loop");
    await again.shows("What becomes of RQ-0001?");
    again.type("\r");
    expect(await again.ended()).toBe(0);
    expect(repo.subjects()[0]).toBe("RQ-0001: Write one");
  },
  PATIENCE_MS,
);

test(
  "an agent that does not stop: the footer says what q does now",
  async () => {
    using repo = new Project().prepared(["Stubborn work"]);
    repo.claude.holdAtWork();
    await using terminal = repo.terminal("run loop");
    await terminal.shows("[Tool] Write path=RQ-0001.txt");
    terminal.type("q");
    await terminal.shows("stopping now; q again does not wait for the agent");
    terminal.type("q");
    expect(await terminal.ended()).toBe(1);
    expect(terminal.screen.text).not.toContain("stopping now");
    expect(repo.has(".cueloop/lock")).toBe(false);
  },
  PATIENCE_MS,
);

test(
  "a terminal that is resized keeps one footer",
  async () => {
    using repo = new Project().prepared(["Write one"]);
    repo.claude.holdAtWork();
    await using terminal = repo.terminal("run loop", { columns: 100 });
    await terminal.shows("[Tool] Write path=RQ-0001.txt");
    terminal.resize(140, 30);
    await terminal.shows(new RegExp(`^── RQ-0001 Write one ─.*${"─".repeat(60)}`, "m"));
    expect(terminal.screen.visible.match(/q stop now/g)).toHaveLength(1);
    repo.claude.goOn();
    expect(await terminal.ended()).toBe(0);
  },
  PATIENCE_MS,
);

test.each([
  ["NO_COLOR", "run loop", { NO_COLOR: "1" }],
  ["--no-color", "run loop --no-color", {}],
])(
  "%s: no colour, the same view",
  async (_name, line, env) => {
    using repo = new Project().prepared(["Write one"]);
    await using terminal = repo.terminal(line, { env });
    expect(await terminal.ended()).toBe(0);
    expect(terminal.screen.styled).toBe(false);
    expect(terminal.screen.text).toContain("gate passed");
  },
  PATIENCE_MS,
);

test(
  "--no-progress: plain lines, no keys, nothing redrawn",
  async () => {
    using repo = new Project().prepared(["Write one"]);
    await using terminal = repo.terminal("run loop --no-progress");
    const modes = terminal.inputModes;
    await terminal.shows("RQ-0001  Write one");
    expect(terminal.inputModes).toBe(modes);
    expect(await terminal.ended()).toBe(0);
    expect(terminal.screen.text).not.toContain("q stop now");
  },
  PATIENCE_MS,
);

test(
  "a pipe that is closed early does not end the loop",
  async () => {
    using repo = new Project().prepared(["Write one", "Write two"]);
    const run = await repo.run(["bash", "-c", `"${executable}" run loop | head -1; echo "\${PIPESTATUS[0]}"`]);
    expect(run.stdout).toMatch(/\n0\n$/);
    expect(repo.subjects().slice(0, 2)).toEqual(["RQ-0002: Write two", "RQ-0001: Write one"]);
    expect(repo.git("status", "--porcelain")).toBe("");
  },
  PATIENCE_MS,
);
