import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { agentCalls, type Script, scriptedAgent } from "../support/agent.ts";
import { savedSession } from "../support/interrupted.ts";
import { executable, Repository, task } from "../support/repository.ts";
import { Terminal } from "../support/terminal.ts";

setDefaultTimeout(60_000);

const SESSION = ".cueloop/cache/session.jsonc";
const QUARANTINE = ".cueloop/cache/session-quarantine";
const RIGHT = { write: "work.txt", text: "right\n" };
const WRONG = { write: "work.txt", text: "wrong\n" };

function repositoryWith(script: Script, agent: Readonly<Record<string, unknown>> = {}, status = "todo"): Repository {
  const repo = new Repository();
  scriptedAgent(repo, script, { agent: { git_publish_mode: "commit", ...agent } });
  repo
    .books([task("RQ-0001", { status })])
    .write({ "work.txt": "before\n" })
    .commit("start");
  return repo;
}

const OLD = new Date(Date.now() - 30 * 3_600_000).toISOString().replace("Z", "000000Z");
const [UP, DOWN, ENTER, CTRL_C] = ["\x1b[A", "\x1b[B", "\r", "\x03"];

/** What the session is, what is typed, the exit code, what is said, and whether the session file is still there. */
const resumeQuestions: readonly [string, string, string, string, 0 | 1, string, boolean][] = [
  ["interrupted", savedSession(), "go on", ENTER, 0, "Resume: going on with RQ-0001, as you said.", false],
  ["interrupted", savedSession(), "afresh", DOWN + ENTER, 0, "Resume: not going on with RQ-0001, as you said.", false],
  ["interrupted", savedSession(), "Ctrl-C", CTRL_C, 1, "", true],
  ["old", savedSession({ last_updated_at: OLD }), "go on", UP + ENTER, 0, "Resume: going on with RQ-0001, 30 h old, as you said.", false],
  ["old", savedSession({ last_updated_at: OLD }), "afresh", ENTER, 0, "Resume: not going on with RQ-0001, as you said.", false],
  ["old", savedSession({ last_updated_at: OLD }), "Ctrl-C", CTRL_C, 1, "", true],
  ["unreadable", "{ oh", "afresh", UP + ENTER, 0, "the saved session cannot be read, so this is a fresh start.", false],
  ["unreadable", "{ oh", "nothing", ENTER, 1, "the saved session cannot be read; nothing was started.", false],
  ["unreadable", "{ oh", "Ctrl-C", CTRL_C, 1, "", true],
];

test.each(resumeQuestions)("asked about a session that is %s", async (kind, session, answer, keys, code, said, kept) => {
  using repo = repositoryWith([[RIGHT]], {}, "doing");
  repo.write({ [SESSION]: session });
  await using terminal = new Terminal(repo, [executable, "run", "one"], { columns: 150, rows: 40 });
  await terminal.shows(kind === "unreadable" ? "Start nothing" : "Start it afresh");
  terminal.type(keys);
  expect([answer, await terminal.ended()]).toEqual([answer, code]);
  expect(terminal.screen.text).toContain(said);
  expect([agentCalls(repo).length, repo.has(SESSION)]).toEqual([code === 0 ? 1 : 0, kept]);
  expect(existsSync(repo.path(QUARANTINE))).toBe(kind === "unreadable" && !kept);
  expect(repo.has(".cueloop/lock")).toBeFalse();
});

const PLAN = { write: ".cueloop/cache/plans/RQ-0001.md", text: "plan\n" };
const turns = (count: number) => Array.from({ length: count }, () => [WRONG]);

interface Site {
  readonly asks: string;
  /** The agent's turns up to the question, and those of an agent that does better then. */
  readonly before: Script;
  readonly after: Script;
  readonly agent?: Readonly<Record<string, unknown>>;
  readonly gate?: string;
}

const RED = "#!/bin/sh\ngrep -q right work.txt && exit\n";
const sites: Readonly<Record<string, Site>> = {
  "a single pass": { asks: "the agent failed.", before: [[WRONG, { exit: 3 }]], after: [[RIGHT]] },
  planning: {
    asks: "the agent failed while planning.",
    before: [[WRONG, { exit: 3 }]],
    after: [[PLAN, { write: "work.txt", text: "before\n" }], [RIGHT]],
    agent: { phases: 2 },
  },
  "an implementation": {
    asks: "the agent failed in the implementation.",
    before: [[PLAN], [WRONG, { exit: 3 }]],
    after: [[RIGHT]],
    agent: { phases: 2 },
  },
  "a planning that changed files": {
    asks: "planning changed files.",
    before: [[PLAN, WRONG]],
    after: [[{ write: "work.txt", text: "before\n" }], [RIGHT]],
    agent: { phases: 2 },
  },
  "a gate that stays red": { asks: "the gate fails.", before: turns(11), after: [[RIGHT]], gate: `${RED}exit 1\n` },
  "the same failure of a gate": {
    asks: "the same failure of the gate comes again and again.",
    before: turns(3),
    after: [[RIGHT]],
    gate: `${RED}echo 'lint failed' >&2\nexit 1\n`,
  },
};

