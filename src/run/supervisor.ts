import { CueLoopError, isCueLoopError, messageOf } from "../base/errors.ts";
import { fingerprintPaths } from "../git/fingerprint.ts";
import { deleteRefsBelow } from "../git/refs.ts";
import { hasIdentity, requireWorkTree } from "../git/repository.ts";
import { uninterruptible } from "../git/run.ts";
import { readStatus } from "../git/status.ts";
import type { BlockingState } from "../queue/blocking.ts";
import { selectNext } from "../queue/selection.ts";
import { acquireQueueLock, type QueueLock } from "../queue/store/lock.ts";
import { logWarnings, readBooks } from "../queue/store/read.ts";
import type { Task } from "../queue/task.ts";
import { discoverPlugins, NO_PLUGINS, type PluginSet } from "../runners/plugins/discovery.ts";
import { workTask } from "./attempt.ts";
import { blockingStateOf } from "./blocking.ts";
import { decideClean, dirtyRepository, runAllowlist } from "./clean.ts";
import type { RunContext } from "./context.ts";
import { interrupted } from "./errors.ts";
import type { RunEventOf, TaskOutcome } from "./events.ts";
import { Tally } from "./job.ts";
import type { RunOneOptions, RunOneResult, RunSettings } from "./options.ts";
import { pruneTaskRefs } from "./refs.ts";
import { selectForRun } from "./select.ts";
import { quarantineSession, readSession } from "./session/session-file.ts";
import { resolveTaskSettings } from "./settings/task-settings.ts";
import { insideRoot } from "./trees.ts";

/** What a loop remembers from task to task. */
export interface LoopMemory {
  /** Dirty paths as earlier tasks left them. */
  readonly left: Map<string, string | null>;
  completed: number;
  readonly maxTasks: number;
}

export interface NextTask {
  readonly id: string | null;
  readonly message: string | null;
  readonly run: RunSettings;
  readonly loop: LoopMemory | null;
}

/**
 * Runs exactly one task, then ends. Throws what ended the attempt: `run.*`, `queue.lock_held`, `queue.invalid` and others;
 * the events told it already.
 */
export async function runOne(context: RunContext, options: RunOneOptions): Promise<RunOneResult> {
  const from = context.clock.monotonicMs();
  const { id = null, message = null, ...run } = options;
  startRun(context, id);
  try {
    const result = await runNextTask(context, { id, message, run, loop: null });
    const ran = result.kind === "ran";
    if (!ran && result.blocking !== null) announceBlocked(context, result.blocking, null);
    finishRun(context, { exitCode: 0, outcome: result.kind, attempted: ran ? 1 : 0, succeeded: ran ? 1 : 0, failed: 0, from });
    return result;
  } catch (error) {
    failRun(context, error, { attempted: 1, succeeded: 0, failed: 1, from });
    throw error;
  }
}

/** One task from selection to its end, under the queue lock. */
export async function runNextTask(context: RunContext, next: NextTask): Promise<RunOneResult> {
  if (context.signal.aborted) throw interrupted(null);
  await requireWorkTree(context);
  const lock = acquireQueueLock(context, "run one", { runId: context.runId });
  try {
    return await underLock(context, next, lock);
  } finally {
    lock.release();
  }
}

async function underLock(context: RunContext, next: NextTask, lock: QueueLock): Promise<RunOneResult> {
  const books = readBooks(context, "strict");
  logWarnings(context, books.warnings);
  const selection = selectForRun(books, {
    id: next.id,
    includeDraft: next.run.includeDraft,
    includeNew: next.run.includeNew,
    runId: context.runId,
    now: context.clock.now(),
  });
  if (selection.kind !== "task") return selection;
  const { task } = selection;
  context.emit({ kind: "task_selected", task_id: task.id, message: task.title });
  const from = context.clock.monotonicMs();
  const tally = new Tally();
  const spent = () => ({ duration_ms: Math.round(context.clock.monotonicMs() - from), usage: tally.total() });
  try {
    const plugins = await loadPlugins(context);
    const settings = resolveTaskSettings(context, { task, run: next.run, plugins });
    for (const message of settings.warnings) context.emit({ kind: "warning", task_id: task.id, message });
    await requireStartable(context, next, task);
    announceSettings(context, next, task, settings);
    const result = await workTask(context, {
      task,
      run: next.run,
      settings,
      plugins,
      lock,
      message: next.message,
      completedInLoop: next.loop?.completed ?? 0,
      maxTasks: next.loop?.maxTasks ?? 0,
      tally,
    });
    finishTask(context, task, { outcome: result.outcome, ...(result.commit === null ? {} : { commit: result.commit }), ...spent() });
    return { kind: "ran", taskId: task.id, title: task.title, outcome: result.outcome, commit: result.commit };
  } catch (error) {
    finishTask(context, task, { ...failureOf(context, error), ...spent() }, context.redact(messageOf(error)));
    throw error;
  } finally {
    await afterTask(context, next, task);
  }
}

