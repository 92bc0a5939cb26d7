import { describe, expect, test } from "bun:test";
import { CueLoopError } from "../../src/base/errors.ts";
import type { Books } from "../../src/queue/books.ts";
import type { Task } from "../../src/queue/task.ts";
import { type ValidationRules, validateQueueSet } from "../../src/queue/validate.ts";
import { aTask, books } from "./books.ts";

const RULES: ValidationRules = {
  idPrefix: "RQ",
  idWidth: 4,
  maxDependencyDepth: 10,
  donePresent: true,
  queueFile: "q.jsonc",
  doneFile: "d.jsonc",
};

function warningsOf(of: Books, rules = RULES): string[] {
  return validateQueueSet(of, rules).warnings.map((warning) => `${warning.task_id}: ${warning.message}`);
}

function failure(of: Books, rules = RULES): CueLoopError {
  try {
    validateQueueSet(of, rules);
  } catch (error) {
    if (error instanceof CueLoopError) return error;
    throw error;
  }
  throw new Error("the books passed");
}

const sound = aTask("RQ-0001", { agent: { iterations: 1, phases: 3 }, custom_fields: { owner: "infra" }, notes: ["", " "] });

test("sound books pass without a warning", () => {
  expect(warningsOf(books([sound, aTask("RQ-0002", { depends_on: ["RQ-0001"] })], [aTask("RQ-0003", { status: "done" })]))).toEqual([]);
});

test.each(["2026-03-01T08:15:00Z", "2026-03-01T08:15:00.5z", "2026-03-01T08:15:00+00:00", " 2026-02-28T23:59:59.123-00:00 "])(
  "timestamp %p is accepted",
  (time) => {
    expect(warningsOf(books([aTask("RQ-0001", { created_at: time, updated_at: time, completed_at: time })]))).toEqual([]);
  },
);

const BROKEN: readonly (readonly [string, Task, string, string])[] = [
  ["blank id", aTask(" "), "id", "blank id"],
  ["blank title", aTask("RQ-0002", { title: "  " }), "title", "blank title"],
  ["blank tag", aTask("RQ-0002", { tags: ["a", " "] }), "tags[1]", "blank item 1 in tags"],
  ["blank scope", aTask("RQ-0002", { scope: [""] }), "scope[0]", "blank item 0 in scope"],
  ["blank evidence", aTask("RQ-0002", { evidence: ["", "x"] }), "evidence[0]", "blank item 0 in evidence"],
  ["blank plan", aTask("RQ-0002", { plan: ["x", "y", "\t"] }), "plan[2]", "blank item 2 in plan"],
  ["blank field key", aTask("RQ-0002", { custom_fields: { " ": "x" } }), "custom_fields", "blank"],
  ["whitespace in a field key", aTask("RQ-0002", { custom_fields: { "a b": "x" } }), 'custom_fields["a b"]', "whitespace"],
  ["no created_at", aTask("RQ-0002", { created_at: null }), "created_at", "RFC3339 UTC timestamp"],
  ["blank created_at", aTask("RQ-0002", { created_at: " " }), "created_at", "RFC3339 UTC timestamp"],
  ["created_at that is no time", aTask("RQ-0002", { created_at: "yesterday" }), "created_at", "RFC3339 UTC timestamp"],
  ["created_at on 30 February", aTask("RQ-0002", { created_at: "2026-02-30T08:15:00.000000000Z" }), "created_at", "RFC3339 UTC timestamp"],
  ["created_at in another zone", aTask("RQ-0002", { created_at: "2026-03-01T08:15:00+02:00" }), "created_at", "not in UTC"],
  ["no updated_at", aTask("RQ-0002", { updated_at: null }), "updated_at", "RFC3339 UTC timestamp"],
  ["updated_at that is no time", aTask("RQ-0002", { updated_at: "2026-03-01" }), "updated_at", "RFC3339 UTC timestamp"],
  ["updated_at in another zone", aTask("RQ-0002", { updated_at: "2026-03-01T08:15:00-01:30" }), "updated_at", "RFC3339 UTC timestamp"],
  ["completed_at that is no time", aTask("RQ-0002", { completed_at: "soon" }), "completed_at", "RFC3339 UTC timestamp"],
  ["blank completed_at", aTask("RQ-0002", { completed_at: "" }), "completed_at", "RFC3339 UTC timestamp"],
  ["completed_at in another zone", aTask("RQ-0002", { completed_at: "2026-03-01T08:15:00+01:00" }), "completed_at", "not in UTC"],
  ["done without completed_at", aTask("RQ-0002", { status: "done", completed_at: null }), "completed_at", "its status is done"],
  ["rejected without completed_at", aTask("RQ-0002", { status: "rejected", completed_at: null }), "completed_at", "its status is rejected"],
  ["no iterations", aTask("RQ-0002", { agent: { iterations: 0 } }), "agent.iterations", "0 iterations"],
  ["no phases", aTask("RQ-0002", { agent: { phases: 0 } }), "agent.phases", "0 phases"],
  ["four phases", aTask("RQ-0002", { agent: { phases: 4 } }), "agent.phases", "1, 2 or 3"],
  ["a foreign prefix", aTask("AB-0002"), "id", '"AB"'],
  ["too few digits", aTask("RQ-2"), "id", "RQ-0002"],
  ["too many digits", aTask("RQ-00002"), "id", "leading zero"],
  ["an id taken by a live task", aTask("RQ-0001"), "id", "tasks[0]"],
  ["an id taken with blanks around it", aTask(" RQ-0001 "), "id", "tasks[0]"],
];

