import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type AgentCall, agentCalls, type Script, scriptedAgent, writeScript } from "../support/agent.ts";
import { Claude } from "../support/claude.ts";
import { steadyText } from "../support/interrupted.ts";
import { executable, type Finished, Repository, task } from "../support/repository.ts";

const PLAN = { write: ".cueloop/cache/plans/RQ-0001.md", text: "the plan\n" };
const HALF = { write: "work.txt", text: "half\n" };
const WHOLE = { write: "whole.txt", text: "whole\n" };
const KNOWN = { line: '{"type":"session","session_id":"known"}' };
const HANG = { hang: "hanging" };
const REVIEWED = { say: "reviewed" };

const GATE = '#!/bin/sh\nif test -e "$HOME/hold"; then touch "$HOME/hanging"; exec sleep 600; fi\nexit 0\n';

setDefaultTimeout(30_000);

let repo = new Repository();
afterEach(() => repo[Symbol.dispose]());

function prepare(script: Script, agent: Readonly<Record<string, unknown>> = {}): void {
  repo = new Repository();
  const settings = { phases: 3, git_publish_mode: "commit", ci_gate: { enabled: true, argv: ["./gate.sh"] }, ...agent };
  scriptedAgent(repo, script, { agent: settings });
  repo.write({ "gate.sh": GATE });
  repo.books([task("RQ-0001", { title: "Write the file" })]).commit("start");
}

/** Starts a run and ends it with a signal where it hangs; what the agent said of its session is saved by then. */
async function interrupt(signal: NodeJS.Signals, args: readonly string[] = ["run", "one"]): Promise<void> {
  const run = repo.start([executable, ...args]);
  await repo.appeared("hanging");
  const isTold = readFileSync(join(repo.home, "script.json"), "utf8").includes(JSON.stringify(KNOWN));
  while (isTold && !repo.read(".cueloop/cache/session-state.json").includes('"known"')) await Bun.sleep(5);
  run.kill(signal);
  await run.exited;
  await repo.run(["rm", "-f", join(repo.home, "hanging"), join(repo.home, "hold")]);
}

async function resume(script: Script, ...args: string[]): Promise<Finished> {
  writeScript(repo, script);
  return repo.cueloop("run", "resume", ...args);
}

const phaseOf = ({ kind, prompt }: AgentCall) => (kind === "resume" ? "continued" : (/phase \d/.exec(prompt)?.[0] ?? "?"));
const calls = () => agentCalls(repo).map(phaseOf);

function expectFinished(): void {
  expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "done" }]);
  expect(repo.git("log", "--format=%s").trim().split("\n")).toEqual(["RQ-0001: Write the file", "start"]);
  expect(repo.git("status", "--porcelain")).toBe("");
  expect(repo.has(".cueloop/cache/session.jsonc")).toBeFalse();
  expect(repo.has(".cueloop/cache/session-state.json")).toBeFalse();
  expect(repo.has(".cueloop/lock")).toBeFalse();
  expect(repo.git("for-each-ref", "refs/cueloop/run/")).toBe("");
}

const SIGNALS = ["SIGKILL", "SIGTERM", "SIGINT"] as const;

interface Case {
  readonly before: Script;
  readonly after: Script;
  readonly calls: readonly string[];
  readonly hold?: boolean;
}

const CASES: Readonly<Record<string, Case>> = {
  "phase 1": { before: [[HANG]], after: [[PLAN], [WHOLE], [REVIEWED]], calls: ["phase 1", "phase 2", "phase 3"] },
  "phase 2": { before: [[PLAN], [KNOWN, HALF, HANG]], after: [[WHOLE], [REVIEWED]], calls: ["continued", "phase 3"] },
  "phase 2, its session not told": { before: [[PLAN], [HALF, HANG]], after: [[WHOLE], [REVIEWED]], calls: ["phase 2", "phase 3"] },
  "phase 3": { before: [[PLAN], [HALF], [KNOWN, HANG]], after: [[WHOLE]], calls: ["continued"] },
  "the gate": { before: [[PLAN], [HALF, WHOLE], [{ run: 'touch "$HOME/hold"' }]], after: [], calls: [] },
};

test.each(Object.keys(CASES).flatMap((place) => SIGNALS.map((signal) => [place, signal] as const)))(
  "%s, ended by %s: a resume goes on there",
  async (place, signal) => {
    const given = CASES[place];
    if (given === undefined) throw new Error("no such case");
    prepare(given.before);
    await interrupt(signal);
    const resumed = await resume(given.after);
    expect([resumed.code, calls()]).toEqual([0, [...given.calls]]);
    expectFinished();
    if (place !== "phase 1") expect(repo.git("show", "HEAD:work.txt")).toBe("half\n");
    expect(repo.git("show", "HEAD:whole.txt")).toBe("whole\n");
    if (signal === "SIGTERM") expect(steadyText(`${resumed.stdout}---\n${resumed.stderr}`, repo)).toMatchSnapshot(place);
  },
);

