import { parseTimestamp } from "../../../src/base/clock.ts";
import type { WorkerRecord } from "../../../src/parallel/state/record.ts";
import { type MarkerState, type StatusFacts, standingOf, type WorkerFacts } from "../../../src/parallel/status/facts.ts";
import type { LockState } from "../../../src/queue/store/lock.ts";
import { stateWith, worker } from "../state/support.ts";

const free: LockState = {
  path: "/r/.cueloop/lock",
  kind: "free",
  metadata: "missing",
  owner: null,
  sharers: [],
  holder: null,
  identity: "",
  ageMs: 0,
  abandoned: false,
};

/** A lock that a loop holds, unless told otherwise. */
export function lock(
  kind: LockState["kind"],
  { label = "run loop", runId = "run-1" }: { label?: string; runId?: string | null } = {},
): LockState {
  if (kind === "free") return free;
  if (kind === "unclear") return { ...free, kind };
  const owner = {
    pid: 7,
    startedAt: "2026-11-20T11:00:00Z",
    command: "c",
    label,
    host: null,
    bootId: null,
    pidNs: null,
    runId,
    pidStart: null,
  };
  const judgement = { state: kind === "stale" ? "dead" : "live", reason: "process" } as const;
  const holder = { file: "owner", owner, judgement, review: null };
  return { ...free, kind, metadata: "known", owner: holder, holder };
}

export interface Situated {
  readonly fields?: Partial<WorkerRecord>;
  readonly workspace?: boolean;
  readonly marker?: MarkerState;
  readonly merged?: boolean;
}

/** Facts of workers RQ-0001, RQ-0002, …; null: there is no state file. */
export function facts(workers: readonly Situated[] | null, held: LockState = free, more: Partial<StatusFacts> = {}): StatusFacts {
  const all = (workers ?? []).map(({ fields, workspace = false, marker = { kind: "missing" }, merged = false }, index): WorkerFacts => {
    const record = worker(`RQ-000${index + 1}`, fields);
    return { record, standing: standingOf(record, held, new Set()), workspace, marker, merged };
  });
  return {
    lock: held,
    state: workers === null ? null : stateWith(all.map(({ record }) => record)),
    newerVersion: null,
    workers: all,
    unlanded: [],
    maxAttempts: 50,
    retentionHours: 24,
    now: parseTimestamp("2026-11-20T12:00:00Z")?.instant ?? 0n,
    ...more,
  };
}
