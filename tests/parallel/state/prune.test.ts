import { expect, test } from "bun:test";
import { parseTimestamp } from "../../../src/base/clock.ts";
import { pruneState } from "../../../src/parallel/state/prune.ts";
import type { WorkerRecord } from "../../../src/parallel/state/record.ts";
import { stateWith, worker } from "./support.ts";

const noon = parseTimestamp("2026-11-20T12:00:00Z")?.instant ?? 0n;
const dayOld = "2026-11-19T12:00:00Z";
const younger = "2026-11-19T12:00:01Z";
const old = "2026-10-01T00:00:00Z";

test.each<[string, Partial<WorkerRecord>, boolean]>([
  ["completed a day ago", { lifecycle: "completed", completed_at: dayOld }, true],
  ["failed a day ago", { lifecycle: "failed", completed_at: dayOld }, true],
  ["completed within the day, begun before it", { lifecycle: "completed", started_at: old, completed_at: younger }, false],
  ["failed without an end, begun a day ago", { started_at: dayOld }, true],
  ["failed without an end, begun within the day", { started_at: younger }, false],
  ["with a time that is none", { completed_at: "yesterday" }, true],
  ["blocked, however old", { lifecycle: "blocked_push", completed_at: old }, false],
  ["running, however old", { lifecycle: "running", started_at: old }, false],
  ["integrating, however old", { lifecycle: "integrating", started_at: old }, false],
  ["held", { lifecycle: "completed", completed_at: old, integration: "held" }, false],
  ["landed elsewhere", { lifecycle: "completed", completed_at: old, local_refresh: "pending" }, false],
  ["given up and waiting for a person", { completed_at: old, awaits_retry: true, salvage_ref: "refs/cueloop/salvage/x" }, false],
  ["asked for again", { lifecycle: "running", completed_at: old, retry_requested: true }, false],
])("a record %s", (_, fields, isDropped) => {
  const [first, last] = [worker("RQ-0001"), worker("RQ-0003")];
  const record = worker("RQ-0002", fields);
  const { state, dropped } = pruneState(stateWith([first, record, last]), noon);
  expect(dropped).toEqual(isDropped ? [record] : []);
  expect(state.workers).toEqual(isDropped ? [first, last] : [first, record, last]);
});
