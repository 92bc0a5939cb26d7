import { CueLoopError } from "../../base/errors.ts";
import type { Task } from "../../queue/task.ts";
import type { RunContext } from "../context.ts";

/** Lets the hook `beforeCommit` look at what is about to be committed; the message to commit it with. Error: `hook.refused`. */
export async function askBeforeCommit(
  context: RunContext,
  plan: { readonly task: Task; readonly message: string; files(): Promise<readonly string[]> },
): Promise<string> {
  if (!context.hooks.has("beforeCommit")) return plan.message;
  const verdict = await context.hooks.beforeCommit({ task: plan.task, message: plan.message, files: await plan.files() });
  if (verdict.kind === "commit") return verdict.message;
  throw new CueLoopError("hook.refused", { message: verdict.reason, where: { taskId: plan.task.id } });
}