test("a fresh agent gets the whole prompt, and is told that the phase had begun", async () => {
  prepare([[PLAN], [HALF, HANG]]);
  await interrupt("SIGKILL");
  await resume([[WHOLE], [REVIEWED]], "-m", "Mind the gap");
  const [first, second] = agentCalls(repo);
  expect(first?.prompt).toContain("the plan");
  expect(first?.prompt).toContain("Mind the gap");
  expect(first?.prompt).toContain("begun before");
  expect(second?.prompt).not.toContain("Mind the gap");
});

test("a session that the agent no longer knows: a fresh one gets the whole prompt and the remark, and that is said", async () => {
  repo = new Repository();
  const claude = new Claude(repo);
  claude.holdAtWork();
  repo.write({ ".cueloop/config.jsonc": '{ "version": 2, "agent": { "runner": "claude", "phases": 1, "git_publish_mode": "commit" } }' });
  repo.books([task("RQ-0001", { title: "Write the file" })]);
  repo.write({ ".gitignore": ".cueloop/README.md\n.cueloop/cache/\n.cueloop/logs/\n.cueloop/lock/\n" }).commit("start");
  const env = { PATH: `${claude.bin}:${process.env["PATH"] ?? ""}` };
  const run = repo.start([executable, "run", "one"], { env });
  await repo.appeared("hold-work");
  const isSaved = () => repo.has("RQ-0001.txt") && repo.read(".cueloop/cache/session-state.json").includes('"runner": "claude"');
  while (!isSaved()) await Bun.sleep(5);
  run.kill("SIGKILL");
  await run.exited;
  claude.goOn();
  const forgetful = `#!/bin/sh\ncase "$*" in *--resume*) echo "--resume requires a valid session ID" >&2; exit 1;; esac\ncat > "$HOME/prompt"\nexec "${claude.bin}/claude" "$@" < "$HOME/prompt"\n`;
  repo.write({ ".cueloop/cache/bin/claude": forgetful });
  const resumed = await repo.run([executable, "run", "resume", "-m", "Mind the gap"], {
    env: { PATH: `${repo.path(".cueloop/cache/bin")}:${env.PATH}` },
  });
  expect([resumed.code, resumed.stdout]).toEqual([0, expect.stringContaining("The agent does not know the session any more.")]);
  const prompt = readFileSync(join(repo.home, "prompt"), "utf8");
  for (const part of ["Write the file", "Your turn was interrupted", "Mind the gap"]) expect(prompt).toContain(part);
  expect(repo.git("log", "--format=%s", "-1").trim()).toBe("RQ-0001: Write the file");
});

test("the remark goes into the agent's own session", async () => {
  prepare([[PLAN], [KNOWN, HALF, HANG]]);
  await interrupt("SIGINT");
  expect((await resume([[WHOLE], [REVIEWED]], "-m", "Mind the gap")).code).toBe(0);
  expect(agentCalls(repo)[0]).toMatchObject({ kind: "resume", session: "known" });
  expect(agentCalls(repo)[0]?.prompt).toContain("interrupted");
  expect(agentCalls(repo)[0]?.prompt).toContain("Mind the gap");
});

test("a remark at the gate reaches the agent before it is gated", async () => {
  prepare([[PLAN], [HALF, WHOLE], [{ run: 'touch "$HOME/hold"' }]]);
  await interrupt("SIGTERM");
  expect((await resume([[{ write: "said.txt", text: "x\n" }]], "-m", "One file more")).code).toBe(0);
  expect(calls()).toEqual(["continued"]);
  expect(repo.git("show", "HEAD:said.txt")).toBe("x\n");
});

test("turns are counted on, and --max-turns counts from the resume", async () => {
  prepare([[PLAN], [KNOWN, HALF, HANG]]);
  await interrupt("SIGKILL", ["run", "one", "--max-turns", "2"]);
  const short = await resume([[WHOLE], [REVIEWED]], "--max-turns", "1");
  expect(short.code).toBe(1);
  expect(short.stderr).toContain("has used its 3 agent turns");
  expect((await resume([[REVIEWED]])).code).toBe(0);
  expect(calls()).toEqual(["phase 3"]);
  expectFinished();
});

