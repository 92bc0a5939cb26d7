import { describe, expect, test } from "bun:test";
import { EMPTY_FILE } from "../../../src/queue/books.ts";
import { canonicalTask } from "../../../src/queue/task.ts";
import { BooksDraft, type MoveTarget } from "../../../src/runtime/queue/draft.ts";

const AT = "2026-03-02T08:15:00.000000000Z";
const NOW = "2026-03-03T08:15:00.000000000Z";

function record(id: string) {
  return canonicalTask({
    id,
    status: "todo",
    title: `Task ${id}`,
    description: "as it was",
    priority: "medium",
    tags: ["old"],
    scope: [],
    evidence: [],
    plan: [],
    notes: [],
    created_at: AT,
    updated_at: AT,
    depends_on: [],
    blocks: [],
    relates_to: [],
    custom_fields: { ticket: "7" },
  });
}

function draft(): BooksDraft {
  const books = { queue: { version: 1, tasks: ["RQ-0001", "RQ-0002", "RQ-0003"].map(record) }, done: EMPTY_FILE };
  return new BooksDraft(books, { ids: { prefix: "RQ", width: 4 }, now: NOW, redact: (text) => text });
}

const ids = (one: BooksDraft) => one.tasks.map(({ id }) => id);

describe("a draft", () => {
  test("adds a task with the next id, its times and its defaults", () => {
    const one = draft();
    const added = one.add({ title: "  New  ", tags: ["a"], custom_fields: { points: 3 } });
    expect(added).toMatchObject({ id: "RQ-0004", status: "todo", title: "New", priority: "medium", tags: ["a"], created_at: NOW });
    expect(added.custom_fields).toEqual({ points: "3" });
    expect(one.add({ title: "First", position: "next", status: "draft" })).toMatchObject({ id: "RQ-0005", status: "draft" });
    expect(ids(one)).toEqual(["RQ-0005", "RQ-0001", "RQ-0002", "RQ-0003", "RQ-0004"]);
    expect(Object.isFrozen(added) && Object.isFrozen(added.tags)).toBeTrue();
  });

  test.each([
    [{ title: "Other" }, { title: "Other", description: "as it was", updated_at: NOW }],
    [{ description: null }, { title: "Task RQ-0002" }],
    [{ tags: [] }, { tags: [] }],
    [{ status: "draft" }, { status: "draft" }],
    [{ status: "doing" }, { status: "doing", started_at: NOW }],
    [{ custom_fields: { ticket: "8" } }, { custom_fields: { ticket: "8" } }],
    [{ agent: { phases: 1 } }, { agent: { phases: 1 } }],
  ] as const)("updates %p", (patch, expected) => {
    const one = draft();
    const changed = one.update("RQ-0002", patch);
    expect(changed).toMatchObject(expected);
    expect("description" in changed).toBe(!("description" in patch));
    expect(one.get("RQ-0002")).toEqual(changed);
    expect(ids(one)).toEqual(["RQ-0001", "RQ-0002", "RQ-0003"]);
  });

  test.each([
    ["RQ-0003", "first", ["RQ-0003", "RQ-0001", "RQ-0002"]],
    ["RQ-0001", "last", ["RQ-0002", "RQ-0003", "RQ-0001"]],
    ["RQ-0001", { after: "RQ-0002" }, ["RQ-0002", "RQ-0001", "RQ-0003"]],
    ["RQ-0003", { before: "RQ-0001" }, ["RQ-0003", "RQ-0001", "RQ-0002"]],
    ["RQ-0002", "first", ["RQ-0002", "RQ-0001", "RQ-0003"]],
  ] satisfies [string, MoveTarget, string[]][])("moves %s to %p", (id, to, expected) => {
    const one = draft();
    one.move(id, to);
    expect(ids(one)).toEqual(expected);
  });

  test("removes, and finishes into the done file", () => {
    const one = draft();
    one.remove("RQ-0001");
    expect(one.finish("RQ-0002", "rejected", ["no longer wanted"])).toMatchObject({ status: "rejected", notes: ["no longer wanted"] });
    expect(ids(one)).toEqual(["RQ-0003"]);
    expect(one.done.map(({ id }) => id)).toEqual(["RQ-0002"]);
  });

  test("refuses to change a finished task", () => {
    const one = draft();
    one.finish("RQ-0001", "done");
    expect(() => one.remove("RQ-0001")).toThrow("Task not found: RQ-0001");
  });

  test.each([
    ["an unknown task", (one: BooksDraft) => one.update("RQ-0009", {}), "Task not found"],
    ["a blank title", (one: BooksDraft) => one.add({ title: " " }), "must not be blank"],
    ["a place beside nothing", (one: BooksDraft) => one.move("RQ-0001", { after: "RQ-0009" }), "Task not found"],
  ])("refuses %s", (_, change, says) => {
    expect(() => change(draft())).toThrow(says);
  });
});
