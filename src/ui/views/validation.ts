import type { CueLoopError } from "../../base/errors.ts";
import type { RunnabilityReport } from "../../queue/runnability.ts";
import type { Warning } from "../../queue/validate.ts";
import { paint } from "../colour.ts";
import { sanitise, sanitiseLine } from "../sanitise.ts";
import { blockingLines } from "./runnability.ts";

/** What became of a validation. */
export type Validation =
  | { readonly valid: false; readonly error: CueLoopError }
  | {
      readonly valid: true;
      readonly counts: { readonly active: number; readonly done: number };
      readonly warnings: readonly Warning[];
      readonly report: RunnabilityReport;
    };

interface Step {
  readonly command: string;
  readonly why: string;
}

/** The result for a person: headline, what holds work up, warnings, and what to type next. */
export function validationText(validation: Validation, color: boolean): string {
  const sections = validation.valid ? validSections(validation, color) : invalidSections(validation.error, color);
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function invalidSections(error: CueLoopError, color: boolean): string[][] {
  const blocking = {
    status: "stalled",
    reason: { kind: "operator_recovery", scope: "queue_validate", reason: error.code },
    message: "The queue must be put right before work can go on.",
    detail: [error.message, error.hint ?? ""].filter((text) => text !== "").join("\n"),
  } as const;
  return [
    [paint("red", "Queue continuation is stalled.", color), "The queue and done files cannot be used as they are."],
    blockingLines(blocking, "Operator state", color),
    nextLines(
      [
        { command: "cueloop queue repair --dry-run", why: "see what can be repaired" },
        { command: "cueloop queue repair", why: "repair it, with a snapshot of what was there" },
        { command: "cueloop undo --dry-run", why: "see what going back to the last snapshot would change" },
      ],
      color,
    ),
  ];
}

function validSections(validation: Extract<Validation, { valid: true }>, color: boolean): string[][] {
  const { counts, report } = validation;
  const { blocking, runnable_candidates: runnable } = report.summary;
  const hasWarnings = validation.warnings.length > 0;
  const draft = blocking?.task_id;
  const headline =
    blocking === undefined
      ? paint("green", `Queue is ready${hasWarnings ? ", with warnings" : ""}.`, color)
      : paint("yellow", draft === undefined ? `Queue is ${blocking.status}.` : "Queue is waiting for a draft to be made ready.", color);
  const detail = `Both files are valid: ${counts.active} active, ${counts.done} done; ${runnable} runnable${
    report.selection.selected_task_id === null ? "" : `, ${sanitiseLine(report.selection.selected_task_id).trim()} first`
  }.`;
  const warnings = validation.warnings.map(({ task_id, message }) => `  - [${sanitiseLine(task_id)}] ${sanitise(message)}`);
  return [
    [headline, detail],
    blocking === undefined ? [] : blockingLines(blocking, "Operator state", color),
    hasWarnings ? [paint("bold", "Warnings:", color), ...warnings] : [],
    nextLines(nextSteps(blocking !== undefined, draft ?? null, hasWarnings), color),
  ];
}

function nextSteps(blocked: boolean, draft: string | null, hasWarnings: boolean): Step[] {
  const run: Step = { command: "cueloop run one", why: blocked ? "run the next task once one is runnable" : "run the next task" };
  const again: Step = { command: "cueloop queue validate", why: "check again after looking at the warnings" };
  const explain: Step = { command: "cueloop queue explain", why: "see what each task waits for" };
  if (draft !== null) {
    const ready: Step = { command: `cueloop task ready ${sanitiseLine(draft).trim()}`, why: "make the first draft ready" };
    return [ready, explain, ...(hasWarnings ? [again] : []), run];
  }
  if (blocked) return [explain, run];
  if (hasWarnings) return [again, run];
  return [run, { command: "cueloop task insert --dry-run --input <PATH>", why: "try out new tasks before adding them" }];
}

function nextLines(steps: readonly Step[], color: boolean): string[] {
  return [paint("bold", "Next:", color), ...steps.map(({ command, why }, index) => `  ${index + 1}. ${command} — ${why}`)];
}
