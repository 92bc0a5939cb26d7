import { readOutcome } from "../../queue/store/outcome.ts";
import type { Sidecar } from "../session/sidecar.ts";
import type { ResumeDecision } from "./decision.ts";

/** Whether the agent of one of the attempt's runs recorded that the task should not be done. */
export function hasRejected(repo: { readonly runtimeDir: string }, sidecar: Sidecar): boolean {
  const record = readOutcome(repo, sidecar.task_before.task.id);
  return record?.outcome === "rejected" && [...(sidecar.earlier_runs ?? []), sidecar.run_id].includes(record.run_id);
}

/** The decision, with what going on means for a task that its agent has rejected. */
export function withRecorded(repo: { readonly runtimeDir: string }, sidecar: Sidecar | null, decision: ResumeDecision): ResumeDecision {
  const isAbout = sidecar !== null && decision.task_id === sidecar.task_before.task.id;
  if (!isAbout || decision.status === "falling_back_to_fresh_invocation" || !hasRejected(repo, sidecar)) return decision;
  return { ...decision, detail: `${decision.detail} Its agent has rejected it: going on archives that, without another turn.` };
}
