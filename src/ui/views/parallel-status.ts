import { attemptsOf, detailLines, reasonOf, retentionLeft } from "../../parallel/status/detail.ts";
import { lifecycleCounts, NOTHING_FOUND } from "../../parallel/status/document.ts";
import type { StatusFacts, WorkerFacts } from "../../parallel/status/facts.ts";
import { driftOf, isBlocked } from "../../parallel/status/situation.ts";
import type { ParallelStatus } from "../../parallel/status/status.ts";
import { paint } from "../colour.ts";
import { sanitiseLine } from "../sanitise.ts";
import { nextStepLines } from "./next-steps.ts";
import { blockingLines } from "./runnability.ts";

/** `run parallel status` for people. */
export function parallelStatusLines({ document, facts }: ParallelStatus, color: boolean): string[] {
  const { continuation, blocking } = document;
  const sections = [
    [paint("bold", continuation.headline, color), ...detailLines(facts).map((line) => `  ${sanitiseLine(line)}`)],
    blocking === undefined ? [] : blockingLines(blocking, "Operator state", color),
    [paint("bold", "Parallel workers", color), ...stateLines(facts)],
    ...groups(facts, color),
    leftLines(facts, color),
    nextStepLines(
      continuation.next_steps.map(({ command, title, detail }) => ({ command: filledIn(command, facts), why: `${title}. ${detail}` })),
      color,
    ),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .flatMap((lines) => ["", ...lines])
    .slice(1);
}

function stateLines({ state }: StatusFacts): string[] {
  if (state === null) return [`  ${NOTHING_FOUND}`];
  const head = [
    `  schema version: ${state.schema_version}`,
    `  started: ${sanitiseLine(state.started_at) || "unknown"}`,
    `  target branch: ${sanitiseLine(state.target_branch) || "none"}`,
  ];
  if (state.workers.length === 0) return [...head, "  no workers"];
  const counts = Object.entries(lifecycleCounts(state.workers));
  return [...head, `  ${counts.map(([name, count]) => `${name} ${count}`).join(", ")}`];
}

function groups(facts: StatusFacts, color: boolean): string[][] {
  const branch = facts.state?.target_branch ?? "";
  const group = (name: string, lifecycle: WorkerFacts["record"]["lifecycle"], fields: (worker: WorkerFacts) => readonly string[]) => {
    const members = facts.workers.filter(({ record }) => record.lifecycle === lifecycle);
    if (members.length === 0) return [];
    const lines = members.map((worker) => `  ${[worker.record.task_id, ...fields(worker)].map(sanitiseLine).join("  ")}`);
    return [paint("bold", name, color), ...lines];
  };
  const begun = ({ record, standing }: WorkerFacts) => [
    `since ${record.started_at}`,
    `attempts ${record.push_attempts}`,
    ...(standing === "orphaned" ? ["orphaned"] : []),
    ...(standing === "retry" ? ["waits for its retry"] : []),
  ];
  return [
    group("Running", "running", begun),
    group("Integrating", "integrating", begun),
    group("Completed", "completed", ({ record }) => [
      record.integration === "held" ? `held on ${record.branch ?? "its branch"}` : branch,
      record.completed_at ?? "",
    ]),
    group("Failed", "failed", (worker) => [reasonOf(worker)]),
    group("Blocked", "blocked_push", (worker) => [reasonOf(worker), `attempts ${attemptsOf(worker, facts)}`]),
  ];
}

/** Worktrees that are kept on purpose, then what is left by accident. */
function leftLines(facts: StatusFacts, color: boolean): string[] {
  const kept = facts.workers.filter((worker) => isBlocked(worker) && worker.workspace);
  const drifts = facts.workers.flatMap((worker) => {
    const drift = driftOf(worker);
    return drift === null ? [] : [`  ${worker.record.task_id}  ${sanitiseLine(drift)}`];
  });
  return [
    ...section(
      "Retained worktrees",
      kept.map((worker) => {
        const left = retentionLeft(worker, facts);
        return `  ${worker.record.task_id}  ${sanitiseLine(worker.record.workspace_path)}${left === null ? "" : `  kept ${left}`}`;
      }),
      color,
    ),
    ...section("Left over", drifts, color),
  ];
}

function section(name: string, lines: readonly string[], color: boolean): string[] {
  return lines.length === 0 ? [] : [paint("bold", name, color), ...lines];
}

/** A command a person can copy: the first task it fits, as many workers as it takes by itself, nothing that says what holds anyway. */
function filledIn(command: string, { workers }: StatusFacts): string {
  const first = workers.find(isBlocked) ?? workers.find(({ record, standing }) => standing === "over" && record.lifecycle === "failed");
  return command
    .replace("<TASK_ID>", first?.record.task_id ?? "<TASK_ID>")
    .replace(" --resume --max-tasks 0", "")
    .replace(" <N>", "");
}
