import type { RestorePlan, SnapshotEntry } from "../../queue/store/undo.ts";
import { paint } from "../colour.ts";
import { sanitiseLine } from "../sanitise.ts";
import { type NextStep, nextStepLines } from "./next-steps.ts";

const INSERT: NextStep = {
  command: "cueloop task insert --dry-run --input <PATH>",
  why: "try out new tasks; adding them makes a snapshot",
};
const PREVIEW: NextStep = { command: "cueloop undo --dry-run", why: "see what restoring the newest one would change" };
const VALIDATE: NextStep = { command: "cueloop queue validate", why: "check the files" };

/** The snapshots, newest first. */
export function snapshotListText(entries: readonly SnapshotEntry[], color: boolean): string {
  if (entries.length === 0) {
    return section(
      [paint("bold", "There is nothing to undo.", color), "Every command that changes the queue takes a snapshot before it writes."],
      nextStepLines([INSERT], color),
    );
  }
  const rows = entries.flatMap((entry, index) => [
    `  ${index + 1}. ${sanitiseLine(entry.operation)} [${sanitiseLine(entry.timestamp)}]`,
    `     ID: ${sanitiseLine(entry.id)}`,
  ]);
  const steps = [PREVIEW, { command: "cueloop undo --id <SNAPSHOT_ID>", why: "restore one of them, by id or by number" }];
  return section(
    [
      paint("bold", `${entries.length} snapshot${entries.length === 1 ? "" : "s"}, newest first.`, color),
      "Each is the queue as it was before the operation.",
    ],
    rows,
    nextStepLines(steps, color),
  );
}

/** What restoring would do. */
export function restorePreviewText(plan: RestorePlan, color: boolean): string {
  return section(
    [paint("bold", "Dry run: nothing was changed.", color), "Restoring this snapshot would change the queue as follows."],
    [...factLines(plan), ...effectLines(plan)],
    nextStepLines([{ command: `cueloop undo --id ${plan.id}`, why: "restore it" }, VALIDATE], color),
  );
}

/** What a restore did. */
export function restoredText(
  plan: RestorePlan,
  redoPath: string | null,
  options: { readonly color: boolean; readonly verbose: boolean },
): string {
  const kept =
    redoPath === null
      ? "The files were as in the snapshot already."
      : `What was there before is kept in ${redoPath}; copied to .cueloop/cache/undo/undo-<ID>.json it can be restored the same way.`;
  const steps = [VALIDATE, { command: "cueloop run one", why: "go on with the next task" }];
  return section(
    [paint("green", "The queue is restored.", options.color), kept],
    [...factLines(plan), ...(options.verbose ? effectLines(plan) : [])],
    options.verbose ? ["`cueloop queue list` shows the tasks as they are now."] : [],
    nextStepLines(steps, options.color),
  );
}

/** The tasks a restore would take back although they are not of its operation. */
export function alsoLostText(plan: RestorePlan): string {
  return `These tasks changed after that operation, and restoring takes that back, too: ${plan.alsoLost.map(sanitiseLine).join(", ")}`;
}

function factLines(plan: RestorePlan): string[] {
  return [
    `  Snapshot: ${plan.id}`,
    `  Operation: ${sanitiseLine(plan.operation)}`,
    `  Taken: ${plan.timestamp === "" ? "unknown" : sanitiseLine(plan.timestamp)}`,
    `  Tasks in it: ${plan.tasksAffected}`,
  ];
}

function effectLines({ effect, alsoLost }: RestorePlan): string[] {
  if (effect === null) return ["  The present files do not parse; they are replaced whole, and their text is kept."];
  const row = (word: string, ids: readonly string[]) => (ids.length === 0 ? [] : [`  ${word}: ${ids.map(sanitiseLine).join(", ")}`]);
  const rows = [...row("Back again", effect.appear), ...row("Gone", effect.vanish), ...row("Changed", effect.change)];
  return [...(rows.length === 0 ? ["  No task differs."] : rows), ...row("Changed since by something else", alsoLost)];
}

function section(...parts: readonly (readonly string[])[]): string {
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}
