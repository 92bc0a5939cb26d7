import { type Books, findTask } from "../../queue/books.ts";
import { madeInRuns } from "../../queue/change/made-in-run.ts";
import { liveClaims } from "../../queue/claims/claim.ts";
import { claimKey } from "../../queue/claims/place.ts";
import type { Task } from "../../queue/task.ts";
import { readTaskFile } from "../files/task-file.ts";
import type { ParallelRun } from "../run.ts";
import type { WorkerRecord } from "../state/record.ts";
import { takeRetryRequests } from "../state/retry.ts";
import { isRetryWaiting, passedOverFor } from "../state/waiting.ts";
import { scheduleAsked } from "./hooked.ts";
import type { ParallelOptions } from "./options.ts";
import type { Scheduled } from "./scheduling/schedule.ts";
import type { Slot } from "./tasks/slot.ts";

/** Why nothing can be begun. */
export type Idle = Exclude<Scheduled, { kind: "task" }>;

export type Chosen =
  /** `kept`: what an earlier attempt left, to be gone on with. */
  { readonly kind: "task"; readonly task: Task; readonly kept: WorkerRecord | null } | Idle;

/** The tasks of a run, in the order they are worked: each is chosen once. */
export class Candidates {
  readonly #run: ParallelRun;
  readonly #options: ParallelOptions;
  readonly #chosen: Set<string>;
  readonly #passed: Set<string>;

  /** @param untouched ids of tasks for which nothing may be begun */
  constructor(run: ParallelRun, options: ParallelOptions, untouched: ReadonlySet<string>) {
    this.#run = run;
    this.#options = options;
    this.#chosen = new Set(untouched);
    this.#passed = new Set(untouched);
  }

  /** What a free worker takes; what was left of earlier attempts goes first. */
  async next(books: Books, slots: ReadonlyMap<string, Slot>): Promise<Chosen> {
    const kept = this.#nextKept(books, slots);
    const found: Chosen = kept ?? (await this.#nextNew(books, slots));
    if (found.kind === "task") this.#chosen.add(found.task.id.trim());
    return found;
  }

  /** Another run turned out to work the task: not even what was left of it is taken up. */
  pass(taskId: string): void {
    this.#passed.add(taskId);
  }

  async #nextNew(books: Books, slots: ReadonlyMap<string, Slot>): Promise<Chosen> {
    const { context, state, common } = this.#run;
    const kept = state.records.filter((record) => passedOverFor(record) !== null).map((record) => record.task_id.trim());
    const claims = liveClaims(context, common);
    const claimed = books.queue.tasks.filter(({ id }) => claims.has(claimKey(id))).map(({ id }) => id.trim());
    const made = this.#options.includeNew ? [] : madeInRuns(books, new Set([context.runId]));
    const found = await scheduleAsked(this.#run, books, {
      includeDraft: this.#options.includeDraft,
      now: context.clock.now(),
      exclude: new Set([...slots.keys(), ...this.#chosen, ...kept, ...claimed, ...made]),
      running: [...slots.values()].filter(({ state: at }) => at === "busy").map(({ task }) => task),
      scopeAware: context.config.parallel.scope_aware,
    });
    return found.kind === "task" ? { ...found, kept: null } : found;
  }

  /** A task whose finished work an earlier run left, or that a person wants to be taken up again. */
  #nextKept(books: Books, slots: ReadonlyMap<string, Slot>): Extract<Chosen, { kind: "task" }> | null {
    const { context, state } = this.#run;
    takeRetryRequests(context, state);
    for (const record of state.records) {
      const id = record.task_id.trim();
      if (slots.has(id) || this.#passed.has(id)) continue;
      const isLeft = record.lifecycle === "integrating" && !this.#chosen.has(id);
      if (!isLeft && !isRetryWaiting(record)) continue;
      const task = findTask(books, id)?.task ?? readTaskFile(context.runtimeDir, id);
      if (task !== null) return { kind: "task", task, kept: record };
    }
    return null;
  }
}
