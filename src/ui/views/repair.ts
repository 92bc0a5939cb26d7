import type { BlockingState } from "../../queue/blocking.ts";
import type { RepairReport } from "../../queue/change/repair.ts";
import { paint } from "../colour.ts";
import { type NextStep, nextStepLines } from "./next-steps.ts";
import { blockingLines } from "./runnability.ts";

export interface RepairOutcome {
  readonly dryRun: boolean;
  /** Something was repaired, or would be. */
  readonly changed: boolean;
  readonly report: RepairReport;
  /** Ids whose active copy was dropped in favour of their done record. */
  readonly healed: readonly string[];
}

const VALIDATE: NextStep = { command: "cueloop queue validate", why: "check the result" };
const UNDO: NextStep = { command: "cueloop undo --dry-run", why: "see what taking the repair back would change" };

/** What a repair did for a person: headline, detail, the report as JSON, what to type next. */
export function repairText(outcome: RepairOutcome, color: boolean): string {
  const { report } = outcome;
  const sections = [
    headline(outcome, color),
    outcome.dryRun && outcome.changed ? blockingLines(repairAvailable, "Operator state", color) : [],
    ["Repair report:", JSON.stringify(report, null, 2), ...healedLines(outcome)],
    nextStepLines(nextSteps(outcome), color),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

const repairAvailable: BlockingState = {
  status: "stalled",
  reason: { kind: "operator_recovery", scope: "queue_repair", reason: "repair_available", suggested_command: "cueloop queue repair" },
  message: "The queue can be repaired.",
  detail: "Nothing has been changed yet; `cueloop queue repair` makes the changes of the report.",
};

function headline({ dryRun, changed, report }: RepairOutcome, color: boolean): string[] {
  const { fixed_tasks: tasks, remapped_ids: ids, fixed_timestamps: timestamps } = report;
  const facts = `${counted(tasks, "task")} ${dryRun ? "to mend" : "mended"}, ${counted(ids.length, "new id")}, ${counted(timestamps, "timestamp")}.`;
  if (!changed) {
    return [
      paint("green", `${dryRun ? "Dry run: nothing" : "Nothing"} to repair.`, color),
      "The queue and done files need no change a repair could make.",
    ];
  }
  if (dryRun) return [paint("yellow", "Dry run: the queue can be repaired.", color), `${facts} The result is valid.`];
  return [paint("green", "The queue is repaired.", color), `${facts} What was there is kept in an undo snapshot.`];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function healedLines({ healed, dryRun }: RepairOutcome): string[] {
  return healed.length === 0 ? [] : [`Active copies of finished tasks ${dryRun ? "to be dropped" : "dropped"}: ${healed.join(", ")}`];
}

function nextSteps({ dryRun, changed }: RepairOutcome): NextStep[] {
  if (!changed) return [{ command: "cueloop run one", why: "go on with the next task" }];
  if (dryRun) return [{ command: "cueloop queue repair", why: "make these changes" }, UNDO];
  return [VALIDATE, UNDO];
}
