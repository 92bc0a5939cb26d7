import { isCueLoopError, messageOf } from "../../../base/errors.ts";
import { gatedTaskRunners, requireTrustedTask } from "../../../config/trust/task-runner.ts";
import { takeClaim } from "../../../queue/claims/claim.ts";
import type { Task } from "../../../queue/task.ts";
import { announceSettings } from "../../../run/announce.ts";
import { resolveTaskSettings } from "../../../run/settings/task-settings.ts";
import { requirePrograms } from "../../../run/start/programs.ts";
import type { PluginSet } from "../../../runners/plugins/discovery.ts";
import type { ParallelRun } from "../../run.ts";
import type { WorkerRecord } from "../../state/record.ts";
import type { AdminLock } from "../../worktree/admin-lock.ts";
import type { Begun } from "../hooked.ts";
import type { TaskEnd } from "../options.ts";
import type { Slot } from "./slot.ts";
import { takeUpAgain } from "./take-up-again.ts";

export interface Opening {
  readonly run: ParallelRun;
  readonly admin: AdminLock;
  readonly plugins: PluginSet;
  /** Whether the task may begin; null: it is passed over. */
  ask(task: Task): Promise<Begun | null>;
}

export type Opened =
  | { readonly kind: "open"; readonly slot: Slot }
  /** `held`: by another run; should it be free again, the next run may take it. */
  | { readonly kind: "skipped" | "held" }
  /** It cannot be worked, which is its end. */
  | { readonly kind: "failed"; readonly end: TaskEnd };

/**
 * What a task needs before it costs anything. `kept`: the record of an earlier attempt that is gone on with, which has
 * been agreed to. Throws only when the run was interrupted.
 */
export async function openSlot(opening: Opening, found: Task, kept: WorkerRecord | null): Promise<Opened> {
  const { context, state } = opening.run;
  try {
    const begun = kept === null ? await opening.ask(found) : { task: found, hookSettings: null };
    return begun === null ? { kind: "skipped" } : await claimed(opening, begun, kept);
  } catch (error) {
    if (context.signal.aborted) throw error;
    const reason = context.redact(messageOf(error));
    if (kept !== null) state.upsert({ ...kept, lifecycle: "blocked_push", retry_requested: null, last_error: reason });
    const hint = isCueLoopError(error) ? (error.hint ?? null) : null;
    return { kind: "failed", end: { ...unbegun(found), reason, hint: hint === null ? null : context.redact(hint) } };
  }
}

async function claimed({ run, admin, plugins }: Opening, { task, hookSettings }: Begun, kept: WorkerRecord | null): Promise<Opened> {
  const { context } = run;
  const id = task.id.trim();
  requireTrustedTask(context.trust, id, gatedTaskRunners(task.agent, run.run.agent));
  const settings = resolveTaskSettings(context, { task, run: run.run, plugins, hook: hookSettings });
  requirePrograms(context, settings);
  const token = crypto.randomUUID();
  const taken = takeClaim(context, run.common, id, { label: "run loop", token, runId: context.runId, root: context.root });
  if (taken.kind === "held") return { kind: "held" };
  const again = kept === null ? null : await takeUpAgain(run, admin, kept, token);
  context.emit({ kind: "task_selected", task_id: id, message: task.title });
  announceSettings(context, task, settings, run.mode);
  const slot: Slot = {
    task,
    token,
    claim: taken.claim,
    left: again?.left ?? "all",
    message: again?.message ?? null,
    hookSettings,
    startedAt: context.clock.monotonicMs(),
    state: "busy",
    process: null,
    silentTicks: 0,
    place: null,
    usage: null,
    inTurn: false,
  };
  return { kind: "open", slot };
}

function unbegun(task: Task): Omit<TaskEnd, "reason" | "hint"> {
  return { taskId: task.id.trim(), title: task.title, kind: "failed", commit: null, branch: null, worktree: null, salvage: null };
}
