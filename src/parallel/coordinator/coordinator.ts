import { isCueLoopError, messageOf } from "../../base/errors.ts";
import { within } from "../../base/within.ts";
import { gatedTaskRunners, requireTrustedTask } from "../../config/trust/task-runner.ts";
import type { BlockingState } from "../../queue/blocking.ts";
import { type Books, findTask } from "../../queue/books.ts";
import { madeInRuns } from "../../queue/change/made-in-run.ts";
import { liveClaims, takeClaim } from "../../queue/claims/claim.ts";
import { consumeStopRequest, readStopRequest } from "../../queue/store/stop.ts";
import type { Task } from "../../queue/task.ts";
import { announceSettings, announceTaskEnd } from "../../run/announce.ts";
import { interrupted } from "../../run/errors.ts";
import { resolveTaskSettings } from "../../run/settings/task-settings.ts";
import { requirePrograms } from "../../run/start/programs.ts";
import { skippedNotes } from "../../run/start/select.ts";
import type { PluginSet } from "../../runners/plugins/discovery.ts";
import type { ParallelRun } from "../run.ts";
import type { WorkerRecord } from "../state/record.ts";
import { takeRetryRequests } from "../state/retry.ts";
import { isRetryWaiting, passedOverFor } from "../state/waiting.ts";
import type { AdminLock } from "../worktree/admin-lock.ts";
import { abandonAll } from "./abandon.ts";
import { askBeforeTask, scheduleAsked, tellAfterTask } from "./hooked.ts";
import type { ParallelOptions, TaskEnd } from "./options.ts";
import { SchedulingBooks } from "./scheduling/books-for.ts";
import type { Scheduled } from "./scheduling/schedule.ts";
import { Sequence } from "./sequence.ts";
import { type Shepherding, shepherd } from "./shepherd.ts";
import type { Slot } from "./slot.ts";
import { Surroundings } from "./surroundings.ts";
import { takeUpAgain } from "./take-up-again.ts";
import { readTaskFile } from "./task-file.ts";
import { Limits } from "./workers/limits.ts";

/** The coordinator looks about at least this often. */
const TURN_MS = 250;
/** Longer than this a worker does not wait for its turn to land before it looks whether its work passes the gate. */
const TURN_PATIENCE_MS = 5_000;
/** Turns without a word of a worker after which it is taken for hung: ten minutes. */
const SILENT_TURNS = (10 * 60_000) / TURN_MS;

export interface LoopEnd {
  readonly outcome: "completed" | "stopped" | "no_candidates" | "blocked";
  readonly blocking: BlockingState | null;
  /** For the person, one line each. */
  readonly notes: readonly string[];
}

/** Schedules tasks to workers until nothing is left, a limit is reached or somebody asks it to stop. */
export class Coordinator {
  readonly #run: ParallelRun;
  readonly #admin: AdminLock;
  readonly #options: ParallelOptions;
  readonly #plugins: PluginSet;
  readonly #books: SchedulingBooks;
  readonly #slots = new Map<string, Slot>();
  readonly #attempted = new Set<string>();
  /** Tasks that another run turned out to work. */
  readonly #passed = new Set<string>();
  /** Tasks that a hook passed over, with its reasons. */
  readonly #skipped = new Map<string, string>();
  readonly #shepherds = new Set<Promise<void>>();
  readonly #ends: TaskEnd[];
  readonly #limits = new Limits();
  readonly #shepherding: Shepherding;
  #wake = Promise.withResolvers<void>();
  #lastCall = new AbortController();
  #started = 0;
  #stopping = false;
  #problem: unknown = null;
  /** The state of a task could not be written down: nothing more may be begun, and what runs is put away. */
  #broken: { readonly error: unknown } | null = null;

