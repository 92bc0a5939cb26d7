import { expect, test } from "bun:test";
import { decideRecovery, type Remains } from "../../../src/parallel/recovery/decide.ts";
import type { WorkerRecord } from "../../../src/parallel/state/record.ts";

const record = (fields: Partial<WorkerRecord> = {}): WorkerRecord => ({
  task_id: "RQ-0001",
  workspace_path: "/work/RQ-0001",
  lifecycle: "running",
  started_at: "2026-03-02T08:15:00Z",
  push_attempts: 0,
  ...fields,
});

const remains = (fields: Partial<Remains> = {}): Remains => ({
  record: record(),
  worktree: "whole",
  hasTraces: true,
  phasesFinished: false,
  placeExists: true,
  ...fields,
});

const creating = record({ step: "creating" });
const working = record({ step: "working" });
const integrating = record({ lifecycle: "integrating", step: "integrating" });
const completed = record({ lifecycle: "completed", step: "done" });
const held = record({ lifecycle: "completed", step: "done", integration: "held" });
const failed = record({ lifecycle: "failed", step: "done" });
const blocked = record({ lifecycle: "blocked_push", step: "done" });
const wished = record({ retry_requested: true });

const CASES: readonly (readonly [string, Partial<Remains>, ReturnType<typeof decideRecovery>])[] = [
  ["recorded, nothing made", { record: creating, worktree: "none", hasTraces: false }, "drop"],
  ["making the worktree was never finished", { record: creating, worktree: "half" }, "drop"],
  ["made, no worker yet", { record: creating }, "drop"],
  ["ready, no worker yet", { record: record({ step: "ready" }) }, "drop"],
  ["killed in a phase", { record: working }, "give_up"],
  ["killed in a phase, record of an older program", { record: record() }, "give_up"],
  ["killed in a phase, its removal begun", { record: working, worktree: "none" }, "drop"],
  ["phases finished, the coordinator never heard of it", { record: working, phasesFinished: true }, "bring_in"],
  ["killed in a rebase", { record: integrating, phasesFinished: true }, "bring_in"],
  ["finished, its worktree is gone altogether", { record: integrating, worktree: "none", phasesFinished: true }, "lost"],
  ["directory deleted in a phase", { record: working, worktree: "directory_gone" }, "lost"],
  ["directory deleted, finished", { record: integrating, worktree: "directory_gone", phasesFinished: true }, "lost"],
  ["the volume is not there", { record: working, worktree: "directory_gone", placeExists: false }, "report"],
  [
    "the volume is not there, finished",
    { record: integrating, worktree: "directory_gone", placeExists: false, phasesFinished: true },
    "report",
  ],
  ["the volume is not there, blocked", { record: blocked, worktree: "directory_gone", placeExists: false }, "report"],
  ["completed, nothing left", { record: completed, worktree: "none", hasTraces: false }, "leave"],
  ["completed, worktree left", { record: completed }, "clear"],
  ["completed, worktree half removed", { record: completed, worktree: "half" }, "clear"],
  ["completed, branch or run directory left", { record: completed, worktree: "none" }, "clear"],
  ["completed, directory deleted", { record: completed, worktree: "directory_gone" }, "clear"],
  ["held, its branch is meant to stay", { record: held, worktree: "none" }, "leave"],
  ["held, worktree left", { record: held }, "clear"],
  ["failed, nothing left", { record: failed, worktree: "none", hasTraces: false }, "leave"],
  ["failed, run directory left", { record: failed, worktree: "none" }, "clear"],
  ["blocked", { record: blocked }, "leave"],
  ["blocked, worktree removed by a person", { record: blocked, worktree: "none" }, "leave"],
  ["blocked, directory deleted", { record: blocked, worktree: "directory_gone" }, "lost"],
  ["to be taken up again", { record: wished }, "leave"],
  ["to be taken up again, directory deleted", { record: wished, worktree: "directory_gone" }, "lost"],
];

test.each(CASES)("%s", (_, fields, action) => {
  expect(decideRecovery(remains(fields))).toBe(action);
});
