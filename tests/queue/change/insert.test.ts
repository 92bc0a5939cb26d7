import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { addTask } from "../../../src/queue/change/add.ts";
import { applyFollowups, wasApplied } from "../../../src/queue/change/followups.ts";
import { insertTasks } from "../../../src/queue/change/insert.ts";
import { FollowupsProposal, InsertRequest } from "../../../src/queue/change/request.ts";
import { validateQueueSet } from "../../../src/queue/validate.ts";
import { activeIds, aTask, books, NOW, RULES } from "../books.ts";

const CONTEXT = { rules: RULES, now: NOW };
const RUN = { runId: "run-1", taskId: "RQ-0001", since: "2026-03-02T08:00:00Z" };
const request = (...tasks: object[]) => v.parse(InsertRequest, { version: 1, tasks });
const valid = (of: Parameters<typeof validateQueueSet>[0]) =>
  validateQueueSet(of, { idPrefix: "RQ", idWidth: 4, maxDependencyDepth: 10, donePresent: true });

describe("adding one task", () => {
  test("at the end, as a plain todo", () => {
    const { books: after, task, widened } = addTask(books([aTask("RQ-0001")]), { title: " Retry  refunds " }, CONTEXT);
    expect(activeIds(after)).toEqual(["RQ-0001", "RQ-0002"]);
    expect(JSON.stringify(task)).toBe(
      `{"id":"RQ-0002","status":"todo","title":"Retry  refunds","priority":"medium","tags":[],"scope":[],"evidence":[],"plan":[],"notes":[],"created_at":"${NOW}","updated_at":"${NOW}","depends_on":[],"blocks":[],"relates_to":[],"custom_fields":{}}`,
    );
    expect(widened).toBe(false);
    valid(after);
  });

  test.each([
    ["todo", ["RQ-0003", "RQ-0001", "RQ-0002"]],
    ["doing", ["RQ-0001", "RQ-0003", "RQ-0002"]],
  ] as const)("first, when the first task is %s", (status, ids) => {
    const before = books([aTask("RQ-0001", { status }), aTask("RQ-0002", { status: "doing" })]);
    expect(activeIds(addTask(before, { title: "x", first: true }, CONTEXT).books)).toEqual([...ids]);
  });

  test("lists are trimmed and keep order, blanks dropped", () => {
    const { task } = addTask(
      books([aTask("RQ-0001")], [aTask("RQ-0002", { status: "done" })]),
      {
        title: "x",
        description: " d ",
        priority: "high",
        tags: [" b ", "", "a,c"],
        scope: [" s"],
        plan: ["1", " "],
        after: [" RQ-0002 ", "RQ-0001", "RQ-0002"],
        draft: true,
      },
      CONTEXT,
    );
    expect(task).toMatchObject({
      status: "draft",
      description: "d",
      priority: "high",
      tags: ["b", "a,c"],
      scope: ["s"],
      plan: ["1"],
      depends_on: ["RQ-0002", "RQ-0001"],
    });
  });

  test.each([
    [{ title: "  " }, "queue.title_blank"],
    [{ title: "x", after: ["RQ-0404"] }, "queue.task_not_found"],
  ])("%o is refused as %s", (wanted, code) => {
    expect(() => addTask(books([]), wanted, CONTEXT)).toThrow(expect.objectContaining({ code }));
  });

  test("the first wide id is announced", () => {
    expect(addTask(books([aTask("RQ-9999")]), { title: "x" }, CONTEXT)).toMatchObject({ widened: true, task: { id: "RQ-10000" } });
  });
});

