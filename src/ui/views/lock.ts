import type { LockState } from "../../queue/store/lock.ts";
import { holderLines, markerOf, metadataLine, policyLine } from "../../queue/store/locking/refusal.ts";
import { sanitise } from "../sanitise.ts";

/** The lock for a person: where, who, whether that process runs, and what unlocking would do. */
export function lockPreviewText(state: LockState): string {
  const note = [markerOf(state), policyLine(state)].filter((text) => text !== null).join(": ");
  return [
    ...lockLines(state),
    `  process: ${processWord(state)}`,
    ...(note === "" ? [] : [`  note: ${sanitise(note)}`]),
    state.kind === "held" ? "Removing it would be refused without --force." : "Removing it would go through.",
    "Dry run: nothing was changed.",
  ].join("\n");
}

/** Path and holder. */
export function lockLines(state: LockState): string[] {
  const holder = state.holder === null ? [metadataLine(state)] : holderLines(state.holder);
  return [`Queue lock: ${state.path}`, ...holder.map(sanitise)];
}

/** Whether the holder's process runs, in the word scripts look for. */
export function processWord(state: LockState): "RUNNING" | "NOT RUNNING" | "INDETERMINATE" | "UNKNOWN" {
  if (state.holder === null) return "UNKNOWN";
  const { state: judged } = state.holder.judgement;
  return judged === "live" ? "RUNNING" : judged === "dead" ? "NOT RUNNING" : "INDETERMINATE";
}
