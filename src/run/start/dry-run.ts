import type { RepoContext } from "../../config/context.ts";
import { type NotRunnable, runnabilityReport } from "../../queue/runnability.ts";
import { describeUnmet, selectNext, selectTarget } from "../../queue/selection.ts";
import { readBooks } from "../../queue/store/read.ts";

/** Which task a run would take now, or why none; changes nothing. Errors: those of reading and of `selectTarget`. */
export function previewRun(context: RepoContext, wish: { readonly id: string | null; readonly includeDraft: boolean }): string {
  const books = readBooks(context, "strict");
  const options = { includeDraft: wish.includeDraft, preferDoing: true, now: context.clock.now() };
  const task = wish.id === null ? selectNext(books, options) : selectTarget(books, wish.id, { ...options, operation: "run --target" });
  if (task !== null) {
    const again = task.status === "doing" ? "; it was begun before and would be continued" : "";
    return `Would run ${task.id} (${task.status})${again}: ${task.title}`;
  }
  const { summary, tasks } = runnabilityReport(books, options);
  if (summary.candidates_total === 0) return `Nothing would run: there are no todo${wish.includeDraft ? " or draft" : ""} tasks.`;
  const first = tasks.find(
    (row) => row.kind === "work_item" && row.reasons.length > 0 && (row.status === "todo" || row.status === "draft"),
  );
  return [
    "Nothing would run.",
    `Blocked by dependencies: ${summary.blocked_by_dependencies}, by schedule: ${summary.blocked_by_schedule}, by status or flags: ${summary.blocked_by_status_or_flags}.`,
    ...(first === undefined ? [] : [`First blocked task: ${first.id}`, ...first.reasons.map((reason) => `  ${reasonText(reason)}`)]),
    "`cueloop queue explain` tells the reasons of every task.",
  ].join("\n");
}

function reasonText(reason: NotRunnable): string {
  switch (reason.kind) {
    case "unmet_dependencies":
      return `waits for ${reason.dependencies.map(describeUnmet).join(", ")}`;
    case "scheduled_start_in_future":
      return `starts at ${reason.scheduled_start} (in ${duration(reason.seconds_until_runnable)})`;
    case "draft_excluded":
      return "is a draft; --include-draft takes drafts too";
    case "status_not_runnable":
      return `has status ${reason.status}`;
    case "non_executable_kind":
      return `is a ${reason.task_kind}, which is never run`;
  }
}

function duration(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes}m` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}
