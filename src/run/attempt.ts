import { messageOf } from "../base/errors.ts";
import { deleteRefsBelow } from "../git/refs/refs.ts";
import { currentBranch, headCommit } from "../git/repository.ts";
import { captureTree, indexTree } from "../git/tree.ts";
import { findTask, taskNotFound } from "../queue/books.ts";
import { applyStatus } from "../queue/status.ts";
import type { QueueLock } from "../queue/store/lock.ts";
import { adoptOutcome, removeOutcome } from "../queue/store/outcome.ts";
import { withQueue } from "../queue/store/transaction.ts";
import type { Task } from "../queue/task.ts";
import type { PluginSet } from "../runners/plugins/discovery.ts";
import { type Completed, completeTask } from "./completion/complete.ts";
import type { RunContext } from "./context.ts";
import { appendHistory } from "./history.ts";
import { historyEntry } from "./history-entry.ts";
import type { HookSettings } from "./hooks.ts";
import { type Job, repoPromptBlocks, type Tally } from "./job.ts";
import type { PublishMode, RunSettings } from "./options.ts";
import { artefactsOf, removeArtefacts, removeResponse } from "./phases/artefacts.ts";
import { rehearsePrompts } from "./phases/prompt.ts";
import { completed, runPhases } from "./phases/run-phases.ts";
import { markBase } from "./refs.ts";
import { type EarlierAttempt, earlierTrees, runsOf } from "./resume/earlier.ts";
import { decideRestart, type Restart } from "./resume/restart.ts";
import { openRecord, reopenRecord } from "./session/open-record.ts";
import type { PlacedTask } from "./session/sidecar.ts";
import type { TaskSettings } from "./settings/task-settings.ts";
import { workExclusions } from "./trees.ts";
import { TurnBudget } from "./turns/budget.ts";
import { turnLimit } from "./turns/limits.ts";
import { givingUp } from "./undo/give-up.ts";

export interface Attempt {
  readonly task: Task;
  readonly run: RunSettings;
  /** What hooks wanted for the task. */
  readonly hookSettings: HookSettings | null;
  readonly settings: TaskSettings;
  readonly plugins: PluginSet;
  readonly lock: QueueLock;
  /** An interrupted attempt at the same task: to go on with, or whose changes are in the tree. */
  readonly earlier: EarlierAttempt | null;
  readonly publishMode: PublishMode;
  readonly message: string | null;
  readonly completedInLoop: number;
  readonly maxTasks: number;
  readonly tally: Tally;
}

/** Takes a selected task from `doing` to done: phases, gate, archive, publish, history. */
export async function workTask(context: RunContext, attempt: Attempt): Promise<Completed> {
  const job = await beginTask(context, attempt);
  return givingUp(context, job, () => workJob(context, job));
}

async function workJob(context: RunContext, job: Job): Promise<Completed> {
  const { conversation } = await runPhases(context, job);
  const result = await completeTask(context, job, conversation);
  completed(context, job, conversation);
  // What an earlier run of the attempt took is not known here.
  if (result.outcome === "done" && job.restart === null) recordHistory(context, job, result);
  removeArtefacts(context, job.task.id);
  // Last: while it is there the next start clears what a kill leaves.
  job.record.remove();
  return result;
}

