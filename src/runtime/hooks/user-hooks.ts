import { isCueLoopError, messageOf } from "../../base/errors.ts";
import { compact } from "../../base/shape.ts";
import type { HookName } from "../../config/code.ts";
import { readBooks } from "../../queue/store/read.ts";
import type { Task } from "../../queue/task.ts";
import type { RunEventOf, StoredRunEvent } from "../../run/events.ts";
import {
  type CommitPlan,
  type CommitVerdict,
  type GatedWork,
  type GateOpinion,
  type HookHost,
  type HookSettings,
  type IntegrationPlan,
  type NewWorktree,
  NO_HOOKS,
  type PhaseChange,
  type PhaseEnd,
  type PhaseStart,
  type RunHooks,
  type TaskEnding,
  type TaskVerdict,
} from "../../run/hooks.ts";
import { frozen } from "../queue/frozen.ts";
import { openQueueOf, snapshotQueue } from "../queue/open.ts";
import { HookCaller } from "./caller.ts";
import { EventHooks } from "./events.ts";

/** The hooks of a parallel run that its workers call; all others are the coordinator's. */
const OF_WORKERS: ReadonlySet<HookName> = new Set<HookName>(["beforePhase", "afterPhase", "gate", "beforeCommit"]);

/** What a run that was interrupted waits at most for events to be told. */
const LAST_WORDS_MS = 5_000;

/** The hooks of the executable configuration for a run, or for the gate tried out. */
export function userHooks(host: HookHost): RunHooks {
  if (host.code === null || host.code.hooks.length === 0) return NO_HOOKS;
  const running = new Set<string>();
  const queue = openQueueOf(host, { running: () => running, ...(host.runId === null ? {} : { runId: host.runId }) });
  return new UserHooks(host, new HookCaller(host, host.code, { queue, only: null }), running);
}

/** The same in a worker of a parallel run, whose code was evaluated from the text that the coordinator sent. */
export function workerHooks(host: HookHost): RunHooks {
  if (host.code === null || host.code.hooks.length === 0) return NO_HOOKS;
  const queue = snapshotQueue(host, readBooks(host, "lenient"));
  return new UserHooks(host, new HookCaller(host, host.code, { queue, only: OF_WORKERS }), new Set());
}

class UserHooks implements RunHooks {
  readonly #host: HookHost;
  readonly #caller: HookCaller;
  readonly #events: EventHooks;
  /** Ids of the tasks that are being worked. */
  readonly #running: Set<string>;
  readonly #integrations = new Map<string, Promise<string | null>>();
  #end: RunEventOf<"run_finished"> | null = null;
  #isRefused = false;
  #isClosed = false;

  constructor(host: HookHost, caller: HookCaller, running: Set<string>) {
    this.#host = host;
    this.#caller = caller;
    this.#events = new EventHooks(host, caller);
    this.#running = running;
  }

  has(name: HookName): boolean {
    return this.#caller.has(name);
  }

  observe(event: StoredRunEvent): void {
    if (this.#isClosed) return;
    if (event.kind === "task_selected") this.#running.add(event.task_id.trim());
    if (event.kind === "task_finished") this.#running.delete(event.task_id.trim());
    if (event.kind === "run_finished") this.#end = event;
    this.#events.take(event);
  }

  async runStart(plan: readonly Task[]): Promise<void> {
    this.#isRefused = true;
    await this.#events.settled();
    for (const hook of this.#caller.of("runStart")) await this.#caller.call(hook, { plan: frozen([...plan]) }, { task: null });
    this.#isRefused = false;
  }

  async selectTask(candidates: readonly Task[]): Promise<Task | null> {
    await this.#events.settled();
    for (const hook of this.#caller.of("selectTask")) {
      const id = await this.#orWarn(null, () => this.#caller.call(hook, { candidates: frozen([...candidates]) }, { task: null }));
      if (id === null || id === undefined) continue;
      const chosen = candidates.find((task) => task.id.trim() === id.trim());
      if (chosen !== undefined) return chosen;
      this.#warn(null, `The hook ${hook.label} chose ${id}, which is none of the candidates; the default order holds.`);
    }
    return null;
  }

  async beforeTask(task: Task): Promise<TaskVerdict> {
    await this.#events.settled();
    return this.#whileRunning(task, async () => {
      let settings: HookSettings = {};
      for (const hook of this.#caller.of("beforeTask")) {
        const returned = await this.#caller.call(hook, { settings: frozen({ ...settings }) }, { task });
        if (returned?.skip !== undefined) return { kind: "skip", reason: returned.skip.trim() };
        settings = { ...settings, ...compact(returned?.settings ?? {}) };
      }
      return { kind: "begin", settings: Object.keys(settings).length === 0 ? null : settings };
    });
  }

