import { describe, expect, test } from "bun:test";
import { planRepair } from "../../../src/queue/change/repair.ts";
import type { Task } from "../../../src/queue/task.ts";
import { validateQueueSet } from "../../../src/queue/validate.ts";
import { activeIds, aTask, books, doneIds, NOW, RULES } from "../books.ts";

const whole = (id: string, overrides: Parameters<typeof aTask>[1] = {}): Task =>
  aTask(id, { tags: ["t"], scope: ["s"], evidence: ["e"], plan: ["p"], request: "r", ...overrides });
const plan = (queue: readonly Task[], done: readonly Task[] = [], scope: "full" | "maintenance" = "full") =>
  planRepair(books(queue, done), scope, { rules: RULES, now: NOW });

describe("fields", () => {
  test.each([
    ["blank title", { title: " " }, { title: "Untitled" }, {}],
    ["no tags", { tags: [] }, { tags: ["untagged"] }, {}],
    ["no scope", { scope: [] }, { scope: ["unknown"] }, {}],
    ["no evidence", { evidence: [] }, { evidence: ["None provided"] }, {}],
    ["no plan", { plan: [] }, { plan: ["To be determined"] }, {}],
    ["no request", { request: null }, { request: "Imported task" }, {}],
    ["blank request", { request: " " }, { request: "Imported task" }, {}],
    ["a blank item", { tags: ["a", " ", "b"] }, { tags: ["a", "b"] }, {}],
    ["only blank items", { plan: [" "] }, { plan: ["To be determined"] }, {}],
    ["a blank field key", { custom_fields: { " ": "x", a: "1" } }, { custom_fields: { a: "1" } }, {}],
    ["no created_at", { created_at: null }, { created_at: NOW }, {}],
    ["created_at that is no time", { created_at: "x" }, { created_at: NOW }, {}],
    ["no updated_at", { updated_at: null }, { updated_at: NOW }, {}],
    ["blank updated_at", { updated_at: "" }, { updated_at: NOW }, {}],
    ["completed_at missing on a done task", { status: "done", completed_at: null }, { completed_at: NOW }, { completed_at: NOW }],
    ["completed_at blank on a rejected task", { status: "rejected", completed_at: " " }, { completed_at: NOW }, { completed_at: NOW }],
    ["completed_at that is no time", { status: "done", completed_at: "x" }, { completed_at: NOW }, {}],
    ["completed_at that is no time on a todo", { completed_at: "x" }, { completed_at: NOW }, {}],
    [
      "created_at in another zone",
      { created_at: "2026-03-01T10:15:00.5+02:00" },
      { created_at: "2026-03-01T08:15:00.500000000Z" },
      { created_at: "2026-03-01T08:15:00.500000000Z" },
    ],
    [
      "updated_at in another zone",
      { updated_at: "2026-03-01T08:15:00-01:00" },
      { updated_at: "2026-03-01T09:15:00.000000000Z" },
      { updated_at: "2026-03-01T09:15:00.000000000Z" },
    ],
    [
      "completed_at of a todo in another zone",
      { completed_at: "2026-03-01T08:15:00-01:00" },
      { completed_at: "2026-03-01T09:15:00.000000000Z" },
      { completed_at: "2026-03-01T09:15:00.000000000Z" },
    ],
    ["completed_at of a todo", { completed_at: "2026-03-01T08:15:00Z" }, {}, {}],
    ["nothing", {}, {}, {}],
  ] as const)("%s", (_, overrides, full, maintenance) => {
    const before = whole("RQ-0001", overrides);
    for (const [scope, fixes] of [
      ["full", full],
      ["maintenance", maintenance],
    ] as const) {
      const { books: after, report, changed } = plan([before], [], scope);
      expect(after.queue.tasks[0]).toEqual({ ...before, ...fixes });
      const times = Object.keys(fixes).filter((key) => key.endsWith("_at")).length;
      const fixed = Object.keys(fixes).length > 0;
      expect(report).toEqual({ fixed_tasks: fixed ? 1 : 0, remapped_ids: [], fixed_timestamps: times });
      expect(changed).toBe(fixed);
    }
  });

  test("several fixes of one task count once, its timestamps singly", () => {
    const { report } = plan([whole("RQ-0001", { title: "", tags: [], created_at: null, updated_at: null })]);
    expect(report).toEqual({ fixed_tasks: 1, remapped_ids: [], fixed_timestamps: 2 });
  });

  test("done records are mended as well", () => {
    expect(plan([], [whole("RQ-0001", { status: "done", title: "" })]).books.done.tasks[0]?.title).toBe("Untitled");
  });
});

