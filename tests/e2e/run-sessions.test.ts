import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { agentCalls, scriptedAgent } from "../support/agent.ts";
import { savedSession, steadyText } from "../support/interrupted.ts";
import { executable, Repository, task } from "../support/repository.ts";
import { Terminal } from "../support/terminal.ts";

const SESSION = ".cueloop/cache/session.jsonc";
const WORK = { write: "work.txt", text: "work\n" };
const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString().replace("Z", "000000Z");

setDefaultTimeout(30_000);

let repo = new Repository();
afterEach(() => repo[Symbol.dispose]());

/** RQ-0001 is `doing`, as an interrupted run leaves it; RQ-0002 waits. */
function prepare(session: string | null, active: readonly unknown[] = [task("RQ-0001", { status: "doing" }), task("RQ-0002")]): void {
  repo = new Repository();
  scriptedAgent(repo, [[WORK], [{ write: "two.txt", text: "two\n" }]], { agent: { git_publish_mode: "commit" } });
  repo.books(active, [task("RQ-0009", { status: "done", completed_at: "2026-03-02T09:00:00.000000000Z" })]).commit("start");
  if (session !== null) repo.write({ [SESSION]: session });
}

/** Every file of the repository with its content. */
async function everything(): Promise<string> {
  return (
    await repo.run(["sh", "-c", "find . -type f -not -path './.git/*' | sort | xargs sha256sum; git for-each-ref; git status --porcelain"])
  ).stdout;
}

async function previewed(): Promise<Record<string, unknown> | null> {
  const before = await everything();
  const status = await repo.cueloop("run", "status", "--format", "json");
  expect([status.code, status.stderr]).toEqual([0, ""]);
  expect(await everything()).toBe(before);
  const { resume }: { resume: Record<string, unknown> | null } = JSON.parse(status.stdout);
  return resume;
}

interface Row {
  readonly session: string;
  readonly active?: readonly unknown[];
  /** What `run status` foretells, and `run one --resume` then tells: status and reason. */
  readonly resumed: readonly [string, string];
  /** What a start does without `--resume`: its exit code. */
  readonly plain: 0 | 1;
  /** Whether the session file is there after that. */
  readonly kept: boolean;
}

const FRESH = "falling_back_to_fresh_invocation";
const rows: Readonly<Record<string, Row>> = {
  "an older program's, without a sidecar": {
    session: savedSession(),
    resumed: ["resuming_same_session", "session_valid"],
    plain: 1,
    kept: true,
  },
  "another task's, which is todo": {
    session: savedSession({ task_id: "RQ-0002" }),
    resumed: [FRESH, "session_stale"],
    plain: 0,
    kept: false,
  },
  "a done task's": { session: savedSession({ task_id: "RQ-0009" }), resumed: [FRESH, "session_stale"], plain: 0, kept: false },
  "a rejected task's": {
    session: savedSession(),
    active: [task("RQ-0001", { status: "rejected", completed_at: "2026-03-02T09:00:00.000000000Z" }), task("RQ-0002")],
    resumed: [FRESH, "session_stale"],
    plain: 0,
    kept: false,
  },
  "a task's that is nowhere": { session: savedSession({ task_id: "RQ-0404" }), resumed: [FRESH, "session_stale"], plain: 0, kept: false },
  "corrupt JSON": { session: '{"version": 1,', resumed: [FRESH, "session_cache_corrupt"], plain: 1, kept: false },
  "a key that nobody knows": { session: savedSession({ more: 1 }), resumed: [FRESH, "session_cache_corrupt"], plain: 1, kept: false },
  "an unknown version": {
    session: savedSession({ version: 7, more: 1 }),
    resumed: ["resuming_same_session", "session_valid"],
    plain: 1,
    kept: true,
  },
  "a time in the future": {
    session: savedSession({ last_updated_at: hoursAgo(-50) }),
    resumed: ["resuming_same_session", "session_valid"],
    plain: 1,
    kept: true,
  },
  "25 hours old": {
    session: savedSession({ last_updated_at: hoursAgo(25) }),
    resumed: ["refusing_to_resume", "session_timed_out_requires_confirmation"],
    plain: 1,
    kept: true,
  },
};

function rowOf(name: string): Row {
  const row = rows[name];
  if (row === undefined) throw new Error("no such row");
  return row;
}

