import { formatTimestamp } from "../../../base/clock.ts";
import type { WorkerRecord } from "../../state/record.ts";
import type { TaskEnd } from "../options.ts";
import { arePhasesFinished, giveUpAttempt } from "./give-up.ts";
import type { Shepherding } from "./shepherding.ts";
import type { Slot } from "./slot.ts";

/** How a task ended, with where its work is as its record says. */
export function endOf(slot: Slot, record: WorkerRecord | null, end: Pick<TaskEnd, "kind"> & Partial<TaskEnd>): TaskEnd {
  return {
    taskId: slot.task.id.trim(),
    title: slot.task.title,
    commit: null,
    branch: record?.branch ?? null,
    worktree: record?.workspace_path ?? null,
    salvage: record?.salvage_ref ?? null,
    reason: null,
    hint: null,
    ...end,
  };
}

/** The work is kept on its branch, in its worktree. */
export function blocked(with_: Shepherding, slot: Slot, reason: string, attempts: number): TaskEnd {
  const { context, state } = with_.run;
  const record = state.patch(slot.task.id, {
    lifecycle: "blocked_push",
    step: "done",
    completed_at: formatTimestamp(context.clock.now()),
    last_error: reason,
    pid: null,
    pid_start: null,
    ...(attempts === 0 ? {} : { push_attempts: attempts }),
  });
  tell(with_, slot, "blocked", `${slot.task.id} could not be brought in: ${reason}`);
  return endOf(slot, record, { kind: "blocked", reason });
}

/** What there is goes under a salvage ref; work whose phases are finished stays as it is, for a person to decide about. */
export async function failed(with_: Shepherding, slot: Slot, reason: string): Promise<TaskEnd> {
  const { run, admin } = with_;
  const record = run.state.find(slot.task.id);
  if (record === null || record.token !== slot.token) return endOf(slot, null, { kind: "failed", reason });
  if (record.lifecycle === "completed") {
    // It went wrong after the end: the work is where it belongs.
    run.context.log.warn(`${slot.task.id} is finished. ${reason}`);
    return endOf(slot, record, { kind: record.integration === "held" ? "held" : "landed", commit: record.integrated_commit ?? null });
  }
  if (arePhasesFinished(run, record)) return blocked(with_, slot, reason, 0);
  const given = await giveUpAttempt(run, admin, record, reason);
  const kind = given.lifecycle === "blocked_push" ? "blocked" : "failed";
  tell(with_, slot, kind, `${slot.task.id} failed: ${reason}`);
  return endOf(slot, given, { kind, reason: given.last_error ?? reason });
}

/** Tells where a task stands. */
export function tell(with_: Shepherding, slot: Slot, state: "working" | "waiting_checkout" | "blocked" | "failed", message: string): void {
  const record = with_.run.state.find(slot.task.id);
  with_.run.context.emit({
    kind: "worker_state",
    task_id: slot.task.id,
    message,
    payload: { state, branch: record?.branch ?? null, path: record?.workspace_path ?? null },
  });
}
