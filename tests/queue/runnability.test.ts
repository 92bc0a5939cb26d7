import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { parseTimestamp } from "../../src/base/clock.ts";
import { BlockingState } from "../../src/queue/blocking.ts";
import { runnabilityReport, type SelectionOptions } from "../../src/queue/runnability.ts";
import type { Task } from "../../src/queue/task.ts";
import { aTask, books, NOW } from "./books.ts";

const now = parseTimestamp(NOW)?.instant ?? 0n;
const OPTIONS: SelectionOptions = { includeDraft: false, preferDoing: false, now };
const LATER = "2026-03-02T10:00:00.9Z";
const report = (queue: readonly Task[], options: Partial<SelectionOptions> = {}, done: readonly Task[] = []) =>
  runnabilityReport(books(queue, done), { ...OPTIONS, ...options });

describe("one task", () => {
  const done = [aTask("RQ-0002", { status: "done" }), aTask("RQ-0003", { status: "rejected" })];
  const missing = { kind: "unmet_dependencies", dependencies: [{ kind: "missing", id: "RQ-0009" }] };
  const later = { kind: "scheduled_start_in_future", scheduled_start: LATER, now: NOW, seconds_until_runnable: 3600 };

  test.each([
    ["a todo", {}, {}, []],
    ["a doing", { status: "doing" }, {}, []],
    ["a draft", { status: "draft" }, {}, [{ kind: "draft_excluded" }]],
    ["a draft, included", { status: "draft" }, { includeDraft: true }, []],
    ["a done", { status: "done" }, {}, [{ kind: "status_not_runnable", status: "done" }]],
    ["a rejected", { status: "rejected" }, {}, [{ kind: "status_not_runnable", status: "rejected" }]],
    ["a group", { kind: "group" }, {}, [{ kind: "non_executable_kind", task_kind: "group" }]],
    ["a finished group", { kind: "group", status: "done" }, {}, [{ kind: "non_executable_kind", task_kind: "group" }]],
    ["met dependencies", { depends_on: [" RQ-0002 ", "RQ-0003", ""] }, {}, []],
    ["a missing dependency", { depends_on: ["RQ-0002", "RQ-0009"] }, {}, [missing]],
    [
      "an open dependency",
      { depends_on: ["RQ-0008"] },
      {},
      [{ kind: "unmet_dependencies", dependencies: [{ kind: "not_complete", id: "RQ-0008", status: "doing" }] }],
    ],
    [
      "two unmet in their order",
      { depends_on: ["RQ-0008", "RQ-0009"] },
      {},
      [
        {
          kind: "unmet_dependencies",
          dependencies: [
            { kind: "not_complete", id: "RQ-0008", status: "doing" },
            { kind: "missing", id: "RQ-0009" },
          ],
        },
      ],
    ],
    ["a later start", { scheduled_start: LATER }, {}, [later]],
    ["a start right now", { scheduled_start: NOW }, {}, []],
    [
      "a start one nanosecond away",
      { scheduled_start: "2026-03-02T09:00:00.000000001Z" },
      {},
      [{ ...later, scheduled_start: "2026-03-02T09:00:00.000000001Z", seconds_until_runnable: 0 }],
    ],
    ["a start that is no time", { scheduled_start: "soon" }, {}, []],
    ["both", { depends_on: ["RQ-0009"], scheduled_start: LATER }, {}, [missing, later]],
    [
      "a draft that waits for a task and a time",
      { status: "draft", depends_on: ["RQ-0009"], scheduled_start: LATER },
      {},
      [{ kind: "draft_excluded" }, later],
    ],
    [
      "a finished task with a later start",
      { status: "done", scheduled_start: LATER },
      {},
      [{ kind: "status_not_runnable", status: "done" }],
    ],
    ["a doing that waits", { status: "doing", depends_on: ["RQ-0009"] }, {}, [missing]],
  ] as const)("%s", (_, overrides, options, reasons) => {
    const [row] = report([aTask("RQ-0001", overrides), aTask("RQ-0008", { status: "doing" })], options, done).tasks;
    expect(row).toMatchObject({
      id: "RQ-0001",
      kind: "kind" in overrides ? overrides.kind : "work_item",
      runnable: reasons.length === 0,
      reasons: [...reasons],
    });
  });

  test("the active one of two tasks with an id decides", () => {
    const [row] = report([aTask("RQ-0001", { depends_on: ["RQ-0004"] }), aTask("RQ-0004")], {}, [
      aTask("RQ-0004", { status: "rejected" }),
    ]).tasks;
    expect(row?.runnable).toBe(false);
  });
});