describe("a task by itself", () => {
  test.each(BROKEN)("%s is an error in the queue, naming place and field", (_, task, field, says) => {
    const error = failure(books([sound, task]));
    expect(error.code).toBe("queue.invalid");
    expect(error.where).toMatchObject({ file: "q.jsonc", path: `tasks[1].${field}` });
    expect(error.message).toContain("tasks[1]");
    expect(error.message).toContain(says);
    if (task.id.trim() !== "") expect(error.where?.taskId).toBe(task.id.trim());
  });

  test.each(BROKEN.filter(([, task]) => task.id.trim() !== "RQ-0001" && !task.id.startsWith("AB")))(
    "%s is an error in the done file as well",
    (_, task, field) => {
      const finished: Task =
        task.status === "todo"
          ? { ...task, status: "rejected", ...(task.completed_at === undefined ? { completed_at: "2026-03-01T08:15:00Z" } : {}) }
          : task;
      expect(failure(books([sound], [finished])).where).toMatchObject({ file: "d.jsonc", path: `tasks[0].${field}` });
    },
  );

  test.each([
    ["started_at", "soon", "reports ignore it"],
    ["scheduled_start", "later", "not scheduled"],
  ])("%s of %p is a warning", (field, text, says) => {
    const [warning] = warningsOf(books([aTask("RQ-0001", { [field]: text })]));
    expect(warning).toStartWith(`RQ-0001: ${field} "${text}"`);
    expect(warning).toContain(says);
  });

  test("another zone in started_at and scheduled_start is fine", () => {
    expect(
      warningsOf(books([aTask("RQ-0001", { started_at: "2026-03-01T08:15:00+02:00", scheduled_start: "2026-03-01T08:15:00-05:00" })])),
    ).toEqual([]);
  });

  test("a lower-case id is another id", () => {
    expect(warningsOf(books([aTask("RQ-0001"), aTask("rq-0001")]))).toEqual([]);
  });
});

describe("a file", () => {
  test.each([
    ["queue", 0, { queue: { version: 2, tasks: [] }, done: { version: 1, tasks: [] } }],
    ["done file", 1, { queue: { version: 1, tasks: [] }, done: { version: 3, tasks: [] } }],
  ])("version of the %s must be 1", (label, _, of) => {
    expect(failure(of).message).toContain(`The ${label} has version`);
  });

  test("the version of a done file that is not there is not looked at", () => {
    expect(warningsOf({ queue: { version: 1, tasks: [] }, done: { version: 9, tasks: [] } }, { ...RULES, donePresent: false })).toEqual([]);
  });

  test.each([
    [{ idWidth: 0 }, "id_width"],
    [{ idPrefix: "" }, "id_prefix"],
  ])("rules %o are refused", (rules, says) => {
    expect(failure(books([]), { ...RULES, ...rules }).message).toContain(says);
  });

  test.each(["draft", "todo", "doing"] as const)("a %s task in the done file is an error", (status) => {
    expect(failure(books([], [aTask("RQ-0001", { status })])).where).toMatchObject({ file: "d.jsonc", path: "tasks[0].status" });
  });

  test("finished tasks may wait in the queue to be archived", () => {
    expect(warningsOf(books([aTask("RQ-0001", { status: "done" }), aTask("RQ-0002", { status: "rejected" })]))).toEqual([]);
  });

  test("two rejected tasks may share an id", () => {
    expect(warningsOf(books([aTask("RQ-0001", { status: "rejected" }), aTask("RQ-0001", { status: "rejected" })]))).toEqual([]);
  });

  test.each([
    ["before", [aTask("RQ-0001", { status: "rejected" }), aTask("RQ-0001")]],
    ["after", [aTask("RQ-0001"), aTask("RQ-0001", { status: "rejected" })]],
  ])("a rejected task %s a live one with its id is a warning", (_, tasks) => {
    const warnings = warningsOf(books(tasks));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("RQ-0001: shares its id with a rejected task");
  });
});

