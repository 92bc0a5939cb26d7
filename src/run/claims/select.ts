import type { Books } from "../../queue/books.ts";
import { claimHeld } from "../../queue/claims/held.ts";
import { claimKey } from "../../queue/claims/place.ts";
import type { RunContext } from "../context.ts";
import { type Selection, type SelectionWish, selectForRun } from "../start/select.ts";

/**
 * Selects a task and takes it for this run; what another run works, or has finished, is passed over. Call with the queue lock held.
 * Errors: those of `selectForRun` and of `RunClaims.take`; `run.claimed` when the wish names a task of another run.
 */
export function selectAndClaim(context: RunContext, books: Books, wish: Omit<SelectionWish, "claimed">): Selection {
  const claimed = new Map(wish.id === null ? context.claims.others() : []);
  for (;;) {
    const selection = selectForRun(books, { ...wish, heldBack: context.heldBack(), claimed });
    if (selection.kind !== "task") return selection;
    const { id } = selection.task;
    const holder = context.claims.take(id);
    if (holder === null) return selection;
    if (wish.id !== null) throw claimHeld(holder, id);
    claimed.set(claimKey(id), holder);
  }
}
