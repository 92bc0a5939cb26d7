import { expect, test } from "bun:test";
import { isCueLoopError } from "../../src/base/errors.ts";
import { agentCalls, type Script, scriptedAgent } from "../support/agent.ts";
import { type Skip, workInProcess as work } from "../support/in-process-run.ts";
import { Repository, task } from "../support/repository.ts";

function repositoryWith(script: Script, agent: Readonly<Record<string, unknown>> = {}, supportsResume = true): Repository {
  const repo = new Repository();
  scriptedAgent(repo, script, { agent: { git_publish_mode: "commit", ...agent }, supportsResume });
  repo.books([task("RQ-0001", { title: "Write the file" })]).commit("start");
  return repo;
}

const HOUR = 3_600_000;
const limit = (inMs: number) => {
  const resetsAt = Math.floor((Date.now() + inMs) / 1000);
  return { line: JSON.stringify({ type: "rate_limit_event", rate_limit_info: { status: "rejected", resetsAt } }) };
};
const SESSION = { line: JSON.stringify({ type: "finish", session_id: "s-1" }) };
const RIGHT = { write: "work.txt", text: "right\n" };
/** While a limit is waited for the clock is looked at every second; each look is made to last half an hour. */
const halfHours: Skip = (ms) => (ms <= 1000 ? HOUR / 2 : null);

test("a usage limit is waited for until after its reset, then the same session goes on, at no turn's cost", async () => {
  using repo = repositoryWith([[{ write: "work.txt", text: "half\n" }, SESSION, limit(2 * HOUR), { exit: 1 }], [RIGHT]]);
  const { events, error, slept } = await work(repo, halfHours);
  expect(error).toBeNull();
  expect(slept).toBeGreaterThanOrEqual(2 * HOUR);
  expect(agentCalls(repo).map(({ kind, session }) => [kind, session])).toEqual([
    ["run", null],
    ["resume", "s-1"],
  ]);
  expect(agentCalls(repo)[1]?.prompt).not.toContain("Write the file");
  expect(events.flatMap((event) => (event.kind === "turn_started" ? [event.payload.turn] : []))).toEqual([1, 1]);
  const kinds = events.map((event) => event.kind);
  expect(kinds.indexOf("usage_limit")).toBeLessThan(kinds.indexOf("blocked_state_changed"));
  expect(kinds.indexOf("blocked_state_changed")).toBeLessThan(kinds.indexOf("blocked_state_cleared"));
  expect(kinds).not.toContain("retry");
  expect(repo.git("show", "HEAD:work.txt")).toBe("right\n");
});

test("without a session the whole prompt is given again after the wait", async () => {
  using repo = repositoryWith([[limit(HOUR), { exit: 1 }], [RIGHT]], {}, false);
  expect((await work(repo, halfHours)).error).toBeNull();
  const [first, second] = agentCalls(repo);
  expect(second).toMatchObject({ kind: "run", session: null });
  expect(second?.prompt).toContain("Write the file");
  expect(first?.prompt).toContain("Write the file");
});

test("a machine that slept through the reset goes on at once when it wakes up", async () => {
  using repo = repositoryWith([[SESSION, limit(2 * HOUR), { exit: 1 }], [RIGHT]]);
  const { error, slept } = await work(repo, (ms) => (ms <= 1000 ? 5 * HOUR : null));
  expect(error).toBeNull();
  expect(slept).toBe(5 * HOUR);
});

test("an agent that keeps being killed is told to go on after ever longer pauses", async () => {
  const killed = [SESSION, { kill: "SIGKILL" }];
  const retry = { runner_retry: { base_backoff_ms: 700, multiplier: 2, jitter_ratio: 0 } };
  using repo = repositoryWith([killed, killed, [RIGHT]], retry);
  const { events, error } = await work(repo, (ms) => (ms === 700 || ms === 1400 ? ms : null), { maxTurns: 5 });
  expect(error).toBeNull();
  expect(agentCalls(repo).map(({ kind }) => kind)).toEqual(["run", "resume", "resume"]);
  const pauses = events.flatMap((event) => (event.kind === "retry" ? [event.payload] : []));
  expect(pauses).toEqual([
    { attempt: 1, max_attempts: 6, delay_ms: 700, reason: "ended by SIGKILL" },
    { attempt: 2, max_attempts: 6, delay_ms: 1400, reason: "ended by SIGKILL" },
  ]);
});

test("a gate that does not end within half an hour is stopped; that is no failure of the work", async () => {
  using repo = repositoryWith([[RIGHT]], { ci_gate: { enabled: true, argv: ["sleep", "600"] } });
  const { error } = await work(repo, (ms) => (ms === HOUR / 2 ? ms : null));
  expect(isCueLoopError(error, "run.gate_timeout")).toBeTrue();
  expect(error).toMatchObject({ message: expect.stringContaining("30 minutes") });
  expect(agentCalls(repo)).toHaveLength(1);
  expect(repo.active()).toMatchObject([{ id: "RQ-0001", status: "doing" }]);
});