/** The event that ends a task's attempt; a failure comes with its message. */
function finishTask(context: RunContext, task: Task, payload: RunEventOf<"task_finished">["payload"], failure?: string): void {
  const message = failure === undefined ? {} : { message: failure };
  context.emit({ kind: "task_finished", task_id: task.id, exit_code: failure === undefined ? 0 : 1, ...message, payload });
}

function announceSettings(context: RunContext, next: NextTask, task: Task, settings: ReturnType<typeof resolveTaskSettings>): void {
  const phases = ([1, 2, 3] as const).slice(settings.phaseCount === 1 ? 1 : 0, settings.phaseCount === 3 ? 3 : 2).map((number) => {
    const { runner, model, effort } = settings.phases[number];
    const phase = (["planning", "implementation", "review"] as const)[number - 1] ?? "implementation";
    return { phase, runner: runner.id, model, ...(effort === null ? {} : { effort }) };
  });
  context.emit({
    kind: "config_resolved",
    task_id: task.id,
    payload: {
      phases,
      phase_count: settings.phaseCount,
      iterations: settings.iterations,
      gate: context.gate.argv === null ? null : context.gate.display,
      publish_mode: next.run.publishMode ?? context.config.agent.git_publish_mode,
    },
  });
}

async function loadPlugins(context: RunContext): Promise<PluginSet> {
  const configured = context.config.plugins.plugins;
  const plugins =
    Object.keys(configured).length === 0
      ? NO_PLUGINS
      : discoverPlugins({ env: context.env, runtimeDir: context.runtimeDir, projectTrusted: context.trust.status === "trusted" });
  const processors = plugins.plugins.filter(
    (plugin) => configured[plugin.id]?.enabled === true && (plugin.manifest.processors?.hooks.length ?? 0) > 0,
  );
  if (processors.length === 0) return plugins;
  const names = processors.map((plugin) => plugin.id).join(", ");
  throw new CueLoopError("run.processors_unsupported", {
    message: `The plugin ${names} has processor hooks, which this version does not run; working without them could skip a check you rely on.`,
    hint: `Set plugins.plugins.${processors[0]?.id ?? "<id>"}.enabled to false in .cueloop/config.jsonc to run without it.`,
  });
}

/** The clean-repository rule, and what git must be able to do for this run. */
async function requireStartable(context: RunContext, next: NextTask, task: Task): Promise<void> {
  const ownDirt = takeOverSession(context, task);
  const dirty = await readStatus(context);
  const paths = [...(next.loop?.left.keys() ?? [])];
  const present = await fingerprintPaths(context.root, paths);
  const leftByLoop = new Set(paths.filter((path) => present.get(path) === next.loop?.left.get(path)));
  const allowed = allowlist(context);
  const inTheWay = decideClean({ dirty, allowed, force: next.run.force, ownDirt, leftByLoop });
  if (inTheWay.length > 0) throw dirtyRepository(inTheWay);
  if ((next.run.publishMode ?? context.config.agent.git_publish_mode) === "off") return;
  const identity = await hasIdentity(context);
  if (identity.ok) return;
  throw new CueLoopError("run.no_git_identity", {
    message: `git cannot commit here: ${identity.reason}`,
    hint: "Set `git config user.name` and `git config user.email`, or run with `--git-publish-mode off`.",
  });
}

