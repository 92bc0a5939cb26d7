import { formatTimestamp } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import { deleteRefsBelow } from "../git/refs.ts";
import { currentBranch, headCommit } from "../git/repository.ts";
import { captureTree, indexTree } from "../git/tree.ts";
import { findTask, taskNotFound } from "../queue/books.ts";
import { applyStatus } from "../queue/status.ts";
import type { QueueLock } from "../queue/store/lock.ts";
import { removeOutcome } from "../queue/store/outcome.ts";
import { withQueue } from "../queue/store/transaction.ts";
import type { Task } from "../queue/task.ts";
import type { PluginSet } from "../runners/plugins/discovery.ts";
import { type Completed, completeTask } from "./completion/complete.ts";
import type { RunContext } from "./context.ts";
import { appendHistory, durationOf, historyPhases } from "./history.ts";
import { type Job, repoPromptBlocks, type Tally } from "./job.ts";
import type { PublishMode, RunSettings } from "./options.ts";
import { removeArtefacts } from "./phases/artefacts.ts";
import { rehearsePrompts } from "./phases/prompt.ts";
import { completed, runPhases } from "./phases/run-phases.ts";
import { markBase } from "./refs.ts";
import { SessionRecord } from "./session/record.ts";
import { sessionId } from "./session/session-file.ts";
import { type PlacedTask, readSidecar } from "./session/sidecar.ts";
import type { TaskSettings } from "./settings/task-settings.ts";
import type { EarlierAttempt } from "./start/startable.ts";
import { workExclusions } from "./trees.ts";
import { TurnBudget } from "./turns/budget.ts";
import { turnLimit } from "./turns/limits.ts";

export interface Attempt {
  readonly task: Task;
  readonly run: RunSettings;
  readonly settings: TaskSettings;
  readonly plugins: PluginSet;
  readonly lock: QueueLock;
  /** An interrupted attempt that this one goes on from. */
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
  const { conversation } = await runPhases(context, job);
  const result = await completeTask(context, job, conversation);
  completed(context, job, conversation);
  job.record.remove();
  removeArtefacts(context, job.task.id);
  if (result.outcome === "done") recordHistory(context, job, result);
  return result;
}

/** Everything up to the first phase; nothing is written before all that can be checked was checked. */
async function beginTask(context: RunContext, attempt: Attempt): Promise<Job> {
  const { task, run, settings, publishMode, earlier } = attempt;
  const { agent } = context.config;
  const repoPrompt = repoPromptBlocks(run.repoPrompt, { tools: agent.repoprompt_tool_injection, plan: agent.repoprompt_plan_required });
  rehearsePrompts(context, { task, settings, gate: context.gate, publishMode, repoPrompt, message: attempt.message });
  const exclude = workExclusions(context);
  const [base, index] = await Promise.all([captureTree(context, { exclude }), earlier?.trees?.index ?? indexTree(context)]);
  if (base.nested.length > 0) {
    context.emit({
      kind: "warning",
      task_id: task.id,
      message: `Nested git repositories are left out of everything this run keeps: ${base.nested.join(", ")}.`,
    });
  }
  const trees = earlier?.trees ?? { base: base.tree, index };
  await markBase(context, context.runId, task.id, trees);
  const former = readSidecar(context.runtimeDir)?.run_id ?? context.runId;
  if (former !== context.runId) await deleteRefsBelow(context, `refs/cueloop/run/${former}/`);
  const head = await headCommit(context);
  const before = await markDoing(context, attempt);
  removeOutcome(context, task.id);
  removeArtefacts(context, task.id);
  const turns = new TurnBudget(turnLimit(run.maxTurns, settings.phaseCount, settings.iterations));
  const branch = await currentBranch(context);
  return {
    task: before.doing,
    before: earlier?.before ?? before.record,
    run,
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
    record: openRecord(context, attempt, earlier?.before ?? before.record, { head, branch }),
    lock: attempt.lock,
    turns,
    tally: attempt.tally,
    message: attempt.message,
  };
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

function openRecord(
  context: RunContext,
  attempt: Attempt,
  before: PlacedTask,
  git: { head: string | null; branch: string | null },
): SessionRecord {
  const { settings, task } = attempt;
  const now = formatTimestamp(context.clock.now());
  const id = sessionId(now, task.id);
  const cli = attempt.run.agent;
  const phase = (number: 1 | 2 | 3) => {
    const { runner, model, effort } = settings.phases[number];
    return { runner: runner.id, model, ...(effort === null ? {} : { reasoning_effort: effort }) };
  };
  return new SessionRecord(
    context,
    {
      version: 1,
      session_id: id,
      task_id: task.id,
      run_started_at: now,
      last_updated_at: now,
      iterations_planned: settings.iterations,
      iterations_completed: 0,
      current_phase: settings.phaseCount === 1 ? 2 : 1,
      runner: cli.runner ?? context.config.agent.runner,
      model: cli.model ?? context.config.agent.model,
      tasks_completed_in_loop: attempt.completedInLoop,
      max_tasks: attempt.maxTasks,
      ...(git.head === null ? {} : { git_head_commit: git.head }),
      phase1_settings: phase(1),
      phase2_settings: phase(2),
      phase3_settings: phase(3),
    },
    {
      version: 1,
      session_id: id,
      run_id: context.runId,
      step: settings.phaseCount === 1 ? "implementation" : "planning",
      phase: settings.phaseCount === 1 ? 2 : 1,
      iteration: 1,
      turns: 0,
      base: `refs/cueloop/run/${context.runId}/base`,
      phase_tree: null,
      head: git.head,
      branch: git.branch,
      plan_sha256: null,
      response_sha256: null,
      agent_session: null,
      task_before: before,
      updated_at: now,
    },
  );
}

/** Only runs whose every turn used one runner and model tell how long that one takes. */
function recordHistory(context: RunContext, job: Job, result: Completed): void {
  const { runner, model } = job.settings.phases[2];
  if (job.tally.agents.size !== 1) return;
  const single = job.settings.phaseCount === 1;
  const names = historyPhases(job.settings.phaseCount);
  const timeOf = (name: (typeof names)[number]) => job.tally.durations.get(single ? "implementation" : name) ?? 0;
  const usage = Object.fromEntries([...job.tally.usage].map(([name, value]) => [single ? "planning" : name, value]));
  try {
    appendHistory(context, {
      timestamp: formatTimestamp(context.clock.now()),
      task_id: job.task.id,
      runner: runner.id,
      model,
      phase_count: job.settings.phaseCount,
      phase_durations: Object.fromEntries(names.map((name) => [name, durationOf(timeOf(name))])),
      total_duration: durationOf(names.reduce((sum, name) => sum + timeOf(name), 0)),
      usage,
      ...(result.evidence === null ? {} : { evidence: result.evidence }),
      run_id: context.runId,
    });
  } catch (error) {
    context.emit({ kind: "warning", task_id: job.task.id, message: `The execution history was not written: ${messageOf(error)}` });
  }
}
