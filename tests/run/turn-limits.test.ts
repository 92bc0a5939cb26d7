import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isCueLoopError, messageOf } from "../../src/base/errors.ts";
import type { RevertMode } from "../../src/run/options.ts";
import { agentCalls, type Script, scriptedAgent } from "../support/agent.ts";
import { type Skip, workInProcess } from "../support/in-process-run.ts";
import { Repository, task } from "../support/repository.ts";

const MINUTE = 60_000;
const HALF = { write: "work.txt", text: "half\n" };
const RIGHT = { write: "work.txt", text: "right\n" };
const RESULT = { line: JSON.stringify({ type: "finish", session_id: "s-1" }) };

function repositoryWith(script: Script): Repository {
  const repo = new Repository();
  scriptedAgent(repo, script, { agent: { git_publish_mode: "commit" } });
  repo.books([task("RQ-0001", { title: "Write the file" })]).commit("start");
  return repo;
}

/** A sleep of this length is over as soon as the agent hangs. */
function whenHanging(repo: Repository, from: number, to: number): Skip {
  const hangs = async (): Promise<number> => {
    while (!existsSync(join(repo.home, "hangs"))) await Bun.sleep(5);
    return to;
  };
  return (ms) => (ms > from && ms <= to ? hangs() : null);
}

/** Jumps over the first of such sleeps only. */
function once(skip: Skip): Skip {
  let isOver = false;
  return (ms) => {
    const step = isOver ? null : skip(ms);
    isOver ||= step !== null;
    return step;
  };
}

const idle = (repo: Repository) => whenHanging(repo, 59 * MINUTE, 60 * MINUTE);
const total = (repo: Repository) => whenHanging(repo, 119 * MINUTE, 120 * MINUTE);
const afterResult = (repo: Repository) => whenHanging(repo, 29_999, 30_000);

const LIMITS = [
  ["idle", idle, "wrote nothing for"],
  ["turn", total, "took longer than"],
] as const;

test.each(LIMITS)("an agent over its %s limit: `disabled` leaves what it did", async (_name, skip, message) => {
  using repo = repositoryWith([[HALF, { hang: "hangs" }], [RIGHT]]);
  const { error } = await workInProcess(repo, skip(repo), { revertMode: "disabled" });
  expect(isCueLoopError(error, "run.agent_failed")).toBeTrue();
  expect(messageOf(error)).toContain(message);
  expect(messageOf(error)).toEndWith("Nothing was undone: git_revert_mode is `disabled`.");
  expect(agentCalls(repo)).toHaveLength(1);
  expect(repo.read("work.txt")).toBe("half\n");
  expect(repo.active()).toMatchObject([{ id: "RQ-0001", status: "doing" }]);
});

test("an agent over its turn limit: `enabled` undoes what it did", async () => {
  using repo = repositoryWith([[HALF, { hang: "hangs" }]]);
  const { error } = await workInProcess(repo, total(repo), { revertMode: "enabled" });
  expect(isCueLoopError(error, "run.agent_failed")).toBeTrue();
  expect(messageOf(error)).toContain("took longer than");
  expect(messageOf(error)).toContain("Its changes were undone (git_revert_mode is `enabled`) and are kept in refs/cueloop/undone/RQ-0001/");
  expect(repo.has("work.txt")).toBeFalse();
  expect(repo.active()).toMatchObject([{ id: "RQ-0001", status: "todo" }]);
});

test("an agent over its idle limit: `enabled` undoes what it did and tries again", async () => {
  using repo = repositoryWith([[HALF, { write: "more.txt", text: "more\n" }, { hang: "hangs" }], [RIGHT]]);
  const { error } = await workInProcess(repo, once(idle(repo)), { revertMode: "enabled" });
  expect(error).toBeNull();
  expect(agentCalls(repo).map(({ kind }) => kind)).toEqual(["run", "run"]);
  expect(repo.has("more.txt")).toBeFalse();
  const ref = repo.git("for-each-ref", "--format=%(refname)", "refs/cueloop/undone/RQ-0001/").trim();
  expect(repo.git("show", `${ref}:more.txt`)).toBe("more\n");
  expect(repo.git("show", "HEAD:work.txt")).toBe("right\n");
});

test("an agent that is silent for too long before it did anything is called once more", async () => {
  using repo = repositoryWith([[{ hang: "hangs" }], [RIGHT]]);
  const { events, error } = await workInProcess(repo, once(idle(repo)));
  expect(error).toBeNull();
  expect(events).toContainEqual(
    expect.objectContaining({ kind: "retry", payload: expect.objectContaining({ reason: "no output for too long" }) }),
  );
  expect(agentCalls(repo)).toHaveLength(2);
  expect(repo.git("show", "HEAD:work.txt")).toBe("right\n");
});

test("an agent that stays after its result is ended, and the result counts", async () => {
  using repo = repositoryWith([[RIGHT, RESULT, { hang: "hangs" }]]);
  const { error } = await workInProcess(repo, afterResult(repo));
  expect(error).toBeNull();
  expect(agentCalls(repo)).toHaveLength(1);
  expect(repo.git("show", "HEAD:work.txt")).toBe("right\n");
});

test.each<[RevertMode, string]>([
  ["disabled", "doing"],
  ["enabled", "todo"],
])("the last turn is used up (%s): the task is %s", async (revertMode, status) => {
  using repo = repositoryWith([[HALF, { kill: "SIGKILL" }], [RIGHT]]);
  const { error } = await workInProcess(repo, () => null, { revertMode, maxTurns: 1 });
  expect(isCueLoopError(error, "run.turn_limit")).toBeTrue();
  expect(messageOf(error)).toContain(revertMode);
  expect(repo.active()).toMatchObject([{ id: "RQ-0001", status }]);
  expect(repo.has("work.txt")).toBe(status === "doing");
});