test("base, record and phase refs of the interrupted attempt are kept", async () => {
  prepare([[PLAN], [KNOWN, HALF, HANG]]);
  await interrupt("SIGKILL");
  const refs = () => repo.git("for-each-ref", "--format=%(objectname) %(refname)", "refs/cueloop/task/RQ-0001/").trim().split("\n");
  const before = refs();
  expect(before).toHaveLength(2);
  writeScript(repo, [[KNOWN, HANG]]);
  await interrupt("SIGKILL", ["run", "resume"]);
  expect(refs()).toEqual(before);
  expect(JSON.parse(repo.read(".cueloop/cache/session-state.json"))).toMatchObject({ task_before: { task: { status: "todo" } }, turns: 3 });
  expect((await resume([[WHOLE], [REVIEWED]])).code).toBe(0);
  expect(refs()).toEqual(expect.arrayContaining(before));
  expectFinished();
});

test("what the agent recorded before the interruption counts", async () => {
  prepare([[{ run: `"${executable}" task reject RQ-0001 --note "not worth it"` }, HANG]], { phases: 1 });
  await interrupt("SIGKILL");
  const told = "Its agent has rejected it: going on archives that, without another turn.";
  expect((await repo.cueloop("run", "status")).stdout).toContain(told);
  const refused = await repo.cueloop("run", "one");
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(told)]);
  const resumed = await resume([]);
  expect([resumed.code, calls()]).toEqual([0, []]);
  expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "rejected", notes: ["not worth it"] }]);
});

test("tasks that agents made in the interrupted run wait for another one", async () => {
  const request = { version: 1, tasks: [{ key: "a", title: "More", description: "d", priority: "low" }] };
  prepare(
    [
      [
        { write: ".cueloop/cache/request.json", text: JSON.stringify(request) },
        { run: `"${executable}" task insert --input .cueloop/cache/request.json` },
        KNOWN,
        HANG,
      ],
    ],
    { phases: 1 },
  );
  await interrupt("SIGKILL");
  const made = repo.active().length;
  const resumed = await resume([[WHOLE], [WHOLE]]);
  expect(resumed.code).toBe(0);
  expect(calls()).toEqual(["continued"]);
  expect(repo.active()).toHaveLength(made - 1);
});

test("what is in the tree is no obstacle to going on, for anything else it is", async () => {
  prepare([[PLAN], [KNOWN, HALF, HANG]]);
  repo.books([task("RQ-0001", { title: "Write the file" }), task("RQ-0002")]).commit("start");
  await interrupt("SIGKILL");
  const other = await repo.cueloop("run", "one", "--id", "RQ-0002");
  expect(other.code).toBe(1);
  expect(other.stdout).toContain("Resume: you named another task, so RQ-0001 is not gone on with.");
  expect(other.stderr).toContain("untracked: work.txt");
  writeScript(repo, [[WHOLE], [REVIEWED]]);
  expect((await repo.cueloop("run", "one", "--id", "RQ-0001", "--resume")).code).toBe(0);
  expect(repo.done()).toMatchObject([{ id: "RQ-0001" }]);
});

test("nothing to resume: said, and the queue is worked; with a remark an error", async () => {
  prepare([[WHOLE]], { phases: 1 });
  const refused = await resume([[WHOLE]], "-m", "Mind the gap");
  expect([refused.code, calls()]).toEqual([1, []]);
  expect(refused.stderr).toContain("There is no interrupted task that the message could go to");
  const resumed = await resume([[WHOLE]]);
  expect(resumed.code).toBe(0);
  expect(resumed.stdout).toContain("Resume: there is no interrupted task");
  expectFinished();
});

test("without a session nothing changes", async () => {
  prepare([[WHOLE]], { phases: 1 });
  const run = await repo.cueloop("run", "one");
  expect(run.stdout + run.stderr).not.toContain("Resume");
  expectFinished();
});

test("the run log of an interrupted run tells the decision of the next", async () => {
  prepare([[KNOWN, HANG]], { phases: 1 });
  await interrupt("SIGKILL");
  await resume([[WHOLE]]);
  const logs = (await repo.run(["sh", "-c", "cat .cueloop/logs/runs/*.ndjson"])).stdout
    .split("\n")
    .filter((line) => line.includes("resume_decision"));
  const told: unknown[] = logs.map((line) => JSON.parse(line));
  expect(told).toMatchObject([
    { payload: { status: "resuming_same_session", scope: "run_session", reason: "session_valid", task_id: "RQ-0001" } },
    { payload: { status: "resuming_same_session", scope: "continue_session", reason: "session_valid" } },
  ]);
  expect(readFileSync(join(repo.home, "calls.ndjson"), "utf8")).toContain("known");
});