/** What is typed, and what becomes of the task. */
const answers = [
  ["Enter", ENTER, "kept"],
  ["1", `1${ENTER}`, "kept"],
  ["undo", `2${ENTER}`, "undone"],
  ["a message, asked for", `3${ENTER}do it right${ENTER}`, "continued"],
  ["no message after all", `3${ENTER}${ENTER}`, "kept"],
  ["a message at once", `do it right${ENTER}`, "continued"],
  ["Ctrl-C", CTRL_C, "kept"],
] as const;

test.each(Object.keys(sites).flatMap((site) => answers.map(([answer, keys, becomes]) => [site, answer, keys, becomes] as const)))(
  "asked about %s, the answer is %s",
  async (name, _answer, keys, becomes) => {
    const site = sites[name];
    if (site === undefined) throw new Error("no such site");
    const ci_gate = site.gate === undefined ? {} : { ci_gate: { enabled: true, argv: ["./gate.sh"] } };
    using repo = repositoryWith([...site.before, ...site.after], { ...site.agent, ...ci_gate });
    if (site.gate !== undefined) repo.write({ "gate.sh": site.gate }).commit("gate");
    await using terminal = new Terminal(repo, [executable, "run", "one", "--no-progress"], { columns: 200, rows: 150 });
    await terminal.shows(`RQ-0001: ${site.asks} What now?`);
    terminal.type(keys);
    expect(await terminal.ended()).toBe(becomes === "continued" ? 0 : 1);
    const calls = agentCalls(repo);
    expect(calls).toHaveLength(site.before.length + (becomes === "continued" ? site.after.length : 0));
    const refs = repo.git("for-each-ref", "--format=%(refname)", "refs/cueloop/undone/RQ-0001/").trim();
    expect(refs !== "").toBe(becomes === "undone");
    if (becomes === "continued") expect(calls[site.before.length]?.prompt).toContain("do it right");
    const [file, status] = { kept: ["wrong\n", "doing"], undone: ["before\n", "todo"], continued: ["right\n", "done"] }[becomes];
    expect(repo.read("work.txt")).toBe(file ?? "");
    expect([...repo.active(), ...repo.done()]).toMatchObject([{ id: "RQ-0001", status }]);
    expect(repo.has(SESSION)).toBe(becomes === "kept");
  },
);

const LATER = "2999-01-01T08:00:00Z";

/** Each way a wait ends: flags, what is done, the exit code and what is said. */
const ends: readonly [string, readonly string[], (repo: Repository, terminal: Terminal) => unknown, 0 | 1, string][] = [
  ["a task that can be run", ["--max-tasks", "1"], (repo) => repo.books([task("RQ-0001")]), 0, "Tasks worked: 1."],
  ["the last candidate goes", [], (repo) => repo.books([]), 0, "Nothing is left to do."],
  ["the time is over", ["--wait-timeout-seconds", "1"], () => undefined, 0, "Nothing became runnable within 1 s."],
  ["queue stop", [], (repo) => repo.cueloop("queue", "stop"), 0, "Stopped on request."],
  ["the key s", [], (_repo, terminal) => terminal.type("s"), 0, "Stopped on request."],
  ["the key q", [], (_repo, terminal) => terminal.type("q"), 1, "interrupted"],
  ["Ctrl-C", [], (_repo, terminal) => terminal.type(CTRL_C), 1, "interrupted"],
];

test.each(ends)("a wait on a terminal is ended by %s", async (_name, flags, act, code, said) => {
  using repo = repositoryWith([[RIGHT]]);
  repo.books([task("RQ-0001", { scheduled_start: LATER })]).commit("later");
  const argv = [executable, "run", "loop", "--wait-when-blocked", "--wait-poll-ms", "600000", ...flags];
  await using terminal = new Terminal(repo, argv, { columns: 120, rows: 20 });
  await terminal.shows("every candidate is scheduled for later");
  await act(repo, terminal);
  expect(await terminal.ended()).toBe(code);
  expect(terminal.screen.text).toContain(said);
  expect([repo.has(".cueloop/lock"), repo.has(".cueloop/cache/stop_requested")]).toEqual([false, false]);
});
