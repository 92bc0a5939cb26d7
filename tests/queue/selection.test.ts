import { describe, expect, test } from "bun:test";
import { parseTimestamp } from "../../src/base/clock.ts";
import { CueLoopError } from "../../src/base/errors.ts";
import { selectNext, selectTarget } from "../../src/queue/selection.ts";
import type { Task } from "../../src/queue/task.ts";
import { aTask, books, NOW } from "./books.ts";

const now = parseTimestamp(NOW)?.instant ?? 0n;
const LATER = "2026-03-02T10:00:00Z";

describe("the next task", () => {
  const todo = aTask("RQ-0001");
  const draft = aTask("RQ-0002", { status: "draft" });
  const doing = aTask("RQ-0003", { status: "doing", depends_on: ["RQ-0009"], scheduled_start: LATER });
  const group = aTask("RQ-0004", { kind: "group" });
  const waiting = aTask("RQ-0005", { depends_on: ["RQ-0001"] });
  const later = aTask("RQ-0006", { scheduled_start: LATER });
  const doingGroup = aTask("RQ-0007", { kind: "group", status: "doing" });
  const waitingDraft = aTask("RQ-0008", { status: "draft", depends_on: ["RQ-0001"] });
  const second = aTask("RQ-0010");

  test.each([
    ["nothing there", [], {}, null],
    ["file order", [second, todo], {}, "RQ-0010"],
    ["groups, drafts, waiting and scheduled ones are passed over", [group, draft, waiting, later, todo], {}, "RQ-0001"],
    ["doing is not asked for", [doing, todo], {}, "RQ-0001"],
    ["doing is preferred, whatever holds it back", [todo, doing], { preferDoing: true }, "RQ-0003"],
    ["a doing group is never taken", [doingGroup, todo], { preferDoing: true }, "RQ-0001"],
    ["a todo comes before a draft above it", [draft, todo], { includeDraft: true }, "RQ-0001"],
    [
      "a draft when there is no runnable todo",
      [waitingDraft, later, draft, todo],
      { includeDraft: true, exclude: new Set(["RQ-0001"]) },
      "RQ-0002",
    ],
    ["drafts are not included", [draft], {}, null],
    ["left out ids", [todo, second], { exclude: new Set(["RQ-0001"]) }, "RQ-0010"],
    ["left out doing", [doing, todo], { preferDoing: true, exclude: new Set(["RQ-0003"]) }, "RQ-0001"],
  ])("%s", (_, queue, options, id) => {
    expect(selectNext(books(queue), { includeDraft: false, preferDoing: false, now, ...options })?.id ?? null).toBe(id);
  });
});

describe("a task named by a person", () => {
  const queue: readonly Task[] = [
    aTask("RQ-0001"),
    aTask("RQ-0002", { kind: "group", status: "done" }),
    aTask("RQ-0003", { status: "done" }),
    aTask("RQ-0004", { status: "draft", depends_on: ["RQ-0001"] }),
    aTask("RQ-0005", { depends_on: ["RQ-0001", "RQ-0099"], scheduled_start: LATER }),
    aTask("RQ-0006", { scheduled_start: LATER }),
    aTask("RQ-0007", { status: "doing", depends_on: ["RQ-0001"], scheduled_start: LATER }),
    aTask("RQ-0008", { status: "draft" }),
  ];
  const select = (id: string, includeDraft = false) =>
    selectTarget(books(queue, [aTask("RQ-0050", { status: "done" })]), id, { includeDraft, now, operation: "run --target" });

  test.each([
    ["  ", false, "queue.id_blank", "empty"],
    ["RQ-0404", false, "queue.task_not_found", "Task not found: RQ-0404"],
    ["rq-0001", false, "queue.task_not_found", "Task not found: rq-0001"],
    ["RQ-0050", false, "queue.task_not_found", "Task not found: RQ-0050"],
    ["RQ-0002", false, "queue.target_not_executable", "group"],
    ["RQ-0003", false, "queue.target_terminal", "already done"],
    ["RQ-0004", false, "queue.target_draft", "draft"],
    ["RQ-0004", true, "queue.target_dependencies", "RQ-0001 (todo)"],
    ["RQ-0005", false, "queue.target_dependencies", "RQ-0001 (todo), RQ-0099 (not found)"],
    ["RQ-0006", false, "queue.target_scheduled", "2026-03-02T10:00:00"],
  ])("%p with drafts %p is refused as %s", (id, includeDraft, code, says) => {
    try {
      select(id, includeDraft);
      throw new Error("it was taken");
    } catch (error) {
      expect(error).toBeInstanceOf(CueLoopError);
      expect(error).toMatchObject({ code, message: expect.stringContaining(says) });
    }
  });

  test.each([
    [" RQ-0001 ", false],
    ["RQ-0007", false],
    ["RQ-0008", true],
  ])("%p with drafts %p is taken", (id, includeDraft) => {
    expect(select(id, includeDraft).id).toBe(id.trim());
  });
});