describe("inserting a request", () => {
  test("keys become ids, dependencies keep keys before ids, all before the waiting tasks", () => {
    const wanted = request(
      { key: "schema", title: " Add schema ", plan: ["write"] },
      {
        key: "docs",
        title: "Document",
        depends_on_keys: ["schema"],
        depends_on: ["RQ-0001"],
        parent_key: "schema",
        custom_fields: { a: 1, b: true },
      },
    );
    const { books: after, created } = insertTasks(books([aTask("RQ-0001", { status: "doing" }), aTask("RQ-0002")]), wanted, CONTEXT);
    expect(activeIds(after)).toEqual(["RQ-0001", "RQ-0003", "RQ-0004", "RQ-0002"]);
    expect(created.map(({ key, task }) => [key, task.id, task.title])).toEqual([
      ["schema", "RQ-0003", "Add schema"],
      ["docs", "RQ-0004", "Document"],
    ]);
    expect(created[1]?.task).toMatchObject({
      depends_on: ["RQ-0003", "RQ-0001"],
      parent_id: "RQ-0003",
      custom_fields: { a: "1", b: "true" },
    });
    valid(after);
  });

  test("every field arrives in canonical form", () => {
    const wanted = request({
      parent_id: "RQ-0001",
      agent: { runner: "Claude", model_effort: "default" },
      estimated_minutes: 30,
      duplicates: "RQ-0001",
      relates_to: ["RQ-0001"],
      blocks: ["RQ-0001"],
      request: "please",
      notes: ["n"],
      kind: "work_item",
      status: "doing",
      priority: "critical",
      description: "d",
      title: "t",
      key: "k",
    });
    const { created } = insertTasks(books([aTask("RQ-0001")]), wanted, CONTEXT);
    expect(JSON.stringify(created[0]?.task)).toBe(
      `{"id":"RQ-0002","status":"doing","title":"t","description":"d","priority":"critical","tags":[],"scope":[],"evidence":[],"plan":[],"notes":["n"],"request":"please","agent":{"runner":"claude"},"created_at":"${NOW}","updated_at":"${NOW}","started_at":"${NOW}","estimated_minutes":30,"depends_on":[],"blocks":["RQ-0001"],"relates_to":["RQ-0001"],"duplicates":"RQ-0001","custom_fields":{},"parent_id":"RQ-0001"}`,
    );
  });

  test.each([
    [{}],
    [{ version: 2, tasks: [{ key: "a", title: "x" }] }],
    [{ version: "1", tasks: [{ key: "a", title: "x" }] }],
    [{ version: 1, tasks: [] }],
    [{ version: 1, tasks: [{ title: "x" }] }],
    [{ version: 1, tasks: [{ key: " ", title: "x" }] }],
    [{ version: 1, tasks: [{ key: "a", title: " " }] }],
    [{ version: 1, tasks: [{ key: "a", title: "x", id: "RQ-0001" }] }],
    [{ version: 1, tasks: [{ key: "a", title: "x", created_at: NOW }] }],
    [{ version: 1, tasks: [{ key: "a", title: "x", updated_at: NOW }] }],
    [{ version: 1, tasks: [{ key: "a", title: "x", status: "done" }] }],
    [{ version: 1, tasks: [{ key: "a", title: "x", status: "rejected" }] }],
    [{ version: 1, tasks: [{ key: "a", title: "x", description: " " }] }],
    [{ version: 1, tasks: [{ key: "a", title: "x", priority: "HIGH" }] }],
    [{ version: 1, tasks: [{ key: "a", title: "x", depends_on: [" "] }] }],
    [{ version: 1, tasks: [{ key: "a", title: "x", estimated_minutes: -1 }] }],
    [{ version: 1, tasks: [{ key: "a", title: "x", custom_fields: { a: null } }] }],
    [{ version: 1, tasks: [{ key: "a", title: "x", agent: { runer: "claude" } }] }],
    [{ version: 1, tasks: [{ key: "a", title: "x" }], extra: 1 }],
  ])("%j is no request", (value) => {
    expect(v.is(InsertRequest, value)).toBe(false);
  });

  test.each([
    [
      [
        { key: "a", title: "x" },
        { key: " a ", title: "y" },
      ],
      "used twice",
    ],
    [[{ key: "a", title: "x", depends_on_keys: ["a"] }], "the task itself"],
    [[{ key: "a", title: "x", depends_on_keys: ["b"] }], 'no task of this request has the key "b"'],
    [[{ key: "a", title: "x", parent_key: "a" }], "the task itself"],
    [[{ key: "a", title: "x", parent_key: "b" }], 'no task of this request has the key "b"'],
    [
      [
        { key: "a", title: "x" },
        { key: "b", title: "y", parent_key: "a", parent_id: "RQ-0001" },
      ],
      "both parent_key and parent_id",
    ],
  ])("%j makes no sense", (tasks, says) => {
    expect(() => insertTasks(books([aTask("RQ-0001")]), request(...tasks), CONTEXT)).toThrow(says);
  });

  test("a cycle of keys is left to validation", () => {
    const { books: after } = insertTasks(
      books([]),
      request({ key: "a", title: "x", depends_on_keys: ["b"] }, { key: "b", title: "y", depends_on_keys: ["a"] }),
      CONTEXT,
    );
    expect(() => valid(after)).toThrow("cycle");
  });

  test("blank items are left to validation", () => {
    expect(() => valid(insertTasks(books([]), request({ key: "a", title: "x", tags: [" "] }), CONTEXT).books)).toThrow("blank item");
  });
});

describe("made by a run's agent", () => {
  const made = (count: number, overrides = {}) =>
    Array.from({ length: count }, (_, index) =>
      aTask(`RQ-${String(index + 100).padStart(4, "0")}`, {
        created_at: "2026-03-02T08:30:00.000000001Z",
        custom_fields: { "cueloop.created_in_run": "run-1" },
        ...overrides,
      }),
    );
  const wanted = request({ key: "a", title: "x", custom_fields: { "cueloop.created_in_run": "forged" } }, { key: "b", title: "y" });

  test("they go to the end and carry the run, whatever the request says", () => {
    const { books: after, created } = insertTasks(books([aTask("RQ-0001", { status: "doing" }), aTask("RQ-0002")]), wanted, {
      ...CONTEXT,
      run: RUN,
    });
    expect(activeIds(after)).toEqual(["RQ-0001", "RQ-0002", "RQ-0003", "RQ-0004"]);
    expect(created.map(({ task }) => task.custom_fields["cueloop.created_in_run"])).toEqual(["run-1", "run-1"]);
  });

  test.each([
    ["eight made before", books(made(8)), true],
    ["nine made before", books(made(9)), false],
    ["nine, some done by now", books(made(5), made(4, { status: "done" })), false],
    ["nine of another run", books(made(9, { custom_fields: { "cueloop.created_in_run": "run-0" } })), true],
    ["nine before this run took its task", books(made(9, { created_at: "2026-03-02T07:59:59Z" })), true],
  ])("the limit of ten: %s", (_, before, accepted) => {
    const act = () => insertTasks(before, wanted, { ...CONTEXT, run: RUN });
    if (accepted) expect(act().created).toHaveLength(2);
    else expect(act).toThrow("at most 10");
  });
});

