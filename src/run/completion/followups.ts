import { mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { formatTimestamp } from "../../base/clock.ts";
import { isCueLoopError, messageOf } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import { parseJsonc } from "../../base/jsonc.ts";
import { parseValue } from "../../base/parse.ts";
import { applyFollowups as planFollowups, wasApplied } from "../../queue/change/followups.ts";
import { FollowupsProposal } from "../../queue/change/request.ts";
import { withQueue } from "../../queue/store/transaction.ts";
import type { RunContext } from "../context.ts";
import type { Job } from "../job.ts";

/** Makes the tasks the agent proposed; a proposal that is not valid is named in a warning and stays where it is. */
export async function applyFollowups(context: RunContext, job: Pick<Job, "task" | "lock" | "record">): Promise<void> {
  const taskId = job.task.id;
  const path = join(context.runtimeDir, "cache", "followups", `${taskId}.json`);
  const text = readTextIfExists(path);
  if (text === null) return;
  try {
    const document = parseJsonc(text, path);
    const proposal = parseValue(
      FollowupsProposal,
      { value: document.value, file: path, place: (at) => document.place(at) },
      "follow-up proposal",
    );
    const created = proposal.tasks.length === 0 ? [] : await apply(context, job, proposal);
    putAway(context, path, taskId);
    if (created.length > 0) context.emit({ kind: "followups_applied", task_id: taskId, payload: { created } });
  } catch (error) {
    if (!isProposalProblem(error)) throw error;
    context.emit({
      kind: "warning",
      task_id: taskId,
      message: `The follow-up proposal ${path} was not applied: ${messageOf(error)}\n\`cueloop task followups apply --task ${taskId} --dry-run\` checks it.`,
    });
  }
}

async function apply(
  context: RunContext,
  job: Pick<Job, "task" | "lock" | "record">,
  proposal: FollowupsProposal,
): Promise<{ task_id: string; title: string }[]> {
  const run = { runId: context.runId, taskId: job.task.id, since: job.record.session.run_started_at };
  const options = { label: "run one", lock: job.lock, operation: `follow-ups of ${job.task.id}`, runId: context.runId };
  return withQueue(context, options, (books, now) => {
    if (wasApplied(books, proposal, job.task.id)) return { books, result: [] };
    const rules = { prefix: context.idPrefix, width: context.idWidth };
    const { books: changed, created } = planFollowups(books, proposal, job.task.id, { rules, now, run });
    return { books: changed, result: created.map(({ task }) => ({ task_id: task.id, title: task.title })) };
  });
}

/** Kept under `applied/`, so that applying it again is a deliberate act. */
function putAway(context: RunContext, path: string, taskId: string): void {
  const stamp = formatTimestamp(context.clock.now()).replace(/[:.-]/g, "");
  const target = join(dirname(path), "applied", `${taskId}-${stamp}.json`);
  mkdirSync(dirname(target), { recursive: true });
  renameSync(path, target);
}

function isProposalProblem(error: unknown): boolean {
  return ["json.syntax", "file.invalid", "queue.request_invalid", "queue.too_many_made_in_run"].some((code) => isCueLoopError(error, code));
}