  async worktreeReady({ task, path, branch, cloneFromMain }: NewWorktree): Promise<void> {
    await this.#events.settled();
    for (const hook of this.#caller.of("worktreeReady")) await this.#caller.call(hook, { path, branch, cloneFromMain }, { task });
  }

  async beforePhase({ task, phase, iteration, prompt: first, settings: own }: PhaseStart): Promise<PhaseChange> {
    await this.#events.settled();
    let prompt = first;
    let wanted: NonNullable<PhaseChange["settings"]> = {};
    for (const hook of this.#caller.of("beforePhase")) {
      const returned = await this.#caller.call(hook, { phase, iteration, prompt, settings: frozen({ ...own, ...wanted }) }, { task });
      prompt = returned?.prompt ?? prompt;
      wanted = { ...wanted, ...compact(returned?.settings ?? {}) };
    }
    return { prompt, settings: Object.keys(wanted).length === 0 ? null : wanted };
  }

  async afterPhase({ task, phase, iteration, result }: PhaseEnd): Promise<string | null> {
    await this.#events.settled();
    for (const hook of this.#caller.of("afterPhase").toReversed()) {
      const returned = await this.#caller.call(hook, { phase, iteration, result: frozen(structuredClone(result)) }, { task });
      if (returned?.continueWith !== undefined) return returned.continueWith;
    }
    return null;
  }

  async gate(work: GatedWork): Promise<readonly GateOpinion[]> {
    await this.#events.settled();
    const opinions: GateOpinion[] = [];
    const changedFiles = frozen([...(await work.changedFiles())]);
    for (const hook of this.#caller.of("gate")) {
      const opinion = await this.#orSaid(() =>
        this.#caller.call(hook, { changedFiles, diff: work.diff }, { task: work.task, cwd: work.cwd }),
      );
      const said = typeof opinion === "string" ? opinion : opinion.ok ? null : opinion.output;
      opinions.push({ name: hook.label, ok: said === null, output: said ?? "" });
      if (said !== null) break;
    }
    return opinions;
  }

  async beforeCommit({ task, message: planned, files }: CommitPlan): Promise<CommitVerdict> {
    await this.#events.settled();
    let message = planned;
    for (const hook of this.#caller.of("beforeCommit")) {
      const returned = await this.#orSaid(() => this.#caller.call(hook, { message, files: frozen([...files]) }, { task }));
      if (typeof returned === "string") return { kind: "refuse", reason: returned };
      if (returned?.refuse !== undefined) return { kind: "refuse", reason: `The hook ${hook.label} refused it: ${returned.refuse}` };
      message = returned?.message ?? message;
    }
    return { kind: "commit", message };
  }

  beforeIntegrate(plan: IntegrationPlan): Promise<string | null> {
    const key = `${plan.task.id.trim()} ${plan.tip}`;
    const asked = this.#integrations.get(key) ?? this.#askIntegration(plan);
    this.#integrations.set(key, asked);
    return asked;
  }

  async #askIntegration({ task, branch, target, commits }: IntegrationPlan): Promise<string | null> {
    await this.#events.settled();
    for (const hook of this.#caller.of("beforeIntegrate")) {
      const extra = { branch, target, commits: frozen(structuredClone(commits)) };
      const returned = await this.#orSaid(() => this.#caller.call(hook, extra, { task }));
      if (typeof returned === "string") return returned;
      if (returned?.refuse !== undefined) return `The hook ${hook.label} refused it: ${returned.refuse}`;
    }
    return null;
  }

  async afterTask({ task, outcome, commit, durationMs, usage }: TaskEnding): Promise<void> {
    await this.#lastEvents();
    const facts = { outcome, ...(commit === null ? {} : { commit }), duration: durationMs, usage: frozen(structuredClone(usage)) };
    for (const hook of this.#caller.of("afterTask").toReversed()) {
      await this.#orWarn(task, () => this.#caller.call(hook, facts, { task }));
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.#lastEvents();
    if (this.#end !== null && !this.#isRefused) {
      const summary = frozen({ ...structuredClone(this.#end.payload), exit_code: this.#end.exit_code });
      for (const hook of this.#caller.of("runEnd")) await this.#orWarn(null, () => this.#caller.call(hook, { summary }, { task: null }));
      // What that was told of the events after.
      await this.#lastEvents();
    }
    this.#isClosed = true;
  }

  /** An interrupted run does not wait for ever. */
  async #lastEvents(): Promise<void> {
    const { clock, signal } = this.#host;
    if (!signal.aborted) return this.#events.settled();
    const patience = new AbortController();
    await Promise.race([this.#events.settled(), clock.sleep(LAST_WORDS_MS, patience.signal)]);
    patience.abort();
  }

  /** Its status is nobody else's to change, though nothing was said of it yet. */
  async #whileRunning<T>(task: Task, work: () => Promise<T>): Promise<T> {
    const id = task.id.trim();
    this.#running.add(id);
    try {
      return await work();
    } finally {
      this.#running.delete(id);
    }
  }

  /** What went wrong as text, where that counts as an answer. Error: `run.interrupted`. */
  async #orSaid<T>(call: () => Promise<T>): Promise<T | string> {
    try {
      return await call();
    } catch (error) {
      if (isCueLoopError(error, "hook.failed")) return this.#host.redact(messageOf(error));
      throw error;
    }
  }

  async #orWarn<T>(task: Task | null, call: () => Promise<T>): Promise<T | null> {
    try {
      return await call();
    } catch (error) {
      if (!isCueLoopError(error, "run.interrupted")) this.#warn(task, messageOf(error));
      return null;
    }
  }

  #warn(task: Task | null, message: string): void {
    this.#host.emit({ kind: "warning", ...(task === null ? {} : { task_id: task.id }), message: this.#host.redact(message) });
  }
}
