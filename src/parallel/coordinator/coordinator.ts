import { isCueLoopError, messageOf } from "../../base/errors.ts";
import type { BlockingState } from "../../queue/blocking.ts";
import type { Books } from "../../queue/books.ts";
import { consumeStopRequest, readStopRequest } from "../../queue/store/stop.ts";
import { interrupted } from "../../run/errors.ts";
import { skippedNotes } from "../../run/start/select.ts";
import type { PluginSet } from "../../runners/plugins/discovery.ts";
import type { ParallelRun } from "../run.ts";
import type { AdminLock } from "../worktree/admin-lock.ts";
import { abandonAll } from "./abandon.ts";
import { Candidates, type Idle } from "./candidates.ts";
import { askBeforeTask } from "./hooked.ts";
import type { ParallelOptions, TaskEnd } from "./options.ts";
import { SchedulingBooks } from "./scheduling/books-for.ts";
import { Sequence } from "./sequence.ts";
import { Surroundings } from "./surroundings.ts";
import { type Opening, openSlot } from "./tasks/open.ts";
import { shepherd } from "./tasks/shepherd.ts";
import type { Shepherding } from "./tasks/shepherding.ts";
import type { Slot, SlotState } from "./tasks/slot.ts";
import { tellEnd } from "./tasks/tell-end.ts";
import { listen } from "./workers/listening.ts";
import { endSilent } from "./workers/silence.ts";

/** The coordinator looks about at least this often. */
const TURN_MS = 250;
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
  readonly #options: ParallelOptions;
  readonly #books: SchedulingBooks;
  readonly #candidates: Candidates;
  readonly #opening: Opening;
  readonly #shepherding: Shepherding;
  readonly #slots = new Map<string, Slot>();
  readonly #shepherds = new Set<Promise<void>>();
  /** Tasks that a hook passed over, with its reasons. */
  readonly #skipped = new Map<string, string>();
  readonly #ends: TaskEnd[];
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
    this.#run = run;
    this.#options = options;
    this.#ends = with_.ends;
    this.#books = new SchedulingBooks(run);
    this.#candidates = new Candidates(run, options, with_.untouched);
    this.#opening = { run, admin, plugins, ask: (task) => askBeforeTask(run, this.#books, task, this.#skipped) };
    const shared = { landings: new Sequence(), looks: new Sequence(), surroundings: new Surroundings(run.context) };
    this.#shepherding = {
      run,
      admin,
      options,
      ...shared,
      footprints: [],
      ears: listen(run, { ...shared, slots: this.#slots }),
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
          const end = this.#outcome(idle);
          if (end !== null) return end;
          continue;
        }
        const isNothingToStart = !this.#mayStart() || (idle !== null && idle.kind !== "overlapping");
        if (isNothingToStart && this.#count("waiting_checkout") === this.#slots.size) this.#callLast();
        await Promise.race([this.#wake.promise, context.clock.sleep(TURN_MS, context.signal)]);
        this.#wake = Promise.withResolvers();
        endSilent(context, this.#slots.values(), SILENT_TURNS);
      }
    } catch (error) {
      const reason = isCueLoopError(error, "run.interrupted") ? "The run was interrupted." : messageOf(error);
      const { admin } = this.#shepherding;
      await abandonAll(this.#run, admin, { slots: [...this.#slots.values()], shepherds: this.#shepherds, reason });
      throw error;
    }
  }

  /** Files that somebody edited in the checkout while agents worked. */
  get edited(): readonly string[] {
    return this.#shepherding.surroundings.edited;
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

  #count(wanted: SlotState): number {
    return [...this.#slots.values()].filter(({ state }) => state === wanted).length;
  }

  /** Wakes those that wait for the checkout, for a last try; should something begin after all, others wait as before. */
  #callLast(): void {
    this.#lastCall.abort();
    this.#lastCall = new AbortController();
  }

  /** Starts workers while there is room; tells why there is nothing to start, null where something was or may be. */
  async #startAll(): Promise<Idle | null> {
    while (this.#mayStart() && this.#count("busy") < this.#options.workers) {
      const books = await this.#readBooks();
      if (books === null) return null;
      const chosen = await this.#candidates.next(books, this.#slots);
      if (chosen.kind !== "task") return chosen;
      const opened = await openSlot(this.#opening, chosen.task, chosen.kept);
      if (opened.kind === "open") this.#begin(opened.slot);
      else if (opened.kind === "held") this.#candidates.pass(chosen.task.id.trim());
      else if (opened.kind === "failed") {
        const startedAt = this.#run.context.clock.monotonicMs();
        await this.#end(opened.end, { task: chosen.task, startedAt, usage: null });
      }
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

  #begin(slot: Slot): void {
    this.#slots.set(slot.task.id.trim(), slot);
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
      await this.#end(end, slot);
      this.#slots.delete(slot.task.id.trim());
    } catch (error) {
      // An interrupted one is given up by whoever ends the run.
      if (!this.#run.context.signal.aborted) this.#broken ??= { error };
    }
    this.#wake.resolve();
  }

  async #end(end: TaskEnd, of: Pick<Slot, "task" | "startedAt" | "usage">): Promise<void> {
    this.#ends.push(end);
    await tellEnd(this.#run, end, of);
  }

  /** How the run ends now that nothing is in flight; null where there is something to do yet. */
  #outcome(idle: Idle | null): LoopEnd | null {
    if (this.#problem !== null) throw this.#problem;
    const notes = skippedNotes(this.#skipped);
    const { maxTasks } = this.#options;
    if (maxTasks !== 0 && this.#started >= maxTasks) return { outcome: "completed", blocking: null, notes };
    if (this.#stopping) {
      consumeStopRequest(this.#run.context);
      return { outcome: "stopped", blocking: null, notes };
    }
    if (idle === null || idle.kind === "overlapping") return null;
    return { outcome: idle.kind, blocking: idle.blocking, notes };
  }
}
