import { expect, test } from "bun:test";
import { wayOn } from "../../../src/parallel/state/held-back.ts";
import type { WorkerRecord } from "../../../src/parallel/state/record.ts";

test.each<[Partial<WorkerRecord>, string | null]>([
  [{ lifecycle: "running" }, null],
  [{ lifecycle: "failed" }, null],
  [{ lifecycle: "completed" }, null],
  [{ lifecycle: "integrating" }, "cueloop run loop --parallel"],
  [{ lifecycle: "running", retry_requested: true }, "cueloop run loop --parallel"],
  [{ lifecycle: "blocked_push" }, "cueloop run parallel retry --task RQ-0001"],
  [{ lifecycle: "failed", awaits_retry: true }, "cueloop run parallel retry --task RQ-0001"],
  [{ lifecycle: "completed", integration: "held", branch: "cueloop-work/RQ-0001" }, "git merge cueloop-work/RQ-0001"],
  [{ lifecycle: "completed", local_refresh: "pending" }, "git merge night"],
])("a record with %j is left alone for: %s", (fields, way) => {
  const record: WorkerRecord = {
    task_id: "RQ-0001",
    workspace_path: "/w/RQ-0001",
    lifecycle: "running",
    started_at: "2026-11-20T08:00:00Z",
    push_attempts: 0,
    ...fields,
  };
  const said = wayOn(record, "night");
  if (way === null) expect(said).toBeNull();
  else expect(said).toContain(`\`${way}\``);
});