  /** @param with_ `ends` gets an entry for each task that ended; of the `untouched` ones nothing is begun */
  constructor(
    run: ParallelRun,
    admin: AdminLock,
    options: ParallelOptions,
    plugins: PluginSet,
    with_: { readonly ends: TaskEnd[]; readonly untouched: ReadonlySet<string> },
  ) {
    this.#ends = with_.ends;
    for (const id of with_.untouched) {
      this.#attempted.add(id);
      this.#passed.add(id);
    }
    this.#run = run;
    this.#admin = admin;
    this.#options = options;
    this.#plugins = plugins;
    this.#books = new SchedulingBooks(run);
    this.#shepherding = {
      run,
      admin,
      options,
      landings: new Sequence(),
      surroundings: new Surroundings(run.context),
      looks: new Sequence(),
      footprints: [],
      ears: {
        turn: (slot, active) => this.#noteTurn(slot, active),
        want: (slot) => void this.#giveTurn(slot),
        limits: this.#limits,
        broadcastLimit: (from, limit) => this.#tellLimit(from, limit),
      },
      freed: () => this.#wake.resolve(),
      pause: async (milliseconds) => {
        const { signal } = this.#lastCall;
        await run.context.clock.sleep(milliseconds, AbortSignal.any([run.context.signal, signal]));
        return signal.aborted;
      },
    };
  }

  /** Errors: `run.interrupted`, and what made the books unreadable once every worker had ended. */
  async work(): Promise<LoopEnd> {
    const { context } = this.#run;
    try {
      for (;;) {
        if (context.signal.aborted) throw interrupted(null);
        if (this.#broken !== null) throw this.#broken.error;
        if ((readStopRequest(context) !== null) !== this.#stopping) this.#turnStopping();
        const idle = await this.#startAll();
        if (this.#slots.size === 0) {
          const end = await this.#outcome(idle);
          if (end !== null) return end;
          continue;
        }
        if (this.#isWaitingOnly() && !this.#mayStart()) this.#callLast();
        else if (this.#isWaitingOnly() && idle !== null && idle.kind !== "overlapping") this.#callLast();
        await Promise.race([this.#wake.promise, context.clock.sleep(TURN_MS, context.signal)]);
        this.#wake = Promise.withResolvers();
        this.#watchSilence();
      }
    } catch (error) {
      const reason = isCueLoopError(error, "run.interrupted") ? "The run was interrupted." : messageOf(error);
      await abandonAll(this.#run, this.#admin, { slots: [...this.#slots.values()], shepherds: this.#shepherds, reason });
      throw error;
    }
  }

  /** Somebody asked for an end, or took that back. */
  #turnStopping(): void {
    this.#stopping = !this.#stopping;
    const left = this.#slots.size;
    const first = left === 0 ? "" : `: no more tasks are begun, ${left} ${left === 1 ? "is" : "are"} finished first`;
    const message = this.#stopping ? `Stopping, as asked${first}.` : "Going on: the request to stop was taken back.";
    this.#run.context.emit({ kind: "message", message });
  }

  #mayStart(): boolean {
    const { maxTasks } = this.#options;
    return !this.#stopping && this.#problem === null && (maxTasks === 0 || this.#started < maxTasks);
  }

  #busy(): number {
    return [...this.#slots.values()].filter(({ state }) => state === "busy").length;
  }

  #isWaitingOnly(): boolean {
    const slots = [...this.#slots.values()];
    return slots.length > 0 && slots.every(({ state }) => state === "waiting_checkout");
  }

  /** Wakes those that wait for the checkout, for a last try; should something begin after all, others wait as before. */
  #callLast(): void {
    this.#lastCall.abort();
    this.#lastCall = new AbortController();
  }

  /** Starts workers while there is room; tells why there is nothing to start, null where something was or may be. */
  async #startAll(): Promise<Exclude<Scheduled, { kind: "task" }> | null> {
    while (this.#mayStart() && this.#busy() < this.#options.workers) {
      const books = await this.#readBooks();
      if (books === null) return null;
      const kept = this.#nextKept(books);
      const found: Scheduled = kept === null ? await this.#next(books) : { kind: "task", task: kept.task };
      if (found.kind !== "task") return found;
      this.#attempted.add(found.task.id.trim());
      const slot = await this.#open(found.task, kept?.record ?? null);
      if (slot !== null) this.#begin(slot);
    }
    return null;
  }

  /** Null, once they could not be read: what runs may finish; then it is told. */
  async #readBooks(): Promise<Books | null> {
    const read = () => this.#books.read();
    try {
      // git writes a checkout's files one after the other: amid a landing they may be half, and are whole after it.
      return await read().catch(() => this.#shepherding.looks.run(read));
    } catch (error) {
      if (this.#run.context.signal.aborted) throw error;
      this.#problem = error;
      return null;
    }
  }

  #next(books: Books): Promise<Scheduled> {
    const { context, state } = this.#run;
    const kept = state.records.filter((record) => passedOverFor(record) !== null).map((record) => record.task_id.trim());
    const claimed = [...liveClaims(context, this.#run.common).keys()];
    const made = this.#options.includeNew ? [] : madeInRuns(books, new Set([context.runId]));
    return scheduleAsked(this.#run, books, {
      includeDraft: this.#options.includeDraft,
      now: context.clock.now(),
      exclude: new Set([...this.#slots.keys(), ...this.#attempted, ...kept, ...claimed, ...made]),
      running: [...this.#slots.values()].filter(({ state: at }) => at === "busy").map(({ task }) => task),
      scopeAware: context.config.parallel.scope_aware,
    });
  }

  /** A task whose finished work an earlier run left, or that a person wants to be taken up again. */
  #nextKept(books: Books): { readonly task: Task; readonly record: WorkerRecord } | null {
    const { context, state } = this.#run;
    takeRetryRequests(context, state);
    for (const record of state.records) {
      const id = record.task_id.trim();
      if (
        this.#slots.has(id) ||
        this.#passed.has(id) ||
        !(isRetryWaiting(record) || (record.lifecycle === "integrating" && !this.#attempted.has(id)))
      )
        continue;
      const task = findTask(books, id)?.task ?? readTaskFile(context.runtimeDir, id);
      if (task !== null) return { task, record };
    }
    return null;
  }

  /** What a task needs before it costs anything; null where it cannot be worked, which is its end. */
  async #open(found: Task, kept: WorkerRecord | null): Promise<Slot | null> {
    const { context, run, common, state } = this.#run;
    const id = found.id.trim();
    try {
      // Work that was begun before has been agreed to.
      const begun = kept === null ? await askBeforeTask(this.#run, this.#books, found, this.#skipped) : { task: found, hookSettings: null };
      if (begun === null) return null;
      const { task, hookSettings } = begun;
      requireTrustedTask(context.trust, id, gatedTaskRunners(task.agent, run.agent));
      const settings = resolveTaskSettings(context, { task, run, plugins: this.#plugins, hook: hookSettings });
      requirePrograms(context, settings);
      const token = crypto.randomUUID();
      const taken = takeClaim(context, common, id, { label: "run loop", token, runId: context.runId, root: context.root });
      if (taken.kind === "held") {
        // Another run works it; should it be free again, the next run may take it.
        this.#passed.add(id);
        return null;
      }
      const again = kept === null ? null : await takeUpAgain(this.#run, this.#admin, kept, token);
      context.emit({ kind: "task_selected", task_id: id, message: task.title });
      announceSettings(context, task, settings, this.#run.mode);
      return {
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
        inTurn: false,
      };
    } catch (error) {
      if (context.signal.aborted) throw error;
      const reason = context.redact(messageOf(error));
      if (kept !== null) state.upsert({ ...kept, lifecycle: "blocked_push", retry_requested: null, last_error: reason });
      const hint = isCueLoopError(error) ? (error.hint ?? null) : null;
      await this.#end(found, { ...unbegun(found), reason, hint: hint === null ? null : context.redact(hint) }, context.clock.monotonicMs());
      return null;
    }
  }

  #begin(slot: Slot): void {
    const id = slot.task.id.trim();
    this.#slots.set(id, slot);
    this.#started += 1;
    const shepherding = this.#follow(slot);
    this.#shepherds.add(shepherding);
    void shepherding.finally(() => this.#shepherds.delete(shepherding));
  }

  /** Waits for a task's end and writes it down. Never throws: an end that cannot be written down ends the run. */
  async #follow(slot: Slot): Promise<void> {
    try {
      const end = await shepherd(this.#shepherding, slot);
      slot.claim.release();
      await this.#end(slot.task, end, slot.startedAt);
      this.#slots.delete(slot.task.id.trim());
    } catch (error) {
      // An interrupted one is given up by whoever ends the run.
      if (!this.#run.context.signal.aborted) this.#broken ??= { error };
    }
    this.#wake.resolve();
  }

  async #end(task: Task, end: TaskEnd, from: number): Promise<void> {
    this.#announceEnd(task, end, from);
    await tellAfterTask(this.#run, task, end, from);
  }

  #announceEnd(task: Task, end: TaskEnd, from: number): void {
    const { context } = this.#run;
    this.#ends.push(end);
    const duration_ms = Math.round(context.clock.monotonicMs() - from);
    const usage = null;
    if (end.kind === "blocked" || end.kind === "failed") {
      announceTaskEnd(context, task, { outcome: "failed", duration_ms, usage }, new Error(end.reason ?? "it failed"));
      return;
    }
    const outcome = end.kind === "rejected" ? "rejected" : "done";
    announceTaskEnd(context, task, { outcome, ...(end.commit === null ? {} : { commit: end.commit }), duration_ms, usage });
  }

  /** How the run ends now that nothing is in flight; null where there is something to do yet. */
  async #outcome(idle: Exclude<Scheduled, { kind: "task" }> | null): Promise<LoopEnd | null> {
    if (this.#problem !== null) throw this.#problem;
    const end = (outcome: LoopEnd["outcome"], blocking: BlockingState | null = null) => ({
      outcome,
      blocking,
      notes: skippedNotes(this.#skipped),
    });
    const { maxTasks } = this.#options;
    if (maxTasks !== 0 && this.#started >= maxTasks) return end("completed");
    if (this.#stopping) {
      consumeStopRequest(this.#run.context);
      return end("stopped");
    }
    if (idle === null || idle.kind === "overlapping") return null;
    return end(idle.kind, idle.blocking);
  }

  /** Files that somebody edited in the checkout while agents worked. */
  get edited(): readonly string[] {
    return this.#shepherding.surroundings.edited;
  }

  async #noteTurn(slot: Slot, active: boolean): Promise<void> {
    if (slot.inTurn === active) return;
    slot.inTurn = active;
    const { surroundings, looks } = this.#shepherding;
    const id = slot.task.id.trim();
    try {
      await looks.run(() => (active ? surroundings.begin(id) : surroundings.end(id)));
    } catch (error) {
      this.#run.context.log.debug(`The checkout was not looked at: ${messageOf(error)}`);
    }
  }

  /**
   * A worker is about to put its work onto the target's tip. It goes when it is its turn to land, so that nobody moves
   * the target meanwhile; after a while also before that, so that what fails at the gate is known early.
   */
  async #giveTurn(slot: Slot): Promise<void> {
    slot.place ??= this.#shepherding.landings.enter();
    await within(this.#run.context.clock, TURN_PATIENCE_MS, slot.place.turn);
    slot.process?.send({ kind: "go" });
  }

  #tellLimit(from: Slot, limit: { readonly runner: string; readonly until: string }): void {
    for (const slot of this.#slots.values()) if (slot !== from) slot.process?.send({ kind: "limit", ...limit });
  }

  /** Counted in turns of our own, so that a machine that slept does not make everybody look dead. */
  #watchSilence(): void {
    for (const slot of this.#slots.values()) {
      if (slot.process === null) continue;
      slot.silentTicks += 1;
      if (slot.silentTicks < SILENT_TURNS) continue;
      slot.silentTicks = 0;
      this.#run.context.emit({
        kind: "warning",
        task_id: slot.task.id,
        message: `The worker of ${slot.task.id} has not been heard of for ten minutes; it is ended.`,
      });
      slot.process.signal("SIGKILL");
    }
  }
}

function unbegun(task: Task): Omit<TaskEnd, "reason" | "hint"> {
  return { taskId: task.id.trim(), title: task.title, kind: "failed", commit: null, branch: null, worktree: null, salvage: null };
}
