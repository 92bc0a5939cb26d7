import { expect, test } from "bun:test";
import { openState } from "../../../src/parallel/state/open.ts";
import type { WorkerRecord } from "../../../src/parallel/state/record.ts";
import { takeRetryRequests, withRetry } from "../../../src/parallel/state/retry.ts";
import { readRetryRequests, writeRetryRequest } from "../../../src/parallel/state/retry-request.ts";
import { passedOverFor } from "../../../src/parallel/state/waiting.ts";
import { Place, stateWith, worker } from "./support.ts";

const request = (taskId: string, restart = false) =>
  ({ version: 1, task_id: taskId, restart, message: "look again", requested_at: "2026-11-20T12:00:00Z" }) as const;

test.each<[string, Partial<WorkerRecord>]>([
  ["blocked", { lifecycle: "blocked_push", push_attempts: 7, completed_at: "2026-11-20T11:59:30Z", last_error: "conflict" }],
  ["failed", { lifecycle: "failed", last_error: "no" }],
  ["given up", { lifecycle: "failed", awaits_retry: true, salvage_ref: "refs/cueloop/salvage/RQ-0001/x" }],
  ["already asked for", { lifecycle: "running", retry_requested: true, retry_restart: true, retry_message: "before" }],
])("a %s task is taken up again, with the rest of its record", (_, fields) => {
  const { last_error: __, awaits_retry: ___, ...kept } = worker("RQ-0001", fields);
  const record = withRetry(worker("RQ-0001", fields), { restart: false, message: "look again" });
  expect(record).toEqual({ ...kept, lifecycle: "running", retry_requested: true, retry_restart: null, retry_message: "look again" });
  expect(passedOverFor(record)).toBeNull();
});

test.each<[string, Partial<WorkerRecord>, RegExp]>([
  ["completed", { lifecycle: "completed" }, /nothing to retry/],
  ["held", { lifecycle: "completed", integration: "held", branch: "cueloop/RQ-0001" }, /held on the branch cueloop\/RQ-0001/],
  ["running", { lifecycle: "running" }, /is running/],
  ["integrating", { lifecycle: "integrating" }, /is integrating/],
])("a %s task is refused, starting over too", (_, fields, message) => {
  for (const restart of [false, true]) expect(() => withRetry(worker("RQ-0001", fields), { restart, message: null })).toThrow(message);
});

test("what was asked for while the coordinator worked is taken once, what does not fit is told", () => {
  const records = [worker("RQ-0001", { lifecycle: "blocked_push" }), worker("RQ-0002", { lifecycle: "completed" })];
  using place = new Place().holding(stateWith(records));
  const store = openState(place, { target: "main", now: 1_795_176_000_000_000_000n });
  for (const id of ["RQ-0001", "RQ-0002", "../RQ-0003"]) writeRetryRequest(place, request(id, true));
  expect(readRetryRequests(place)).toHaveLength(3);
  expect(takeRetryRequests(place, store)).toEqual(["RQ-0001"]);
  expect(store.require("RQ-0001")).toMatchObject({ retry_requested: true, retry_restart: true, retry_message: "look again" });
  expect(place.warnings.join("\n")).toContain("../RQ-0003");
  expect(place.warnings.join("\n")).toContain("RQ-0002 is completed");
  expect(readRetryRequests(place)).toEqual([]);
  expect(takeRetryRequests(place, store)).toEqual([]);
});

test("a later request for a task replaces the one before", () => {
  using place = new Place();
  writeRetryRequest(place, request("RQ-0001"));
  writeRetryRequest(place, request("RQ-0001", true));
  expect(readRetryRequests(place)).toEqual([request("RQ-0001", true)]);
});

test.each<[Partial<WorkerRecord>, ReturnType<typeof passedOverFor>]>([
  [{ lifecycle: "blocked_push" }, "blocked"],
  [{ lifecycle: "failed", awaits_retry: true }, "blocked"],
  [{ lifecycle: "completed", integration: "held" }, "held"],
  [{ lifecycle: "completed", local_refresh: "pending" }, "landed_elsewhere"],
  [{ lifecycle: "failed" }, null],
  [{ lifecycle: "completed" }, null],
])("selection passes over %j: %p", (fields, reason) => {
  expect(passedOverFor(worker("RQ-0001", fields))).toBe(reason);
});
