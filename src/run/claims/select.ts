import type { Books } from "../../queue/books.ts";
import { claimHeld } from "../../queue/claims/held.ts";
import { claimKey } from "../../queue/claims/place.ts";
import type { Task } from "../../queue/task.ts";
import type { RunContext } from "../context.ts";
import { candidatesForRun, type Selection, type SelectionWish, selectForRun } from "../start/select.ts";

/**
 * Selects a task, by the hook `selectTask` where there is one and a choice, and takes it for this run; what another run
 * works, or has finished, is passed over. Call with the queue lock held.
 * Errors: those of `selectForRun` and of `RunClaims.take`; `run.claimed` when the wish names a task of another run.
 */
export async function selectAndClaim(
  context: RunContext,
  books: Books,
  named: Omit<SelectionWish, "claimed" | "heldBack">,
): Promise<Selection> {
  const wish = { ...named, heldBack: context.heldBack() };
  const claimed = new Map(wish.id === null ? context.claims.others() : []);
  for (;;) {
    const byDefault = selectForRun(books, { ...wish, claimed });
    if (byDefault.kind !== "task") return byDefault;
    const selection = { ...byDefault, task: (await byHook(context, books, { ...wish, claimed })) ?? byDefault.task };
    const { id } = selection.task;
    const holder = context.claims.take(id);
    if (holder === null) return selection;
    if (wish.id !== null) throw claimHeld(holder, id);
    claimed.set(claimKey(id), holder);
  }
}

async function byHook(context: RunContext, books: Books, wish: SelectionWish): Promise<Task | null> {
  if (wish.id !== null || !context.hooks.has("selectTask")) return null;
  const candidates = candidatesForRun(books, wish);
  return candidates.length > 1 ? context.hooks.selectTask(candidates) : null;
}
