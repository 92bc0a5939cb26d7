import { formatTimestamp, type Instant } from "../../base/clock.ts";
import type { BlockingState } from "../../queue/blocking.ts";
import type { Books } from "../../queue/books.ts";
import { madeInRuns } from "../../queue/change/made-in-run.ts";
import type { ClaimHolder } from "../../queue/claims/claim.ts";
import { claimBlocking, holderText } from "../../queue/claims/held.ts";
import { claimKey } from "../../queue/claims/place.ts";
import { isCandidate, runnabilityReport } from "../../queue/runnability.ts";
import { selectable, selectNext, selectTarget } from "../../queue/selection.ts";
import { kindOfTask, type Task } from "../../queue/task.ts";

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
  /** Tasks that a hook passed over in this run, with its reasons: they are not taken either. */
  readonly skipped?: ReadonlyMap<string, string>;
  /** Tasks whose work is finished and not brought in, with what brings it in. */
  readonly heldBack?: ReadonlyMap<string, string>;
  /** Tasks that other runs work, by `claimKey`: they are passed over. */
  readonly claimed?: ReadonlyMap<string, ClaimHolder>;
  readonly now: Instant;
}

export type Selection =
  | { readonly kind: "task"; readonly task: Task }
  | { readonly kind: "no_candidates" | "blocked"; readonly blocking: BlockingState | null; readonly notes: readonly string[] };

/** The task a run takes, or why there is none. Errors: those of `selectTarget`. */
export function selectForRun(books: Books, wish: SelectionWish): Selection {
  const { includeDraft, now } = wish;
  if (wish.id !== null) return { kind: "task", task: selectTarget(books, wish.id, { includeDraft, now, operation: "run --target" }) };
  const { made, elsewhere, options } = passedOver(books, wish);
  const task = selectNext(books, options);
  if (task !== null) return { kind: "task", task };
  const left = books.queue.tasks.filter((item) => isCandidate(item, includeDraft) && !options.exclude.has(item.id.trim()));
  const { summary } = runnabilityReport(books, options);
  const notes = [...elsewhere].map(([id, holder]) => `Passed over, because another run works it: ${id} (${holderText(holder)}).`);
  if (made.length > 0) notes.push(`Left for another run, because agents made them during this one: ${made.join(", ")}.`);
  notes.push(...skippedNotes(wish.skipped));
  notes.push(...heldBackNotes(books, wish));
  const [claim] = elsewhere;
  if (left.length === 0 && claim !== undefined) {
    return { kind: "blocked", blocking: claimBlocking(claim[1], claim[0], formatTimestamp(now)), notes };
  }
  return { kind: left.length === 0 ? "no_candidates" : "blocked", blocking: summary.blocking ?? null, notes };
}

/** Every task the run could take, in its order. */
export function candidatesForRun(books: Books, wish: SelectionWish): readonly Task[] {
  return selectable(books, passedOver(books, wish).options);
}

/** One line for each task that a hook passed over. */
export function skippedNotes(skipped: ReadonlyMap<string, string> | undefined): readonly string[] {
  return [...(skipped ?? [])].map(([id, reason]) => `Skipped by the hook beforeTask: ${id} (${reason}).`);
}

/** What is not taken: what agents made, what failed or was skipped, what others work. */
function passedOver(books: Books, wish: SelectionWish) {
  const made = wish.includeNew ? [] : madeInRuns(books, new Set([wish.runId, ...(wish.earlierRuns ?? [])]));
  const elsewhere = claimedTasks(books, wish);
  const exclude = new Set([
    ...made,
    ...(wish.failed ?? []),
    ...(wish.skipped?.keys() ?? []),
    ...(wish.heldBack?.keys() ?? []),
    ...elsewhere.keys(),
  ]);
  return { made, elsewhere, options: { includeDraft: wish.includeDraft, preferDoing: true, now: wish.now, exclude } };
}

/** One line for each task that would be taken, had a worker not finished it before. */
function heldBackNotes(books: Books, { heldBack, includeDraft }: SelectionWish): readonly string[] {
  const ids = new Set(books.queue.tasks.filter((task) => isCandidate(task, includeDraft)).map((task) => task.id.trim()));
  return [...(heldBack ?? [])].filter(([id]) => ids.has(id)).map(([id, way]) => `Left alone: ${id}; ${way}.`);
}

/** Tasks that this run would take if no other one worked them, with who does. */
function claimedTasks(books: Books, { claimed, failed, skipped, includeDraft }: SelectionWish): Map<string, ClaimHolder> {
  const found = new Map<string, ClaimHolder>();
  if (claimed === undefined || claimed.size === 0) return found;
  for (const task of books.queue.tasks) {
    const holder = claimed.get(claimKey(task.id));
    const isWork = isCandidate(task, includeDraft) || (task.status === "doing" && kindOfTask(task) === "work_item");
    if (holder !== undefined && isWork && failed?.has(task.id.trim()) !== true && skipped?.has(task.id.trim()) !== true)
      found.set(task.id.trim(), holder);
  }
  return found;
}
