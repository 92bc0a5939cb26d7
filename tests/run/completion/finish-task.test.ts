import { expect, test } from "bun:test";
import * as v from "valibot";
import type { Books } from "../../../src/queue/books.ts";
import { TaskRecord } from "../../../src/queue/task.ts";
import { finishTask, reopenTask, setFields } from "../../../src/run/completion/finish-task.ts";

const AT = 1_800_000_000_000_000_000n;
const task = (id: string, fields: object = {}) => v.parse(TaskRecord, { id, title: `Task ${id}`, status: "todo", ...fields });

function books(queue: ReturnType<typeof task>[], done: ReturnType<typeof task>[] = []): Books {
  return { queue: { version: 1, tasks: queue }, done: { version: 1, tasks: done } };
}

const finish = {
  taskId: "RQ-0002",
  outcome: "done",
  at: AT,
  notes: ["said hush"],
  fields: { who: "me" },
  redact: (text: string) => text.replace("hush", "…"),
} as const;

test("the task moves to the end of the done file, stamped, with its notes and fields", () => {
  const before = books(
    [task("RQ-0001"), task("RQ-0002", { status: "doing" })],
    [task("RQ-0000", { status: "done", completed_at: "2026-01-01T00:00:00Z" })],
  );
  const after = finishTask(before, finish);
  expect(after.queue.tasks.map(({ id }) => id)).toEqual(["RQ-0001"]);
  expect(after.done.tasks.map(({ id }) => id)).toEqual(["RQ-0000", "RQ-0002"]);
  expect(after.done.tasks[1]).toMatchObject({
    status: "done",
    notes: ["said …"],
    custom_fields: { who: "me" },
    completed_at: "2027-01-15T08:00:00.000000000Z",
  });
});

test("every other finished task is archived with it", () => {
  const after = finishTask(books([task("RQ-0001", { status: "rejected" }), task("RQ-0002", { status: "doing" })]), finish);
  expect(after.done.tasks.map(({ id, status }) => `${id} ${status}`)).toEqual(["RQ-0001 rejected", "RQ-0002 done"]);
});

test("a task an agent archived by hand keeps its stamps and gets the fields", () => {
  const archived = task("RQ-0002", { status: "done", completed_at: "2026-01-01T00:00:00Z" });
  const after = finishTask(books([], [archived]), { ...finish, notes: [] });
  expect(after.done.tasks).toMatchObject([{ completed_at: "2026-01-01T00:00:00Z", custom_fields: { who: "me" } }]);
});

test("a field set to null goes away", () => {
  const after = setFields(books([task("RQ-0001", { custom_fields: { a: "1", b: "2" } })]), "RQ-0001", { a: null });
  expect(after.queue.tasks[0]?.custom_fields).toEqual({ b: "2" });
});

test("a reopened task stands where it stood, as it was, and nowhere else", () => {
  const record = { index: 1, task: task("RQ-0002", { status: "doing" }) };
  const after = reopenTask(books([task("RQ-0001"), task("RQ-0003")], [task("RQ-0002", { status: "done" })]), record);
  expect(after.queue.tasks.map(({ id, status }) => `${id} ${status}`)).toEqual(["RQ-0001 todo", "RQ-0002 doing", "RQ-0003 todo"]);
  expect(after.done.tasks).toEqual([]);
});