describe("both files", () => {
  const record = (overrides = {}) => aTask("RQ-0001", { status: "done", ...overrides });

  test("one id on two different tasks is an error naming both and the way out", () => {
    const error = failure(
      books([aTask("RQ-0001", { title: "Live" })], [record({ title: "Old", created_at: "2026-01-01T00:00:00.000000002Z" })]),
    );
    expect(error.message).toContain('"Live"');
    expect(error.message).toContain('"Old"');
    expect(error.message).toContain("cueloop queue repair");
  });

  test.each(["done", "rejected"] as const)("the very same task with a %s record is a warning", (status) => {
    expect(warningsOf(books([aTask("RQ-0001")], [record({ status })]))).toEqual([expect.stringContaining("RQ-0001: stands in both")]);
  });

  test("a rejected record of another task is a warning", () => {
    const warnings = warningsOf(books([aTask("RQ-0001")], [record({ status: "rejected", created_at: "2026-01-01T00:00:00.000000002Z" })]));
    expect(warnings).toEqual([expect.stringContaining("RQ-0001: shares its id with a rejected task")]);
  });

  test("of a task in both files the done record tells the status", () => {
    const of = books([aTask("RQ-0001"), aTask("RQ-0002", { depends_on: ["RQ-0001"] })], [record({ status: "rejected" })]);
    expect(warningsOf(of)).toContainEqual(expect.stringContaining("RQ-0002: depends on RQ-0001, which was rejected"));
  });
});