describe("selection and counters", () => {
  const queue = [
    aTask("RQ-0001", { status: "draft" }),
    aTask("RQ-0002", { depends_on: ["RQ-0005"], scheduled_start: LATER }),
    aTask("RQ-0003"),
    aTask("RQ-0004", { kind: "group" }),
    aTask("RQ-0005", { status: "doing" }),
  ];

  test.each([
    [{}, "RQ-0003", "todo", 2, 1],
    [{ preferDoing: true }, "RQ-0005", "doing", 2, 1],
    [{ includeDraft: true }, "RQ-0003", "todo", 3, 2],
    [{ exclude: new Set(["RQ-0003"]) }, null, null, 1, 0],
    [{ exclude: new Set(["RQ-0003"]), includeDraft: true }, "RQ-0001", "draft", 2, 1],
    [{ exclude: new Set(["RQ-0005"]), preferDoing: true }, "RQ-0003", "todo", 2, 1],
  ] as const)("with %o: %s", (options, id, status, candidates, runnable) => {
    const { selection, summary } = report(queue, options);
    expect(selection).toEqual({
      include_draft: "includeDraft" in options,
      prefer_doing: "preferDoing" in options,
      selected_task_id: id,
      selected_task_status: status,
    });
    expect(summary).toMatchObject({ total_active: 5, candidates_total: candidates, runnable_candidates: runnable });
  });

  test("a task that waits twice counts in both counters", () => {
    expect(report(queue).summary).toEqual({
      total_active: 5,
      candidates_total: 2,
      runnable_candidates: 1,
      blocked_by_dependencies: 1,
      blocked_by_schedule: 1,
      blocked_by_status_or_flags: 0,
    });
  });

  test("the document has its keys in order", () => {
    expect(Object.keys(report([]))).toEqual(["version", "now", "selection", "summary", "tasks"]);
  });
});

describe("blocking", () => {
  const waiting = { depends_on: ["RQ-0009"] };
  test.each([
    ["an empty queue", [], {}, "waiting", { kind: "idle", include_draft: false }, undefined],
    ["an empty queue, drafts included", [], { includeDraft: true }, "waiting", { kind: "idle", include_draft: true }, undefined],
    ["groups only", [aTask("RQ-0001", { kind: "group" })], {}, "waiting", { kind: "idle", include_draft: false }, undefined],
    ["finished tasks only", [aTask("RQ-0001", { status: "done" })], {}, "waiting", { kind: "idle", include_draft: false }, undefined],
    [
      "drafts only: the first that has no children",
      [aTask("RQ-0001", { status: "draft" }), aTask("RQ-0002", { status: "draft", parent_id: " RQ-0001 " })],
      {},
      "waiting",
      { kind: "idle", include_draft: false },
      "RQ-0002",
    ],
    [
      "drafts only, each a parent: the first",
      [aTask("RQ-0001", { status: "draft", parent_id: "RQ-0001" })],
      {},
      "waiting",
      { kind: "idle", include_draft: false },
      "RQ-0001",
    ],
    [
      "drafts and a group",
      [aTask("RQ-0001", { kind: "group" }), aTask("RQ-0002", { status: "draft" })],
      {},
      "waiting",
      { kind: "idle", include_draft: false },
      "RQ-0002",
    ],
    [
      "drafts and a doing task",
      [aTask("RQ-0001", { status: "doing" }), aTask("RQ-0002", { status: "draft" })],
      {},
      "waiting",
      { kind: "idle", include_draft: false },
      undefined,
    ],
    [
      "dependencies",
      [aTask("RQ-0001", waiting), aTask("RQ-0002", waiting)],
      {},
      "blocked",
      { kind: "dependency_blocked", blocked_tasks: 2 },
      undefined,
    ],
    [
      "schedules: the earliest, by instant",
      [aTask("RQ-0001", { scheduled_start: "2026-03-02T11:30:00+02:00" }), aTask("RQ-0002", { scheduled_start: LATER })],
      {},
      "waiting",
      { kind: "schedule_blocked", blocked_tasks: 2, next_runnable_at: "2026-03-02T11:30:00+02:00", seconds_until_next_runnable: 1800 },
      undefined,
    ],
    [
      "both kinds",
      [aTask("RQ-0001", waiting), aTask("RQ-0002", { scheduled_start: LATER })],
      {},
      "blocked",
      { kind: "mixed_queue", dependency_blocked: 1, schedule_blocked: 1, status_filtered: 0 },
      undefined,
    ],
    [
      "one task blocked both ways",
      [aTask("RQ-0001", { ...waiting, scheduled_start: LATER })],
      {},
      "blocked",
      { kind: "mixed_queue", dependency_blocked: 1, schedule_blocked: 1, status_filtered: 0 },
      undefined,
    ],
  ] as const)("%s", (_, queue, options, status, reason, taskId) => {
    const { blocking } = report(queue, options).summary;
    expect(v.parse(BlockingState, blocking)).toMatchObject({ status, reason, observed_at: NOW });
    expect(blocking?.task_id).toBe(taskId);
    if (taskId !== undefined) expect(blocking?.detail).toContain(`cueloop task ready ${taskId}`);
  });

  test("nothing blocks where something is runnable", () => {
    expect(report([aTask("RQ-0001")]).summary).not.toHaveProperty("blocking");
  });

  test("unknown keys of a state are refused", () => {
    expect(
      v.is(BlockingState, { status: "waiting", reason: { kind: "idle", include_draft: false }, message: "", detail: "", extra: 1 }),
    ).toBe(false);
  });
});