describe("ids", () => {
  test("the worked example: taken ids are renumbered above all", () => {
    const { books: after, report } = plan(
      [whole("RQ-0001", { title: "" }), whole("RQ-0001", { title: "Second" })],
      [
        whole("RQ-0002", { status: "done" }),
        whole("RQ-0001", { status: "done", title: "Old", created_at: "2026-01-01T00:00:00.000000001Z" }),
      ],
    );
    expect(activeIds(after)).toEqual(["RQ-0001", "RQ-0003"]);
    expect(after.queue.tasks[0]?.title).toBe("Untitled");
    expect(doneIds(after)).toEqual(["RQ-0002", "RQ-0004"]);
    expect(report.remapped_ids).toEqual([
      ["RQ-0001", "RQ-0003"],
      ["RQ-0001", "RQ-0004"],
    ]);
    expect(report.fixed_tasks).toBe(1);
  });

  test.each([
    [" ", ""],
    ["RQ-7", "RQ-7"],
    ["AB-0001", "AB-0001"],
    ["nonsense", "nonsense"],
  ])("invalid id %p gets a new one", (id, old) => {
    const { books: after, report } = plan([whole("RQ-0020"), whole(id)]);
    expect(activeIds(after)).toEqual(["RQ-0020", "RQ-0021"]);
    expect(report).toEqual({ fixed_tasks: 0, remapped_ids: [[old, "RQ-0021"]], fixed_timestamps: 0 });
  });

  test("case does not tell ids apart here", () => {
    expect(activeIds(plan([whole("RQ-0001"), whole("rq-0001")]).books)).toEqual(["RQ-0001", "RQ-0002"]);
  });

  test.each([
    ["rejected after live", [whole("RQ-0001"), whole("RQ-0001", { status: "rejected" })]],
    ["rejected before live", [whole("RQ-0001", { status: "rejected" }), whole("RQ-0001")]],
    ["two rejected", [whole("RQ-0001", { status: "rejected" }), whole("RQ-0001", { status: "rejected" })]],
  ])("%s keep their id", (_, tasks) => {
    expect(plan(tasks)).toMatchObject({ changed: false, report: { remapped_ids: [] } });
  });

  test("references follow a task whose old id nobody has any more", () => {
    const relations = { depends_on: [" RQ-7 "], blocks: ["RQ-7"], relates_to: ["RQ-7", "RQ-0003"], duplicates: "RQ-7", parent_id: "RQ-7" };
    const { books: after, report } = plan(
      [whole("RQ-7"), whole("RQ-0002", relations)],
      [whole("RQ-0003", { status: "done", relates_to: ["RQ-7"] })],
    );
    const id = "RQ-0008";
    expect(after.queue.tasks[1]).toMatchObject({
      depends_on: [id],
      blocks: [id],
      relates_to: [id, "RQ-0003"],
      duplicates: id,
      parent_id: id,
    });
    expect(after.done.tasks[0]?.relates_to).toEqual([id]);
    expect(report).toEqual({ fixed_tasks: 2, remapped_ids: [["RQ-7", id]], fixed_timestamps: 0 });
  });

  test("references keep meaning the task that kept the id", () => {
    const { books: after, report } = plan([whole("RQ-0001"), whole("RQ-0001"), whole("RQ-0002", { depends_on: ["RQ-0001"] })]);
    expect(after.queue.tasks[2]?.depends_on).toEqual(["RQ-0001"]);
    expect(report.fixed_tasks).toBe(0);
  });

  test("maintenance renumbers nothing", () => {
    expect(plan([whole("RQ-7"), whole("RQ-7")], [], "maintenance").changed).toBe(false);
  });
});

test("the active copy of a finished task is dropped", () => {
  const { books: after, healed, changed, report } = plan([whole("RQ-0001")], [whole("RQ-0001", { status: "done" })]);
  expect(activeIds(after)).toEqual([]);
  expect({ healed, changed }).toEqual({ healed: ["RQ-0001"], changed: true });
  expect(report.remapped_ids).toEqual([]);
});

test.each([
  ["an unknown target", [whole("RQ-0001", { depends_on: ["RQ-0404"] })], []],
  ["a cycle", [whole("RQ-0001", { depends_on: ["RQ-0002"] }), whole("RQ-0002", { depends_on: ["RQ-0001"] })], []],
  ["an open task in the done file", [], [whole("RQ-0001")]],
  ["whitespace in a field key", [whole("RQ-0001", { custom_fields: { "a b": "x" } })], []],
])("%s stays as it is, and the plan does not validate", (_, queue, done) => {
  const { books: after, changed } = plan(queue, done);
  expect(changed).toBe(false);
  expect(() => validateQueueSet(after, { idPrefix: "RQ", idWidth: 4, maxDependencyDepth: 10, donePresent: true })).toThrow();
});

test("a repaired pair needs no second repair", () => {
  const first = plan(
    [aTask(" "), aTask("RQ-7", { title: "", created_at: "x" }), aTask("RQ-0001", { depends_on: ["RQ-7"] })],
    [aTask("RQ-0001", { status: "done", created_at: "2026-01-01T00:00:00.000000001Z" })],
  );
  validateQueueSet(first.books, { idPrefix: "RQ", idWidth: 4, maxDependencyDepth: 10, donePresent: true });
  expect(planRepair(first.books, "full", { rules: RULES, now: NOW }).changed).toBe(false);
});
