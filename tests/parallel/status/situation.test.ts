import { expect, test } from "bun:test";
import * as v from "valibot";
import { processStart } from "../../../src/base/identity.ts";
import { StatusDocument, statusDocument } from "../../../src/parallel/status/document.ts";
import type { StatusFacts } from "../../../src/parallel/status/facts.ts";
import { problemOf } from "../../support/command-lines.ts";
import { facts, lock, type Situated } from "./support.ts";

const LOOP = "cueloop run loop --resume --max-tasks 0 --parallel <N>";
const STATUS = "cueloop run parallel status";
const RETRY = "cueloop run parallel retry --task <TASK_ID>";
const UNLOCK = "cueloop queue unlock";

const alive: Situated = { fields: { lifecycle: "running", pid: process.pid, pid_start: processStart(process.pid) } };
const landing: Situated = { fields: { lifecycle: "integrating", run_id: "run-1" } };
const orphan: Situated = { fields: { lifecycle: "running", pid: process.pid, pid_start: "1" } };
const blocked: Situated = { fields: { lifecycle: "blocked_push", push_attempts: 3, last_error: "conflict" }, workspace: true };
const failed: Situated = { fields: { lifecycle: "failed", last_error: "exit 1" } };
const completed: Situated = { fields: { lifecycle: "completed", completed_at: "2026-11-20T11:00:00Z" } };
const retried: Situated = { fields: { lifecycle: "running", retry_requested: true }, workspace: true };
const left: Situated = { ...completed, workspace: true };

const BLOCKED = ["blocked", "operator_recovery", "blocked_push"];
const FAILED = ["stalled", "operator_recovery", "worker_failed"];
const LOCK = ["stalled", "lock_blocked", null];

test.each<[string, StatusFacts, (string | null)[] | null, string[]]>([
  ["a live lock, no state", facts(null, lock("held")), LOCK, [LOOP]],
  ["a live lock, nothing active", facts([blocked], lock("held")), LOCK, [LOOP]],
  ["a live lock of another run than the record's", facts([landing], lock("held", { runId: "run-2" })), LOCK, [LOOP]],
  ["a live lock that is no loop's", facts([landing], lock("held", { label: "queue sort" })), LOCK, [LOOP]],
  ["a stale lock, with a worker", facts([alive], lock("stale")), LOCK, [UNLOCK, LOOP, STATUS]],
  ["a lock of nobody, with a worker", facts([alive], lock("unclear")), LOCK, [UNLOCK, LOOP]],
  ["no state file", facts(null), null, [LOOP, STATUS]],
  ["a worker under a live lock", facts([blocked, alive], lock("held")), null, [STATUS]],
  ["a worker without a lock", facts([alive, failed]), null, [STATUS]],
  ["a result being landed", facts([landing], lock("held")), null, [STATUS]],
  ["a worker of the older program", facts([landing], lock("held", { runId: null })), null, [STATUS]],
  ["a blocked worker", facts([failed, blocked, left]), BLOCKED, [STATUS, RETRY, LOOP]],
  ["a failed worker", facts([completed, failed, left]), FAILED, [STATUS, RETRY]],
  ["a failed worker and an orphan", facts([orphan, failed]), FAILED, [STATUS, RETRY, LOOP]],
  ["a worktree left of a finished task", facts([left]), null, [STATUS, LOOP]],
  ["a marker left of a finished task", facts([{ ...completed, marker: { kind: "unreadable", problem: "x" } }]), null, [STATUS, LOOP]],
  ["an orphan", facts([orphan]), null, [LOOP]],
  ["a retry that waits", facts([retried]), null, [LOOP]],
  ["finished tasks alone", facts([completed]), null, [LOOP]],
  ["no workers", facts([]), null, [LOOP]],
])("%s", (_, known, expected, commands) => {
  const document = statusDocument(known);
  expect(v.parse(StatusDocument, document)).toEqual(document);
  const { blocking, continuation } = document;
  expect(continuation.next_steps.map(({ command }) => command)).toEqual(commands);
  expect(continuation.blocking).toEqual(blocking);
  if (expected === null) expect(blocking).toBeUndefined();
  else {
    const reason = blocking?.reason;
    expect([blocking?.status ?? null, reason?.kind ?? null, reason?.kind === "operator_recovery" ? reason.reason : null]).toEqual(expected);
    expect(blocking?.observed_at).toBe("2026-11-20T12:00:00.000000000Z");
    if (reason?.kind === "operator_recovery") expect(reason).toMatchObject({ scope: "parallel", suggested_command: RETRY });
  }
  for (const command of commands) expect(problemOf(command.replace("cueloop ", ""))).toBeNull();
});

test("every lifecycle is counted", () => {
  const { lifecycle_counts: counts } = statusDocument(facts([alive, orphan, landing, completed, failed, blocked, blocked]));
  expect(counts).toEqual({ running: 2, integrating: 1, completed: 1, failed: 1, blocked: 2, total: 7 });
});

test("the state is passed on as it is, without the tokens of the attempts", () => {
  const { status } = statusDocument(
    facts([{ fields: { lifecycle: "running", token: "secret", last_error: null, branch: "cueloop/RQ-0001" } }]),
  );
  expect(status).toEqual({
    schema_version: 3,
    started_at: "2026-11-20T08:00:00Z",
    target_branch: "main",
    workers: [expect.objectContaining({ task_id: "RQ-0001", branch: "cueloop/RQ-0001" })],
  });
  for (const word of ["secret", "token", "last_error"]) expect(JSON.stringify(status)).not.toContain(word);
  expect(statusDocument(facts(null)).status).toEqual({ schema_version: 3, workers: [], message: expect.any(String) });
});
