import { describe, expect, test } from "bun:test";
import { parseTimestamp } from "../../../src/base/clock.ts";
import { type Archiving, archiveInBooks } from "../../../src/parallel/books/archive.ts";
import type { Task } from "../../../src/queue/task.ts";
import { activeIds, aTask, books, doneIds, NOW } from "../../queue/books.ts";

const AT = parseTimestamp(NOW)?.instant ?? 0n;
const READY: Archiving["result"] = {
  outcome: "ready",
  notes: ["retries five times", " "],
  evidence: "gate=passed",
  agent: { runner: "Claude", model: "opus" },
} as const;

function archived(before: ReturnType<typeof books>, task: Task, result = READY) {
  return archiveInBooks(before, { task, result, at: AT, redact: (text) => text.replace("five", "[REDACTED]") });
}

describe("one task is archived", () => {
  test("with notes, evidence and agent, and no other task moves", () => {
    const task = aTask("RQ-0002", { status: "doing" });
    const before = books([aTask("RQ-0001", { status: "done" }), task, aTask("RQ-0003")], [aTask("RQ-0000", { status: "done" })]);
    const after = archived(before, task);
    expect(activeIds(after)).toEqual(["RQ-0001", "RQ-0003"]);
    expect(after.done.tasks.at(-1)).toEqual(
      aTask("RQ-0002", {
        status: "done",
        updated_at: NOW,
        completed_at: NOW,
        notes: ["retries [REDACTED] times"],
        custom_fields: { "cueloop.evidence": "gate=passed", model_used: "opus", runner_used: "claude" },
      }),
    );
  });

  test("as the books have it, not as it was selected", () => {
    const after = archived(books([aTask("RQ-0001", { title: "Renamed since", notes: ["mine"] })]), aTask("RQ-0001"));
    expect(after.done.tasks[0]).toMatchObject({ title: "Renamed since", notes: ["mine", "retries [REDACTED] times"] });
  });

  test("from what was selected, where the books do not know it", () => {
    const after = archived(books([aTask("RQ-0005")]), aTask("RQ-0001", { title: "Not committed yet" }));
    expect([activeIds(after), doneIds(after)]).toEqual([["RQ-0005"], ["RQ-0001"]]);
    expect(after.done.tasks[0]).toMatchObject({ title: "Not committed yet", status: "done" });
  });

  test("once: books that have it finished stay the same object", () => {
    const before = books([], [aTask("RQ-0001", { status: "rejected" })]);
    expect(archived(before, aTask("RQ-0001"))).toBe(before);
  });

  test("a rejected one has no evidence, and neither has one whose agent wrote some", () => {
    const task = aTask("RQ-0001", { custom_fields: { "cueloop.evidence": "said by the agent", ticket: "7" } });
    const rejected = archived(books([task]), task, { ...READY, outcome: "rejected" }).done.tasks[0];
    expect(rejected).toMatchObject({ status: "rejected", custom_fields: { ticket: "7", runner_used: "claude" } });
    expect(rejected?.custom_fields["cueloop.evidence"]).toBeUndefined();
    const silent = archived(books([task]), task, { ...READY, evidence: null, agent: null }).done.tasks[0];
    expect(silent?.custom_fields).toEqual({ ticket: "7" });
  });

  test("another task with its id is not touched", () => {
    const other = aTask("RQ-0001", { title: "Somebody else's", created_at: "2026-03-02T08:00:00.000000001Z" });
    const after = archived(books([other]), aTask("RQ-0001"));
    expect(after.queue.tasks).toEqual([other]);
    expect(doneIds(after)).toEqual(["RQ-0001"]);
  });
});
