import { causeChain } from "../../base/errors.ts";
import type { RunContext } from "../context.ts";
import type { PhaseName } from "../events.ts";
import type { Job } from "../job.ts";
import { undoWork } from "../undo/undo-task.ts";

interface PhaseStart {
  readonly name: PhaseName;
  /** Tree of the work tree when the phase began. */
  readonly tree: string;
}

/** Whether what a failed call changed is undone for the sake of another try. */
export function undoesBeforeRetry(context: RunContext, job: Job, phase: PhaseStart): boolean {
  return phase.name !== "review" && (job.run.revertMode ?? context.config.agent.git_revert_mode) === "enabled";
}

/** Takes the tree back to where the phase began; returns why that was not possible, else null. */
export async function undoPhase(context: RunContext, job: Job, phase: PhaseStart): Promise<string | null> {
  try {
    const { kept } = await undoWork(context, job, undefined, phase.tree);
    if (kept !== null) {
      const message = `What the failed call changed was undone before the next try; it is kept in ${kept.ref}.`;
      context.emit({ kind: "message", task_id: job.task.id, phase: phase.name, message });
    }
    return null;
  } catch (error) {
    return `what it had changed could not be undone: ${causeChain(error).join(": ")}`;
  }
}