test.each(Object.keys(rows))("a session that is %s: what a resume does is foretold, and done", async (name) => {
  const { session, active, resumed } = rowOf(name);
  prepare(session, active);
  const foretold = await previewed();
  const run = await repo.cueloop("run", "one", "--resume");
  const refuses = resumed[0] === "refusing_to_resume";
  expect([run.code, agentCalls(repo).length]).toEqual(refuses ? [1, 0] : [0, 1]);
  const logs = readdirSync(repo.path(".cueloop/logs/runs")).map((file) => repo.read(join(".cueloop/logs/runs", file)));
  const told = /"payload":(\{"status":"[^}]*\})/.exec(logs.join("\n"))?.[1] ?? "{}";
  const decision: Record<string, unknown> = JSON.parse(told);
  expect([decision["status"], decision["reason"]]).toEqual([...resumed]);
  // A preview cannot set the file aside, so it does not promise a fresh start.
  const expected = decision["reason"] === "session_cache_corrupt" ? "refusing_to_resume" : decision["status"];
  expect([foretold?.["status"], foretold?.["reason"]]).toEqual([expected, decision["reason"]]);
});

test.each(Object.keys(rows))("a session that is %s: without a word about it", async (name) => {
  const { session, active, plain, kept } = rowOf(name);
  prepare(session, active);
  const run = await repo.cueloop("run", "one");
  expect([run.code, repo.has(SESSION)]).toEqual([plain, kept]);
  if (plain === 1) {
    expect(agentCalls(repo)).toEqual([]);
    expect(repo.active()).toMatchObject([
      { id: "RQ-0001", status: "doing" },
      { id: "RQ-0002", status: "todo" },
    ]);
    const loop = await repo.cueloop("run", "loop", "--non-interactive", "--max-tasks", "1");
    // What could not be read was set aside by the first start.
    expect(loop.code).toBe(kept ? 1 : 0);
  }
  expect(steadyText(`${run.stdout}---\n${run.stderr}`, repo)).toMatchSnapshot(name);
});

test("no session at all", async () => {
  prepare(null);
  expect(await previewed()).toBeNull();
  const run = await repo.cueloop("run", "one");
  expect([run.code, run.stdout.includes("Resume")]).toEqual([0, false]);
});

test("a damaged session is kept under another name", async () => {
  prepare('{"version": 1,');
  const run = await repo.cueloop("run", "resume");
  expect(run.stdout).toContain("It was moved to .cueloop/cache/session-quarantine/session.jsonc.corrupt.");
  const [file = ""] = readdirSync(repo.path(".cueloop/cache/session-quarantine"));
  expect(repo.read(`.cueloop/cache/session-quarantine/${file}`)).toBe('{"version": 1,');
});

test("a loop that goes on honours its limit", async () => {
  prepare(savedSession({ tasks_completed_in_loop: 2 }));
  const run = await repo.cueloop("run", "loop", "--resume", "--max-tasks", "3");
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("The limit of tasks is reached. Tasks worked: 1.");
  expect(repo.active()).toMatchObject([{ id: "RQ-0002", status: "todo" }]);
});

test("without a sidecar, a cached plan of an earlier attempt does not skip the planning", async () => {
  prepare(savedSession({ current_phase: 1 }));
  repo.write({ ".cueloop/cache/plans/RQ-0001.md": "an old plan\n" });
  await repo.run(["touch", "-d", "2 days ago", ".cueloop/cache/plans/RQ-0001.md"]);
  await repo.cueloop("run", "one", "--resume", "--phases", "2");
  expect(agentCalls(repo)[0]?.prompt).toContain("phase 1");
});

async function asked(...args: string[]): Promise<Terminal> {
  const terminal = new Terminal(repo, [executable, "run", ...args], { columns: 100, rows: 40 });
  await terminal.shows("Start it afresh");
  return terminal;
}

test("on a terminal the question tells what it is about, and Enter goes on", async () => {
  prepare(savedSession({ iterations_planned: 3, iterations_completed: 1 }));
  await using terminal = await asked("one");
  const question = steadyText(terminal.screen.text, repo);
  terminal.type("\r");
  expect(await terminal.ended()).toBe(0);
  expect(question.slice(question.indexOf("A run was"))).toMatchSnapshot();
  expect(terminal.screen.text).toContain("going on with RQ-0001, as you said");
});

test("declined: it starts afresh on its own changes, which is said", async () => {
  prepare(savedSession());
  repo.write({ "half.txt": "half\n" });
  await using terminal = await asked("one");
  terminal.type("\x1b[B\r");
  expect(await terminal.ended()).toBe(0);
  expect(terminal.screen.text).toContain("it starts afresh on top of it");
  expect(repo.git("show", "HEAD:half.txt")).toBe("half\n");
});

test("a session that is old is asked about even by a resume, and Enter does not go on", async () => {
  prepare(savedSession({ last_updated_at: hoursAgo(30) }));
  await using terminal = await asked("resume");
  expect(terminal.screen.text).toContain("30 hours ago");
  terminal.type("\r");
  await terminal.ended();
  expect(terminal.screen.text).toContain("not going on with RQ-0001, as you said");
});

test("Ctrl-C at the question changes nothing", async () => {
  prepare(savedSession());
  const before = repo.read(SESSION);
  await using terminal = await asked("loop");
  terminal.type("\x03");
  expect(await terminal.ended()).toBe(1);
  expect([repo.read(SESSION), repo.has(".cueloop/lock"), agentCalls(repo)]).toEqual([before, false, []]);
});

test("--non-interactive never asks", async () => {
  prepare(savedSession());
  await using terminal = new Terminal(repo, [executable, "run", "one", "--non-interactive"], { columns: 100, rows: 40 });
  expect(await terminal.ended()).toBe(1);
  expect(terminal.screen.text).toContain("whether to go on with it is for you to say");
});
