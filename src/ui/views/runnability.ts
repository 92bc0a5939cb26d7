import type { NotRunnable, RunnabilityReport, RunnabilityRow } from "../../queue/runnability.ts";
import { describeUnmet } from "../../queue/selection.ts";
import { paint, type Style } from "../colour.ts";
import { sanitise, sanitiseLine } from "../sanitise.ts";

/** Blocked candidates that are shown one by one. */
const SHOWN = 10;

/** The report of `queue explain` for a person. */
export function explainText(report: RunnabilityReport, color: boolean): string {
  const { selection, summary } = report;
  const heading = (text: string) => paint("bold", text, color);
  const selected = report.tasks.find((row) => row.id === selection.selected_task_id);
  const lines = [
    `${heading("Queue runnability")} at ${report.now}`,
    `Selection: drafts ${selection.include_draft ? "included" : "excluded"}, doing ${selection.prefer_doing ? "preferred" : "not preferred"}`,
    `Selected: ${selected === undefined ? "none" : `${idOf(selected)} (${selected.status})`}`,
    "",
    heading("Summary"),
    `  active tasks: ${summary.total_active}`,
    `  candidates: ${summary.candidates_total}, runnable: ${summary.runnable_candidates}`,
    ...counter("blocked by dependencies", summary.blocked_by_dependencies),
    ...counter("blocked by schedule", summary.blocked_by_schedule),
    ...counter("blocked by status or flags", summary.blocked_by_status_or_flags),
  ];
  if (summary.blocking !== undefined) lines.push("", ...blockingLines(summary.blocking, "Blocking", color));
  const draft = summary.blocking?.task_id;
  if (draft !== undefined) lines.push("", heading("Hints"), `  cueloop task ready ${sanitiseLine(draft).trim()}`);
  if (selected === undefined) lines.push(...blockedLines(report, heading));
  else lines.push("", ...selectedLines(selected, heading));
  return lines.join("\n");
}

/** Why nothing is runnable, in a few lines: the first `todo` that waits and what for, then where to read more. */
export function nothingRunnableText(report: RunnabilityReport): string {
  const first = report.tasks.find((row) => row.kind === "work_item" && row.status === "todo" && row.reasons.length > 0);
  const reason = first?.reasons[0];
  const lines =
    first === undefined || reason === undefined
      ? ["No task is blocked either: none is waiting to be run."]
      : [`${idOf(first)} (${first.status}) ${describeReason(reason)}.`];
  lines.push("More: cueloop queue explain", ...hints(first === undefined ? [] : [first]).map((hint) => `More: ${hint}`));
  return lines.join("\n");
}

/** `<label>: <status word>`, then message and detail. */
export function blockingLines(blocking: NonNullable<RunnabilityReport["summary"]["blocking"]>, label: string, color: boolean): string[] {
  const style: Style = blocking.status === "waiting" ? "yellow" : "red";
  const detail = sanitise(blocking.detail)
    .split("\n")
    .map((line) => `  ${line}`.trimEnd());
  return [`${paint("bold", `${label}:`, color)} ${paint(style, blocking.status, color)}`, `  ${sanitise(blocking.message)}`, ...detail];
}

function blockedLines(report: RunnabilityReport, heading: (text: string) => string): string[] {
  if (report.summary.candidates_total === 0) return [];
  const { include_draft: includeDraft } = report.selection;
  const isCandidate = (row: RunnabilityRow) =>
    row.kind === "work_item" && (row.status === "todo" || (includeDraft && row.status === "draft"));
  const blocked = report.tasks.filter((row) => isCandidate(row) && !row.runnable);
  const lines = ["", heading("Blocked candidates")];
  for (const row of blocked.slice(0, SHOWN)) {
    lines.push(`  ${idOf(row)} (${row.status})`, ...row.reasons.map((reason) => `    - ${describeReason(reason)}`));
  }
  if (blocked.length > SHOWN) lines.push(`  … and ${blocked.length - SHOWN} more`);
  return [...lines, "", heading("Hints"), ...[...hints(blocked), "cueloop run one --dry-run"].map((hint) => `  ${hint}`)];
}

function selectedLines(row: RunnabilityRow, heading: (text: string) => string): string[] {
  const ready = row.reasons.length === 0;
  const against = ready ? "ready" : "in work, though it would not be taken anew";
  return [
    heading("Selected task"),
    `  ${idOf(row)} (${row.status}): ${against}`,
    ...row.reasons.map((reason) => `    - ${describeReason(reason)}`),
  ];
}

function hints(rows: readonly RunnabilityRow[]): string[] {
  const reasons = rows.flatMap((row) => row.reasons);
  const dependency = reasons.flatMap((reason) => (reason.kind === "unmet_dependencies" ? reason.dependencies : []))[0];
  const scheduled = reasons.some((reason) => reason.kind === "scheduled_start_in_future");
  return [
    ...(dependency === undefined || dependency.kind === "missing"
      ? []
      : [`cueloop queue show ${sanitiseLine(dependency.id)} --format text`]),
    ...(dependency?.kind === "missing" ? ["cueloop queue validate"] : []),
    ...(scheduled ? ["cueloop queue list --scheduled"] : []),
  ];
}

function describeReason(reason: NotRunnable): string {
  switch (reason.kind) {
    case "non_executable_kind":
      return `is a ${reason.task_kind}, which is never run itself`;
    case "status_not_runnable":
      return `has the status ${reason.status}`;
    case "draft_excluded":
      return "is a draft, and drafts are excluded";
    case "unmet_dependencies": {
      const names = reason.dependencies.map((dependency) => sanitiseLine(describeUnmet(dependency))).join(", ");
      const count = reason.dependencies.length;
      return count === 1 ? `waits for ${names}` : `waits for ${count} unmet dependencies: ${names}`;
    }
    case "scheduled_start_in_future":
      return `is scheduled for ${reason.scheduled_start} (in ${untilText(reason.seconds_until_runnable)})`;
  }
}

function untilText(seconds: number): string {
  const minutes = Math.trunc(seconds / 60);
  return minutes < 60 ? `${minutes}m` : `${Math.trunc(minutes / 60)}h ${minutes % 60}m`;
}

function counter(name: string, count: number): string[] {
  return count === 0 ? [] : [`  ${name}: ${count}`];
}

function idOf(row: RunnabilityRow): string {
  return sanitiseLine(row.id).trim();
}
