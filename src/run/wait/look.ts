import { readBooks } from "../../queue/store/read.ts";
import type { RunContext } from "../context.ts";
import type { RunSettings } from "../options.ts";
import { type Selection, selectForRun } from "../start/select.ts";

/** What a loop, in which tasks may have failed, would take now, without a lock and without taking it. Errors: those of reading the queue. */
export function lookForTask(context: RunContext, { includeDraft, includeNew }: RunSettings, failed: ReadonlySet<string>): Selection {
  const books = readBooks(context, "strict");
  return selectForRun(books, {
    id: null,
    includeDraft,
    includeNew,
    runId: context.runId,
    failed,
    claimed: context.claims.others(),
    heldBack: context.heldBack(),
    now: context.clock.now(),
  });
}