describe("follow-ups", () => {
  const proposed = {
    key: "retry",
    title: " Add retry ",
    description: " Uploads fail. ",
    priority: "high",
    independence_rationale: "Separate module.",
  };
  const proposal = (...tasks: object[]) => v.parse(FollowupsProposal, { version: 1, source_task_id: "RQ-0001", tasks });
  const before = books([aTask("RQ-0002")], [aTask("RQ-0001", { status: "done", request: "make uploads safe" })]);

  test("each becomes a todo related to its source", () => {
    const { books: after, created } = applyFollowups(
      before,
      proposal(proposed, { ...proposed, key: "docs", plan: ["p"], depends_on_keys: ["retry"] }),
      " RQ-0001 ",
      CONTEXT,
    );
    expect(activeIds(after)).toEqual(["RQ-0003", "RQ-0004", "RQ-0002"]);
    expect(created[0]?.task).toMatchObject({
      status: "todo",
      title: "Add retry",
      description: "Uploads fail.",
      priority: "high",
      relates_to: ["RQ-0001"],
      request: "make uploads safe",
      depends_on: [],
    });
    expect(created[0]?.task.notes).toEqual([expect.stringContaining("retry")]);
    expect(JSON.stringify(created)).not.toContain("Separate module");
    expect(created[1]?.task).toMatchObject({ depends_on: ["RQ-0003"], plan: ["p"] });
    valid(after);
  });

  test("in a run they go to the end, marked and limited", () => {
    const { books: after, created } = applyFollowups(before, proposal(proposed), "RQ-0001", { ...CONTEXT, run: RUN });
    expect(activeIds(after)).toEqual(["RQ-0002", "RQ-0003"]);
    expect(created[0]?.task.custom_fields).toEqual({ "cueloop.created_in_run": "run-1" });
    const eleven = Array.from({ length: 11 }, (_, index) => ({ ...proposed, key: `k${index}` }));
    expect(() => applyFollowups(before, proposal(...eleven), "RQ-0001", { ...CONTEXT, run: RUN })).toThrow("at most 10");
  });

  test("a proposal that was applied is known again, another one of the same task is not", () => {
    const both = proposal(proposed, { ...proposed, key: "docs" });
    const { books: after } = applyFollowups(before, both, "RQ-0001", CONTEXT);
    expect(wasApplied(before, both, "RQ-0001")).toBeFalse();
    expect(wasApplied(after, both, "RQ-0001")).toBeTrue();
    expect(wasApplied(after, proposal(proposed, { ...proposed, key: "new" }), "RQ-0001")).toBeFalse();
    expect(wasApplied(after, proposal({ ...proposed, title: "Another" }), "RQ-0001")).toBeFalse();
    expect(wasApplied(after, proposal(), "RQ-0001")).toBeFalse();
  });

  test("none proposed, none made", () => {
    expect(applyFollowups(before, proposal(), "RQ-0001", CONTEXT).created).toEqual([]);
  });

  test.each([
    ["", "queue.id_blank"],
    ["RQ-0404", "queue.task_not_found"],
    ["RQ-0002", "queue.request_invalid"],
  ])("for source %p: %s", (source, code) => {
    expect(() => applyFollowups(before, proposal(proposed), source, CONTEXT)).toThrow(expect.objectContaining({ code }));
  });

  test("a key twice is refused", () => {
    expect(() => applyFollowups(before, proposal(proposed, proposed), "RQ-0001", CONTEXT)).toThrow("used twice");
  });

  test.each([[1], ["followups@v1"]])("version %p is accepted", (version) => {
    expect(v.is(FollowupsProposal, { version, source_task_id: "RQ-0001", tasks: [proposed] })).toBe(true);
  });

  test.each([
    [{ version: 2 }],
    [{ version: "1" }],
    [{ source_task_id: " " }],
    [{ tasks: undefined }],
    [{ extra: 1 }],
    [{ tasks: [{ ...proposed, priority: undefined }] }],
    [{ tasks: [{ ...proposed, description: " " }] }],
    [{ tasks: [{ ...proposed, independence_rationale: "" }] }],
    [{ tasks: [{ ...proposed, notes: [] }] }],
  ])("a file with %j is refused", (change) => {
    expect(v.is(FollowupsProposal, { version: 1, source_task_id: "RQ-0001", tasks: [proposed], ...change })).toBe(false);
  });
});
