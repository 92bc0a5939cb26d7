import { readBooks } from "../../queue/store/read.ts";
import type { RunContext } from "../context.ts";
import type { RunSettings } from "../options.ts";
import { type Selection, type SelectionWish, selectForRun } from "../start/select.ts";

/** What a loop, in which tasks may have failed or been skipped, would take now, without a lock and without taking it. Errors: those of reading the queue. */
export function lookForTask(
  context: RunContext,
  { includeDraft, includeNew }: RunSettings,
  passedOver: Pick<SelectionWish, "failed" | "skipped">,
): Selection {
  const books = readBooks(context, "strict");
  return selectForRun(books, {
    id: null,
    includeDraft,
    includeNew,
    runId: context.runId,
    ...passedOver,
    claimed: context.claims.others(),
    heldBack: context.heldBack(),
    now: context.clock.now(),
  });
}
