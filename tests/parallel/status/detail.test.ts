import { expect, test } from "bun:test";
import { statusDocument } from "../../../src/parallel/status/document.ts";
import { facts, lock, type Situated } from "./support.ts";

const marker = {
  kind: "present",
  marker: { task_id: "RQ-0001", reason: "push refused", attempt: 4, max_attempts: 9, generated_at: "t" },
} as const;
const blocked = { lifecycle: "blocked_push", push_attempts: 3, last_error: "conflict", completed_at: "2026-11-20T11:30:00Z" } as const;

test.each<[string, Situated, readonly string[]]>([
  [
    "finished",
    { fields: { lifecycle: "completed", completed_at: "2026-11-20T11:00:00.5Z" } },
    ["finished on main at 2026-11-20 11:00:00 UTC"],
  ],
  ["failed", { fields: { lifecycle: "failed", last_error: "exit 1" } }, ["RQ-0001 failed: exit 1."]],
  [
    "blocked, marker there",
    { fields: blocked, workspace: true, marker },
    ["attempt 4/9: push refused", "with its marker", "23 h 30 min", "git -C /nowhere/RQ-0001 status"],
  ],
  ["blocked, marker missing", { fields: blocked, workspace: true }, ["attempt 3/50: conflict", "without a marker"]],
  [
    "blocked, marker unreadable",
    { fields: blocked, workspace: true, marker: { kind: "unreadable", problem: "half of it" } },
    ["attempt 3/50: conflict", "half of it", "cannot be read", "Left of RQ-0001"],
  ],
  ["blocked, worktree gone", { fields: blocked }, ["the worktree /nowhere/RQ-0001 is missing"]],
  [
    "blocked too long ago",
    { fields: { ...blocked, completed_at: "2026-11-18T00:00:00Z" }, workspace: true },
    ["until the next loop starts"],
  ],
  [
    "completed, worktree left",
    { fields: { lifecycle: "completed" }, workspace: true },
    ["Left of RQ-0001: the worktree /nowhere/RQ-0001 is still there"],
  ],
  ["failed, work kept", { fields: { salvage_ref: "refs/cueloop/salvage/RQ-0001/T" } }, ["kept at refs/cueloop/salvage/RQ-0001/T"]],
  ["orphaned", { fields: { lifecycle: "integrating" } }, ["RQ-0001 is integrating and orphaned"]],
  ["asked for again", { fields: { lifecycle: "running", retry_requested: true }, workspace: true }, ["waits for the retry"]],
  ["held", { fields: { lifecycle: "completed", integration: "held", branch: "cueloop/RQ-0001" } }, ["`git merge cueloop/RQ-0001`"]],
  ["held and merged", { fields: { lifecycle: "completed", integration: "held" }, merged: true }, ["merged; the next loop archives it"]],
  ["landed elsewhere", { fields: { lifecycle: "completed", local_refresh: "pending" } }, ["`git merge main` brings it in"]],
  ["landed elsewhere and merged", { fields: { lifecycle: "completed", local_refresh: "pending" }, merged: true }, ["finished on main."]],
])("%s is told", (_, situated, parts) => {
  const { detail } = statusDocument(facts([situated])).continuation;
  expect(detail).toContain("1 worker recorded, target branch main.");
  for (const part of parts) expect(detail).toContain(part);
});

test("a newer file and branches without a record are told", () => {
  const { detail } = statusDocument(facts([], undefined, { newerVersion: 4, unlanded: ["cueloop/RQ-0009"] })).continuation;
  expect(detail).toContain("version 4");
  expect(detail).toContain("`git log main..cueloop/RQ-0009`");
});

test.each([
  ["2026-11-20T12:30:00Z", true, "Workers with claude wait until 2026-11-20 12:30:00 UTC for its usage limit to end."],
  ["2026-11-20T11:30:00Z", true, null],
  ["2026-11-20T12:30:00Z", false, null],
])("a usage limit until %s, with a worker under way: %p", (until, isActive, line) => {
  const fields = { lifecycle: "integrating", run_id: "run-1" } as const;
  const known = facts([{ fields }], isActive ? lock("held") : undefined);
  const state = known.state === null ? null : { ...known.state, limits: [{ runner: "claude", until }] };
  const { continuation, status } = statusDocument({ ...known, state });
  if (line === null) expect(continuation.detail).not.toContain("usage limit");
  else expect(continuation.detail).toContain(line);
  expect(status).not.toHaveProperty("limits");
});