/** True when the task was interrupted here earlier: what it left in the tree is then its own. */
function takeOverSession(context: RunContext, task: Task): boolean {
  const found = readSession(context.runtimeDir);
  if (found.kind === "corrupt") {
    const moved = quarantineSession(context, context.clock.now());
    context.emit({
      kind: "warning",
      task_id: task.id,
      message: `The saved session cannot be read (${found.reason}); it was moved to ${moved}.`,
    });
    return false;
  }
  if (found.kind === "none" || found.session.task_id !== task.id || task.status !== "doing") return false;
  context.emit({
    kind: "message",
    task_id: task.id,
    message: `An earlier attempt at ${task.id} was interrupted; what it changed is still in the tree. The task starts afresh on top of it.`,
  });
  return true;
}

function allowlist(context: RunContext): string[] {
  return runAllowlist({ queue: insideRoot(context.root, context.queuePath), done: insideRoot(context.root, context.donePath) });
}

/** Refs, leftovers and counts, whatever became of the task; nothing here may hide why it ended. */
async function afterTask(context: RunContext, next: NextTask, task: Task): Promise<void> {
  const steady = { ...context, ...uninterruptible(context) };
  try {
    await deleteRefsBelow(steady, `refs/cueloop/run/${context.runId}/`);
    if (next.loop !== null) await rememberDirt(steady, next.loop);
    const books = readBooks(context, "lenient");
    const ids = (tasks: readonly Task[]) => tasks.map((item) => item.id.trim());
    await pruneTaskRefs(steady, ids(books.queue.tasks), ids(books.done.tasks));
    const runnable = selectNext(books, { includeDraft: next.run.includeDraft, preferDoing: true, now: context.clock.now() });
    context.emit({
      kind: "queue_snapshot",
      task_id: task.id,
      payload: { active_count: books.queue.tasks.length, done_count: books.done.tasks.length, next_runnable_task_id: runnable?.id ?? null },
    });
  } catch (error) {
    context.log.debug(`After ${task.id}: ${messageOf(error)}`);
  }
}

async function rememberDirt(context: RunContext, loop: LoopMemory): Promise<void> {
  const allowed = allowlist(context);
  const paths = decideClean({ dirty: await readStatus(context), allowed, force: false, ownDirt: false, leftByLoop: new Set() }).map(
    (entry) => entry.path,
  );
  loop.left.clear();
  for (const [path, print] of await fingerprintPaths(context.root, paths)) loop.left.set(path, print);
}

function failureOf(context: RunContext, error: unknown): { outcome: TaskOutcome; blocking?: BlockingState } {
  if (isCueLoopError(error, "run.interrupted") || isCueLoopError(error, "run.stop_requested")) return { outcome: "cancelled" };
  const blocking = blockingStateOf(context, error);
  return blocking === null ? { outcome: "failed" } : { outcome: "stalled", blocking };
}

/** The first event of a run. */
export function startRun(context: RunContext, id: string | null): void {
  const command = context.mode === "one" ? "run one" : "run loop";
  context.emit({
    kind: "run_started",
    ...(id === null ? {} : { task_id: id }),
    payload: { run_id: context.runId, command, pid: process.pid },
  });
}

export function announceBlocked(context: RunContext, state: BlockingState, exitCode: number | null): void {
  context.emit({
    kind: "blocked_state_changed",
    ...(state.task_id === undefined ? {} : { task_id: state.task_id }),
    message: state.message,
    ...(exitCode === null ? {} : { exit_code: exitCode }),
    payload: state,
  });
}

export interface RunTotals {
  readonly attempted: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Monotonic milliseconds at the start. */
  readonly from: number;
}

export function finishRun(
  context: RunContext,
  end: RunTotals & { exitCode: number; outcome: RunEventOf<"run_finished">["payload"]["outcome"] },
): void {
  const { attempted, succeeded, failed } = end;
  const duration = Math.round(context.clock.monotonicMs() - end.from);
  context.emit({
    kind: "run_finished",
    exit_code: end.exitCode,
    payload: { outcome: end.outcome, attempted, succeeded, failed, duration_ms: duration },
  });
}

/** The last events of a run that an error ended. */
export function failRun(context: RunContext, error: unknown, totals: RunTotals): void {
  const state = blockingStateOf(context, error);
  if (state !== null) announceBlocked(context, state, 1);
  context.emit({ kind: "warning", message: context.redact(messageOf(error)), exit_code: 1 });
  finishRun(context, { ...totals, exitCode: 1, outcome: state === null ? "failed" : "stalled" });
}
