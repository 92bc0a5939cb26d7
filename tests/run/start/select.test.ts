import { describe, expect, test } from "bun:test";
import { parseTimestamp } from "../../../src/base/clock.ts";
import type { ClaimHolder } from "../../../src/queue/claims/claim.ts";
import { selectForRun } from "../../../src/run/start/select.ts";
import { aTask, books, NOW } from "../../queue/books.ts";

const now = parseTimestamp(NOW)?.instant ?? 0n;
const wish = { id: null, includeDraft: false, includeNew: false, runId: "run-1", now };

function holder(path: string): ClaimHolder {
  return { label: "run loop", pid: 17, host: "atlas", root: "/home/ada/linked", runId: "run-2", token: "t", startedAt: NOW, path };
}

/** Two tasks to do, one that waits for the first, one that is being worked, and a draft. */
const all = [
  aTask("RQ-0001"),
  aTask("rq-0002"),
  aTask("RQ-0003", { depends_on: ["RQ-0001"] }),
  aTask("RQ-0004", { status: "doing", started_at: NOW }),
  aTask("RQ-0005", { status: "draft" }),
];
const only = (...ids: string[]) => books(all.filter(({ id }) => ids.includes(id)));

describe("what other runs work is passed over", () => {
  test.each<[string, ReturnType<typeof books>, string[], string]>([
    ["nothing is", books(all), [], "RQ-0004"],
    ["the one being worked", books(all), ["RQ-0004"], "RQ-0001"],
    ["several, however an id is spelt", books(all), ["RQ-0004", "RQ-0001"], "rq-0002"],
    ["all of them: blocked, not empty", only("RQ-0001", "rq-0002"), ["RQ-0001", "RQ-0002"], "blocked lock_blocked"],
    ["the one being worked, and nothing else is left", only("RQ-0004"), ["RQ-0004"], "blocked lock_blocked"],
    ["one, and what is left waits for it", only("RQ-0001", "RQ-0003"), ["RQ-0001"], "blocked dependency_blocked"],
    ["a draft that would not be taken anyway", only("RQ-0005"), ["RQ-0005"], "no_candidates idle"],
    ["one that is not in the queue", books([]), ["RQ-0009"], "no_candidates idle"],
  ])("%s", (_what, of, ids, expected) => {
    const claimed = new Map(ids.map((id) => [id, holder(`/claims/${id}`)]));
    const selection = selectForRun(of, { ...wish, claimed });
    expect(selection.kind === "task" ? selection.task.id : `${selection.kind} ${selection.blocking?.reason.kind}`).toBe(expected);
  });

  test("which ones, and by whom, is said where nothing else can be run", () => {
    const selection = selectForRun(only("RQ-0001"), { ...wish, claimed: new Map([["RQ-0001", holder("/claims/RQ-0001")]]) });
    expect(selection).toMatchObject({
      kind: "blocked",
      blocking: { status: "stalled", task_id: "RQ-0001", reason: { lock_path: "/claims/RQ-0001", owner: "run loop", owner_pid: 17 } },
      notes: [`Passed over, because another run works it: RQ-0001 (\`run loop\` (pid 17 on atlas, since ${NOW}) in /home/ada/linked).`],
    });
  });

  test("a failed one is not blamed on the run that works it", () => {
    const claimed = new Map([["RQ-0001", holder("/claims/RQ-0001")]]);
    expect(selectForRun(only("RQ-0001"), { ...wish, claimed, failed: new Set(["RQ-0001"]) }).kind).toBe("no_candidates");
  });
});
