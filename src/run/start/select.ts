import type { Instant } from "../../base/clock.ts";
import type { BlockingState } from "../../queue/blocking.ts";
import type { Books } from "../../queue/books.ts";
import { madeInRuns } from "../../queue/change/made-in-run.ts";
import { isCandidate, runnabilityReport } from "../../queue/runnability.ts";
import { selectNext, selectTarget } from "../../queue/selection.ts";
import type { Task } from "../../queue/task.ts";

export interface SelectionWish {
  readonly id: string | null;
  readonly includeDraft: boolean;
  /** Also tasks that agents made in this run. */
  readonly includeNew: boolean;
  readonly runId: string;
  /** Runs whose interrupted task this one goes on with: they count as this one. */
  readonly earlierRuns?: ReadonlySet<string>;
  /** Tasks that failed in this run: they are not taken again. */
  readonly failed?: ReadonlySet<string>;
  readonly now: Instant;
}

export type Selection =
  | { readonly kind: "task"; readonly task: Task }
  | { readonly kind: "no_candidates" | "blocked"; readonly blocking: BlockingState | null; readonly notes: readonly string[] };

/** The task a run takes, or why there is none. Errors: those of `selectTarget`. */
export function selectForRun(books: Books, wish: SelectionWish): Selection {
  const { includeDraft, now } = wish;
  if (wish.id !== null) return { kind: "task", task: selectTarget(books, wish.id, { includeDraft, now, operation: "run --target" }) };
  const made = wish.includeNew ? [] : madeInRuns(books, new Set([wish.runId, ...(wish.earlierRuns ?? [])]));
  const options = { includeDraft, preferDoing: true, now, exclude: new Set([...made, ...(wish.failed ?? [])]) };
  const task = selectNext(books, options);
  if (task !== null) return { kind: "task", task };
  const left = books.queue.tasks.filter((item) => isCandidate(item, includeDraft) && !options.exclude.has(item.id.trim()));
  const { summary } = runnabilityReport(books, options);
  const notes = made.length === 0 ? [] : [`Left for another run, because agents made them during this one: ${made.join(", ")}.`];
  return { kind: left.length === 0 ? "no_candidates" : "blocked", blocking: summary.blocking ?? null, notes };
}
