import { expect, test } from "bun:test";
import { sortTasks } from "../../../src/queue/view/sort.ts";
import { aTask } from "../books.ts";

const tasks = [
  aTask("RQ-0003", {
    priority: "low",
    status: "done",
    title: "beta",
    started_at: "2026-03-01T00:00:00.000000001Z",
    scheduled_start: "soon",
  }),
  aTask("RQ-0002", { priority: "critical", status: "draft", title: "Alpha", started_at: "2026-03-01T00:00:00.0000000005Z" }),
  aTask("RQ-0001", { priority: "low", status: "todo", title: "alpha", scheduled_start: "2026-03-01T01:00:00+02:00" }),
  aTask("RQ-0004", {
    priority: "high",
    status: "doing",
    title: "Beta",
    started_at: "2026-03-01T00:00:00Z",
    scheduled_start: "2026-03-01T00:30:00Z",
  }),
];

test.each([
  ["priority", "descending", "2 4 1 3"],
  ["priority", "ascending", "1 3 4 2"],
  ["status", "ascending", "2 1 4 3"],
  ["status", "descending", "3 4 1 2"],
  ["title", "ascending", "2 1 4 3"],
  ["title", "descending", "3 4 1 2"],
  ["created_at", "descending", "1 2 3 4"],
  ["created_at", "ascending", "1 2 3 4"],
  ["started_at", "ascending", "2 4 3 1"],
  ["started_at", "descending", "3 2 4 1"],
  ["scheduled_start", "ascending", "1 4 2 3"],
  ["scheduled_start", "descending", "4 1 2 3"],
] as const)("%s %s", (key, order, ids) => {
  expect(
    sortTasks(tasks, key, order)
      .map((task) => Number(task.id.slice(3)))
      .join(" "),
  ).toBe(ids);
});

test("equal tasks stand by the number of their id, also where it outgrew its width", () => {
  const wide = ["RQ-10000", "RQ-9999", "RQ-0002"].map((id) => aTask(id));
  for (const order of ["ascending", "descending"] as const) {
    expect(sortTasks(wide, "priority", order).map((task) => task.id)).toEqual(["RQ-0002", "RQ-9999", "RQ-10000"]);
  }
});