/** Everything up to the first phase; nothing is written before all that can be checked was checked. */
async function beginTask(context: RunContext, attempt: Attempt): Promise<Job> {
  const { task, run, settings, publishMode, earlier } = attempt;
  const { agent } = context.config;
  const repoPrompt = repoPromptBlocks(run.repoPrompt, { tools: agent.repoprompt_tool_injection, plan: agent.repoprompt_plan_required });
  rehearsePrompts(context, { task, settings, gate: context.gate, publishMode, repoPrompt, message: attempt.message });
  const exclude = workExclusions(context);
  const kept = earlier === null ? null : await earlierTrees(context, earlier);
  const [base, index] = await Promise.all([captureTree(context, { exclude }), kept?.index ?? indexTree(context)]);
  if (base.nested.length > 0) {
    context.emit({
      kind: "warning",
      task_id: task.id,
      message: `Nested git repositories are left out of everything this run keeps: ${base.nested.join(", ")}.`,
    });
  }
  const trees = kept ?? { base: base.tree, index };
  const resumed = earlier?.resumed === true ? earlier : null;
  await markBase(context, context.runId, task.id, trees, resumed !== null);
  // The commit belongs to the trees: what was committed since is told from it when the work is undone.
  const head = kept === null || earlier === null || earlier.sidecar === null ? await headCommit(context) : earlier.sidecar.head;
  const marked = await markDoing(context, attempt);
  const before = earlier?.sidecar?.task_before ?? marked.record;
  if (resumed === null) {
    removeOutcome(context, task.id);
    removeArtefacts(context, task.id);
  }
  const restart = resumed === null ? null : restartOf(context, attempt, resumed);
  const branch = await currentBranch(context);
  const record =
    resumed === null
      ? openRecord(context, attempt, before, { head, branch })
      : reopenRecord(context, attempt, resumed, { before, head, branch });
  if (earlier !== null) await leaveRuns(context, task.id, earlier);
  const used = resumed?.sidecar?.turns ?? 0;
  return {
    task: marked.doing,
    before,
    run,
    hookSettings: attempt.hookSettings,
    settings,
    gate: context.gate,
    publishMode,
    repoPrompt,
    plugins: attempt.plugins,
    baseTree: trees.base,
    startTree: base.tree,
    head,
    branch,
    nested: base.nested,
    exclude,
    record,
    restart,
    lock: attempt.lock,
    turns: new TurnBudget(turnLimit(run.maxTurns, settings.phaseCount, settings.iterations, used), used),
    tally: attempt.tally,
    message: attempt.message,
  };
}

/** Where an interrupted attempt goes on, with what is to be told about that. */
function restartOf(context: RunContext, { task, settings }: Attempt, earlier: EarlierAttempt): Restart {
  const { phases, phaseCount, iterations } = settings;
  const runners = { 1: phases[1].runner.id, 2: phases[2].runner.id, 3: phases[3].runner.id };
  const restart = decideRestart({ ...earlier, ...artefactsOf(context, task.id), phaseCount, iterations, runners });
  if (!restart.responseCounts) removeResponse(context, task.id);
  if (restart.repeated !== null) context.emit({ kind: "warning", task_id: task.id, message: restart.repeated });
  return restart;
}

/** The attempt is this run's now: what an agent recorded in the earlier ones counts, and their refs are not needed. */
async function leaveRuns(context: RunContext, taskId: string, earlier: EarlierAttempt): Promise<void> {
  const runs = runsOf(earlier).filter((id) => id !== context.runId);
  if (earlier.resumed) adoptOutcome(context, taskId, { from: runs, to: context.runId });
  for (const id of runs) await deleteRefsBelow(context, `refs/cueloop/run/${id}/`);
}

async function markDoing(context: RunContext, attempt: Attempt): Promise<{ record: PlacedTask; doing: Task }> {
  return withQueue(context, { label: "run one", lock: attempt.lock, runId: context.runId }, (books, now) => {
    const found = findTask(books, attempt.task.id);
    if (found === null || found.file === "done") throw taskNotFound(attempt.task.id);
    const doing = applyStatus(found.task, "doing", now);
    const queue = { ...books.queue, tasks: books.queue.tasks.with(found.index, doing) };
    return { books: { ...books, queue }, result: { record: { index: found.index, task: found.task }, doing } };
  });
}

/** Failing to record only warns: the task is done. */
function recordHistory(context: RunContext, job: Job, result: Completed): void {
  const entry = historyEntry(context, job, result.evidence);
  if (entry === null) return;
  try {
    appendHistory(context, entry);
  } catch (error) {
    context.emit({ kind: "warning", task_id: job.task.id, message: `The execution history was not written: ${messageOf(error)}` });
  }
}