describe("relations", () => {
  const withRelation = (relation: "depends_on" | "blocks" | "relates_to", targets: string[]) =>
    books([aTask("RQ-0001", { [relation]: targets }), aTask("RQ-0002")]);

  test.each(["depends_on", "blocks", "relates_to"] as const)(
    "%s: itself and unknown ids are errors, blanks and known ids are not",
    (relation) => {
      expect(warningsOf(withRelation(relation, ["", " ", " RQ-0002 "]))).toEqual([]);
      expect(failure(withRelation(relation, ["RQ-0002", "RQ-0001"])).where?.path).toBe(`tasks[0].${relation}[1]`);
      expect(failure(withRelation(relation, ["RQ-0009"])).message).toContain("non-existent");
      expect(failure(withRelation(relation, ["RQ-0009"])).message).toContain("RQ-0009");
    },
  );

  test("duplicates: itself and unknown ids are errors, blank is unset", () => {
    expect(failure(books([aTask("RQ-0001", { duplicates: "RQ-0001" })])).where?.path).toBe("tasks[0].duplicates");
    expect(failure(books([aTask("RQ-0001", { duplicates: "RQ-0002" })])).message).toContain("non-existent");
    expect(warningsOf(books([aTask("RQ-0001", { duplicates: " " })]))).toEqual([]);
  });

  test.each(["done", "rejected"] as const)("duplicating a %s task is a warning", (status) => {
    expect(warningsOf(books([aTask("RQ-0001", { duplicates: "RQ-0002" })], [aTask("RQ-0002", { status })]))).toEqual([
      `RQ-0001: duplicates RQ-0002, which is already ${status}`,
    ]);
  });

  test("depending on a rejected task is a warning that tells the truth", () => {
    const [warning] = warningsOf(books([aTask("RQ-0001", { depends_on: ["RQ-0002"] })], [aTask("RQ-0002", { status: "rejected" })]));
    expect(warning).toContain("counts as satisfied");
    expect(warning).toContain("never done");
  });

  test("relations of done records are held to the same rules", () => {
    expect(failure(books([], [aTask("RQ-0001", { status: "done", blocks: ["RQ-0005"] })])).where).toMatchObject({
      file: "d.jsonc",
      path: "tasks[0].blocks[0]",
    });
  });

  test.each(["depends_on", "blocks"] as const)("a cycle of %s is an error naming all of it", (relation) => {
    const of = books(
      [
        aTask("RQ-0001", { [relation]: ["RQ-0002"] }),
        aTask("RQ-0002", { [relation]: ["RQ-0003"] }),
        aTask("RQ-0004", { [relation]: ["RQ-0001"] }),
      ],
      [aTask("RQ-0003", { status: "done", [relation]: ["RQ-0001"] })],
    );
    expect(failure(of).message).toContain("RQ-0001 -> RQ-0002 -> RQ-0003 -> RQ-0001");
  });

  test.each(["relates_to", "duplicates"] as const)("%s may be cyclic", (relation) => {
    const point = (id: string) => (relation === "duplicates" ? { duplicates: id } : { relates_to: [id] });
    expect(warningsOf(books([aTask("RQ-0001", point("RQ-0002")), aTask("RQ-0002", point("RQ-0001"))]))).toEqual([]);
  });

  test("a diamond is no cycle", () => {
    const of = books([
      aTask("RQ-0001", { depends_on: ["RQ-0002", "RQ-0003"] }),
      aTask("RQ-0002", { depends_on: ["RQ-0004"] }),
      aTask("RQ-0003", { depends_on: ["RQ-0004"] }),
      aTask("RQ-0004"),
    ]);
    expect(warningsOf(of)).toEqual([]);
  });

  test("a chain deeper than the limit is a warning with depth and limit", () => {
    const chain = Array.from({ length: 4 }, (_, index) =>
      aTask(`RQ-000${index + 1}`, { depends_on: index === 0 ? [] : [`RQ-000${index}`] }),
    );
    expect(warningsOf(books(chain), { ...RULES, maxDependencyDepth: 2 })).toEqual([
      expect.stringContaining("RQ-0004: has a chain of dependencies 3 deep; queue.max_dependency_depth is 2"),
    ]);
    expect(warningsOf(books(chain), { ...RULES, maxDependencyDepth: 3 })).toEqual([]);
  });
});

describe("parents", () => {
  test.each([
    ["blank", { parent_id: " " }, []],
    ["itself", { parent_id: "RQ-0001" }, ["RQ-0001: names itself as its parent_id; it counts as having none"]],
    ["unknown", { parent_id: "RQ-0009" }, ["RQ-0001: has the parent_id RQ-0009, but there is no such task; it counts as having none"]],
  ])("%s is no error", (_, overrides, warnings) => {
    expect(warningsOf(books([aTask("RQ-0001", overrides)]))).toEqual(warnings);
  });

  test("a cycle is an error naming the chain", () => {
    const of = books([aTask("RQ-0001", { parent_id: "RQ-0002" }), aTask("RQ-0002", { parent_id: "RQ-0001" })]);
    expect(failure(of).message).toContain("RQ-0001 -> RQ-0002 -> RQ-0001");
  });
});

describe("long chains", () => {
  const LENGTH = 50_000;
  const rules = { ...RULES, idWidth: 5, maxDependencyDepth: LENGTH };
  const id = (index: number) => `RQ-${String(index).padStart(5, "0")}`;
  const chain = (relation: "depends_on" | "blocks" | "parent_id", last: string | null) =>
    books(
      Array.from({ length: LENGTH }, (_, index) => {
        const target = index === LENGTH - 1 ? last : id(index + 2);
        return aTask(id(index + 1), target === null ? {} : { [relation]: relation === "parent_id" ? target : [target] });
      }),
    );

  test.each(["depends_on", "blocks", "parent_id"] as const)("a %s chain of 50,000 tasks passes", (relation) => {
    expect(warningsOf(chain(relation, null), rules)).toEqual([]);
  });

  test.each(["depends_on", "blocks", "parent_id"] as const)("a %s cycle of 50,000 tasks is found", (relation) => {
    expect(failure(chain(relation, id(1)), rules).message).toContain("RQ-00001 -> RQ-00002");
  });

  test("its depth is counted", () => {
    expect(warningsOf(chain("depends_on", null), { ...rules, maxDependencyDepth: LENGTH - 2 })).toEqual([
      expect.stringContaining(`${LENGTH - 1} deep`),
    ]);
  });
});
