import { processStart } from "../../base/identity.ts";
import { pushCommit } from "../../git/remote/branch.ts";
import type { BooksCommit } from "./books-commit.ts";
import { moveTarget } from "./checkout/move-target.ts";
import { finishLanded } from "./end/complete.ts";
import { type Journal, removeLandingJournal, writeLandingJournal } from "./journal.ts";
import { type Landing, type LandingEnd, steadily } from "./landing.ts";

export type Carried =
  | LandingEnd
  /** Somebody was faster: to be prepared again at once. */
  | { readonly kind: "race"; readonly reason: string }
  /** To be tried again after a pause. */
  | { readonly kind: "later"; readonly reason: string };

/** What is about to happen, for `carryOn`. */
export function journalFor({ run, taskId, record }: Landing, plan: Pick<Journal, "old" | "new" | "base" | "work" | "step">): Journal {
  return {
    version: 1,
    task_id: taskId,
    mode: run.mode === "commit_and_push" ? "commit_and_push" : "commit",
    target: run.target.branch,
    remote: run.target.remote,
    pid: process.pid,
    pid_start: processStart(process.pid),
    token: record.token ?? "",
    backup: false,
    ...plan,
  };
}

/** Does what a journal says, from the step it names; each step is written down before it counts as done. */
export async function carryOn(landing: Landing, planned: Journal, created: BooksCommit["created"]): Promise<Carried> {
  const { context } = landing.run;
  let journal = writeLandingJournal(context.runtimeDir, planned);
  if (journal.step === "prepared" && journal.remote !== null) {
    const place = `${journal.remote.name}/${journal.remote.branch}`;
    const verdict = await pushCommit(context, journal.new, journal.remote);
    if (verdict.kind !== "pushed") {
      removeLandingJournal(context.runtimeDir);
      if (verdict.kind === "race") return verdict;
      if (verdict.kind === "network") return { kind: "later", reason: `${place} could not be reached: ${verdict.reason}` };
      return { kind: "blocked", reason: `${place} refused the push: ${verdict.reason}` };
    }
    journal = writeLandingJournal(context.runtimeDir, { ...journal, step: "pushed" });
    const message = `Pushed to ${place}.`;
    context.emit({ kind: "push", task_id: landing.taskId, message, payload: { outcome: "pushed" } });
  }
  return advance(steadily(landing), journal, created);
}

async function advance(landing: Landing, planned: Journal, created: BooksCommit["created"]): Promise<Carried> {
  const { context, target } = landing.run;
  let journal = planned;
  let isPending = false;
  if (journal.step !== "advanced") {
    const moved = await moveTarget(landing, journal, () => {
      journal = writeLandingJournal(context.runtimeDir, { ...journal, backup: true });
    });
    if (moved.kind !== "moved" && journal.remote === null) {
      removeLandingJournal(context.runtimeDir);
      if (moved.kind === "raced") return { kind: "race", reason: `${target.branch} moves on faster than results can be brought in` };
      return { kind: "waiting_checkout", paths: moved.paths, reason: moved.reason };
    }
    if (moved.kind !== "moved") {
      isPending = true;
      const why = moved.kind === "deferred" ? moved.reason : "it has commits of its own";
      const message = `${landing.taskId} is on the remote, but ${target.branch} could not follow here: ${why}. It is tried again.`;
      context.emit({ kind: "warning", task_id: landing.taskId, message });
    }
    journal = writeLandingJournal(context.runtimeDir, { ...journal, step: "advanced", backup: false });
  }
  return finishLanded(landing, journal, { created, isPending });
}
