import { findTask } from "../../queue/books.ts";
import { readBooks } from "../../queue/store/read.ts";
import type { Task } from "../../queue/task.ts";
import type { RunContext } from "../context.ts";
import type { RunSettings } from "../options.ts";
import { candidatesForRun } from "./select.ts";

/** Calls the hook `runStart`, before any lock is taken, with what the run could work as the books are now. Error: `hook.failed`. */
export async function askRunStart(
  context: RunContext,
  run: Pick<RunSettings, "includeDraft" | "includeNew">,
  id: string | null,
): Promise<void> {
  if (!context.hooks.has("runStart")) return;
  await context.hooks.runStart(planOf(context, run, id));
}

function planOf(
  context: RunContext,
  { includeDraft, includeNew }: Pick<RunSettings, "includeDraft" | "includeNew">,
  id: string | null,
): readonly Task[] {
  const books = readBooks(context, "lenient");
  if (id === null) {
    const wish = { id, includeDraft, includeNew, runId: context.runId, claimed: context.claims.others(), now: context.clock.now() };
    return candidatesForRun(books, wish);
  }
  const found = findTask(books, id);
  return found === null ? [] : [found.task];
}
