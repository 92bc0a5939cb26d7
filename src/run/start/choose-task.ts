import { CueLoopError } from "../../base/errors.ts";
import { type Books, findTask } from "../../queue/books.ts";
import { readBooks } from "../../queue/store/read.ts";
import type { Task } from "../../queue/task.ts";
import { selectAndClaim } from "../claims/select.ts";
import type { RunContext } from "../context.ts";
import type { HookSettings } from "../hooks.ts";
import type { Selection, SelectionWish } from "./select.ts";

export interface ChoiceWish extends Omit<SelectionWish, "claimed" | "skipped"> {
  /** Tasks that the hook `beforeTask` passed over; added to. */
  readonly skipped: Map<string, string>;
  /** Somebody named the task, so that another one is no substitute. */
  readonly isNamed: boolean;
}

export type Choice =
  | { readonly kind: "task"; readonly task: Task; readonly hookSettings: HookSettings | null }
  | Exclude<Selection, { kind: "task" }>;

/**
 * Selects and claims the next task that the hook `beforeTask` lets begin. Call with the queue lock held; nothing is
 * written. Errors: those of `selectAndClaim`; `hook.failed`; `hook.skipped` for a named task.
 */
export async function chooseTask(context: RunContext, books: Books, wish: ChoiceWish): Promise<Choice> {
  let { id } = wish;
  let present = books;
  for (;;) {
    const selection = await selectAndClaim(context, present, { ...wish, id });
    if (selection.kind !== "task" || !mayDiffer(context)) return withoutHooks(selection);
    const chosen = selection.task;
    const verdict = await context.hooks.beforeTask(chosen);
    // Hooks may write to the queue.
    present = readBooks(context, "strict");
    if (verdict.kind === "begin") {
      const task = findTask(present, chosen.id)?.task ?? chosen;
      return { kind: "task", task, hookSettings: verdict.settings };
    }
    if (wish.isNamed) throw skippedByHook(chosen.id, verdict.reason);
    wish.skipped.set(chosen.id.trim(), verdict.reason);
    context.emit({ kind: "message", task_id: chosen.id, message: `The hook beforeTask skips ${chosen.id}: ${verdict.reason}` });
    context.claims.release();
    id = null;
  }
}

function mayDiffer({ hooks }: RunContext): boolean {
  return hooks.has("beforeTask") || hooks.has("selectTask");
}

function withoutHooks(selection: Selection): Choice {
  return selection.kind === "task" ? { ...selection, hookSettings: null } : selection;
}

function skippedByHook(taskId: string, reason: string): CueLoopError {
  return new CueLoopError("hook.skipped", {
    message: `The hook beforeTask skips ${taskId}: ${reason}`,
    hint: "Nothing was begun. The hook stands in cueloop.config.ts.",
    where: { taskId },
  });
}
