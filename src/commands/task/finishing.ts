import type { Environment } from "../../base/context.ts";
import { CueLoopError } from "../../base/errors.ts";
import type { InsideRun, RepoContext } from "../../config/context.ts";
import { requireId } from "../../queue/books.ts";
import { completeTask } from "../../queue/change/archive.ts";
import type { TerminalStatus } from "../../queue/status.ts";
import { writeOutcome } from "../../queue/store/outcome.ts";
import { withQueue } from "../../queue/store/transaction.ts";
import { openRepo } from "../frame/repo.ts";
import type { Session } from "../frame/session.ts";

export interface Finish {
  readonly id: string;
  readonly outcome: TerminalStatus;
  readonly notes: readonly string[];
  /** False: fail at once when somebody holds the queue. */
  readonly wait: boolean;
}

/**
 * `task done` and `task reject`: archives the task. From inside a run, its own task is only reported:
 * the run decides, after its gate.
 */
export async function finishTask(session: Session, finish: Finish): Promise<void> {
  const repo = await openRepo(session);
  const id = requireId(finish.id);
  if (repo.insideRun === null) await archive(repo, id, finish);
  else report(repo, repo.insideRun, id, finish);
}

async function archive(repo: RepoContext, id: string, { outcome, notes, wait }: Finish): Promise<void> {
  const verb = outcome === "done" ? "done" : "reject";
  await withQueue(repo, { label: "task", operation: `task ${verb} ${id}`, validateFirst: true, wait }, (books, now) => {
    const completed = completeTask(books, id, outcome, { now, notes, redact: repo.redact, fields: agentFields(repo.env) });
    return { books: completed.books, result: null };
  });
  repo.log.info(`${id} is ${outcome} and in the done file.`);
}

function report(repo: RepoContext, insideRun: InsideRun, taskId: string, { outcome, notes }: Finish): void {
  if (insideRun.taskId !== taskId) {
    const own = insideRun.taskId === null ? "it has no task of its own" : `its own task is ${insideRun.taskId}`;
    throw new CueLoopError("run.inside_run", {
      message: `${taskId} cannot be finished from inside run ${insideRun.runId}: ${own}.`,
      hint: "An agent reports its own task only. Leave the other one to a person.",
      where: { taskId },
    });
  }
  writeOutcome(repo, { runId: insideRun.runId, taskId, outcome, notes });
  repo.log.info(`${taskId} is recorded as ${outcome}; the run archives it${outcome === "done" ? " once the gate has passed" : ""}.`);
}

/** What an agent's environment says of the runner and model that did the work. */
function agentFields(env: Environment): Record<string, string> {
  return {
    runner_used: env["CUELOOP_RUNNER_USED"]?.trim().toLowerCase() ?? "",
    model_used: env["CUELOOP_MODEL_USED"]?.trim() ?? "",
  };
}
