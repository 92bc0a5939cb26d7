import { describe, expect, test } from "bun:test";
import { parseTimestamp } from "../../../src/base/clock.ts";
import { archiveTerminal, completeTask } from "../../../src/queue/change/archive.ts";
import { activeIds, aTask, books, doneIds, NOW } from "../books.ts";

const now = parseTimestamp(NOW)?.instant ?? 0n;
const COMPLETION = { now: NOW, redact: (text: string) => text.replace("hunter2", "[REDACTED]") };

describe("completing a task", () => {
  test.each([
    ["todo", "done"],
    ["doing", "rejected"],
  ] as const)("from %s to %s: to the end of the done file, with notes and fields", (status, outcome) => {
    const before = books(
      [aTask("RQ-0001"), aTask("RQ-0002", { status, custom_fields: { a: "old", b: "b" } }), aTask("RQ-0003")],
      [aTask("RQ-0009", { status: "done" })],
    );
    const { books: after, task } = completeTask(before, " RQ-0002 ", outcome, {
      ...COMPLETION,
      notes: [" with hunter2 ", ""],
      fields: { " a ": " new ", c: " ", "": "x" },
    });
    expect(activeIds(after)).toEqual(["RQ-0001", "RQ-0003"]);
    expect(doneIds(after)).toEqual(["RQ-0009", "RQ-0002"]);
    expect(task).toMatchObject({
      status: outcome,
      completed_at: NOW,
      updated_at: NOW,
      notes: ["with [REDACTED]"],
      custom_fields: { a: "new", b: "b" },
    });
  });

  test.each([
    ["draft", "queue.complete_draft", "task ready RQ-0001"],
    ["done", "queue.complete_terminal", "cannot be completed again"],
    ["rejected", "queue.complete_terminal", "cannot be completed again"],
  ] as const)("a %s task is refused as %s", (status, code, says) => {
    try {
      completeTask(books([aTask("RQ-0001", { status })]), "RQ-0001", "done", COMPLETION);
      throw new Error("it was completed");
    } catch (error) {
      expect(error).toMatchObject({ code });
      expect(JSON.stringify(error, ["message", "hint"])).toContain(says);
    }
  });

  test.each([
    ["RQ-0404", "queue.task_not_found"],
    ["RQ-0009", "queue.task_not_found"],
    [" ", "queue.id_blank"],
  ])("id %p: %s", (id, code) => {
    expect(() => completeTask(books([], [aTask("RQ-0009", { status: "done" })]), id, "done", COMPLETION)).toThrow(
      expect.objectContaining({ code }),
    );
  });
});

describe("archiving finished tasks", () => {
  test("all of them, in file order, stamped", () => {
    const before = books(
      [
        aTask("RQ-0001", { status: "done", completed_at: null }),
        aTask("RQ-0002"),
        aTask("RQ-0003", { status: "rejected" }),
        aTask("RQ-0004", { status: "doing" }),
      ],
      [aTask("RQ-0009", { status: "done" })],
    );
    const { books: after, moved, stamped } = archiveTerminal(before, now);
    expect(activeIds(after)).toEqual(["RQ-0002", "RQ-0004"]);
    expect(doneIds(after)).toEqual(["RQ-0009", "RQ-0001", "RQ-0003"]);
    expect(moved).toEqual(["RQ-0001", "RQ-0003"]);
    expect(stamped).toEqual([]);
    expect(after.done.tasks[1]).toMatchObject({ completed_at: NOW, updated_at: NOW });
    expect(after.done.tasks[2]).toMatchObject({ completed_at: "2026-03-01T10:00:00.000000000Z", updated_at: NOW });
  });

  test("done records without completed_at get one", () => {
    const { books: after, moved, stamped } = archiveTerminal(books([], [aTask("RQ-0009", { status: "done", completed_at: " " })]), now);
    expect(after.done.tasks[0]?.completed_at).toBe(NOW);
    expect({ moved, stamped }).toEqual({ moved: [], stamped: ["RQ-0009"] });
  });

  test("nothing to do gives the same books back", () => {
    const before = books([aTask("RQ-0001")], [aTask("RQ-0009", { status: "done" })]);
    expect(archiveTerminal(before, now).books).toBe(before);
  });

  test.each([
    ["exactly old enough", "2026-03-01T09:00:00Z", 1, true],
    ["a nanosecond too young", "2026-03-01T09:00:00.000000001Z", 1, false],
    ["no limit", "2026-03-02T08:59:59Z", 0, true],
    ["another zone", "2026-02-01T09:00:00+02:00", 1, false],
    ["no time", "x", 1, false],
  ])("by age: %s", (_, completedAt, days, moves) => {
    const { moved } = archiveTerminal(books([aTask("RQ-0001", { status: "done", completed_at: completedAt })]), now, days);
    expect(moved).toEqual(moves ? ["RQ-0001"] : []);
  });
});
