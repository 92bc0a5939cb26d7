import { formatTimestamp, type Instant, parseTimestamp } from "../../base/clock.ts";
import { shellWord } from "../../base/shell.ts";
import type { StatusFacts, WorkerFacts } from "./facts.ts";
import { driftOf, isBlocked, isFailed, type Situation } from "./situation.ts";

const NS_PER_MINUTE = 60_000_000_000n;

/** One sentence on where the workers of a repository stand. */
export function headlineOf({ workers }: StatusFacts, situation: Situation): string {
  const count = (of: (worker: WorkerFacts) => boolean) => workers.filter(of).length;
  switch (situation) {
    case "lock_live":
      return "No worker is under way, and the queue lock is held.";
    case "lock_stale":
      return "The queue lock was left behind by a process that is gone.";
    case "lock_unclear":
      return "The queue lock is there, and whose it is cannot be told.";
    case "none":
      return "No loop with parallel workers has been started here.";
    case "running":
      return `${tasks(count(({ standing }) => standing === "active"))} under way.`;
    case "blocked":
      return `${tasks(count(isBlocked))} blocked.`;
    case "failed":
      return `${tasks(count(isFailed), "has", "have")} failed.`;
    case "drift":
      return "No worker is under way; something is left to be cleaned up.";
    case "idle":
      return idleHeadline(
        count(({ standing }) => standing === "orphaned"),
        count(({ standing }) => standing === "retry"),
      );
  }
}

/** What stands behind the headline: a sentence for each thing there is to know. */
export function detailLines(facts: StatusFacts): string[] {
  const { state, workers } = facts;
  if (state === null) return ["There is no state file below `.cueloop/cache/parallel`."];
  const newer =
    facts.newerVersion === null ? [] : [`The state file has version ${facts.newerVersion}, which a later program wrote; it is only shown.`];
  const branch = state.target_branch === "" ? "no target branch recorded" : `target branch ${state.target_branch}`;
  return [
    ...newer,
    `${workers.length === 1 ? "1 worker" : `${workers.length} workers`} recorded, ${branch}.`,
    ...limitLines(facts),
    ...workers.flatMap((worker) => workerLines(worker, facts)),
    ...facts.unlanded.map(
      (name) => `The branch ${name} has no record and work that the target lacks: \`git log ${range(facts, name)}\` shows it.`,
    ),
  ];
}

/** Why a task is blocked or failed, as its marker or else its record has it. */
export function reasonOf({ record, marker }: WorkerFacts): string {
  if (record.lifecycle === "blocked_push" && marker.kind === "present") return marker.marker.reason;
  const told = record.last_error ?? "no reason recorded";
  return marker.kind === "unreadable" ? `${told} (the marker of its block cannot be read: ${marker.problem})` : told;
}

/** `<attempt>/<max>` of a blocked task. */
export function attemptsOf({ record, marker }: WorkerFacts, { maxAttempts }: Pick<StatusFacts, "maxAttempts">): string {
  if (marker.kind === "present") return `${marker.marker.attempt}/${marker.marker.max_attempts}`;
  return `${record.push_attempts}/${maxAttempts}`;
}

/** Time that the worktree of a blocked task is kept for, in words; null when that cannot be told. */
export function retentionLeft(
  { record }: WorkerFacts,
  { retentionHours, now }: Pick<StatusFacts, "retentionHours" | "now">,
): string | null {
  const ended = parseTimestamp(record.completed_at ?? "")?.instant;
  if (ended === undefined) return null;
  const left = ended + BigInt(Math.round(retentionHours * 60)) * NS_PER_MINUTE - now;
  return left <= 0n ? "until the next loop starts" : `for another ${duration(left)}`;
}

/** Usage limits that workers which are under way wait for. */
function limitLines({ state: file, workers, now }: StatusFacts): string[] {
  if (!workers.some(({ standing }) => standing === "active")) return [];
  const inForce = (file?.limits ?? []).filter(({ until }) => (parseTimestamp(until)?.instant ?? 0n) > now);
  return inForce.map(({ runner, until }) => `Workers with ${runner} wait until ${moment(until)} for its usage limit to end.`);
}

function workerLines(worker: WorkerFacts, facts: StatusFacts): string[] {
  const { record, standing } = worker;
  const id = record.task_id;
  const drift = driftOf(worker);
  const left = drift === null ? [] : [`Left of ${id}: ${drift}.`];
  const salvage = record.salvage_ref == null ? [] : [`Work of ${id} is kept at ${record.salvage_ref}.`];
  if (standing === "retry") return [`${id} waits for the retry that was asked for.`, ...salvage];
  if (standing === "orphaned") return [`${id} is ${record.lifecycle} and orphaned: its process is gone.`, ...salvage];
  if (standing === "active")
    return record.step === "waiting_checkout" ? [`${id} waits for the checkout to be free of edits that overlap.`] : [];
  if (isBlocked(worker))
    return [
      `${id} is blocked, attempt ${attemptsOf(worker, facts)}: ${ended(reasonOf(worker))}`,
      ...retained(worker, facts),
      ...left,
      ...salvage,
    ];
  if (record.lifecycle === "failed") return [`${id} failed: ${ended(reasonOf(worker))}`, ...left, ...salvage];
  const where = `${state(facts)}${record.completed_at == null ? "" : ` at ${moment(record.completed_at)}`}`;
  return [...completedLines(worker, where, facts), ...left, ...salvage];
}

function completedLines({ record, merged }: WorkerFacts, where: string, facts: StatusFacts): string[] {
  const id = record.task_id;
  if (record.integration === "held") {
    const branch = record.branch ?? `cueloop/${id}`;
    if (merged) return [`${id} is finished and merged; the next loop archives it.`];
    return [`${id} is finished and held on ${branch}: \`git merge ${shellWord(branch)}\` brings it in.`];
  }
  if (record.local_refresh === "pending" && !merged) {
    const target = facts.state?.target_branch ?? "";
    return [`${id} finished on ${where}, which this checkout does not have yet: \`git merge ${shellWord(target)}\` brings it in.`];
  }
  return [`${id} finished on ${where}.`];
}

function retained(worker: WorkerFacts, facts: StatusFacts): string[] {
  if (!worker.workspace) return [];
  const { marker, record } = worker;
  const word = { missing: "without a marker", present: "with its marker", unreadable: "with a marker that cannot be read" }[marker.kind];
  const time = retentionLeft(worker, facts);
  const look = `\`git -C ${shellWord(record.workspace_path)} status\` shows it`;
  return [`Its worktree ${record.workspace_path} is retained for recovery, ${word}${time === null ? "" : `, ${time}`}; ${look}.`];
}

function state({ state: file }: StatusFacts): string {
  return file === null || file.target_branch === "" ? "its target branch" : file.target_branch;
}

function range(facts: StatusFacts, branch: string): string {
  const target = facts.state?.target_branch ?? "";
  return `${target === "" ? "HEAD" : shellWord(target)}..${shellWord(branch)}`;
}

function idleHeadline(orphaned: number, retries: number): string {
  if (orphaned > 0) return `No worker is under way; ${tasks(orphaned, "was", "were")} left by a loop that is gone.`;
  if (retries > 0) return `No worker is under way; ${tasks(retries, "waits", "wait")} for the next loop to take it up again.`;
  return "No worker is under way.";
}

function tasks(count: number, one = "is", many = "are"): string {
  return count === 1 ? `1 task ${one}` : `${count} tasks ${many}`;
}

/** A text of others as the end of a sentence. */
function ended(text: string): string {
  return /[.!?]$/.test(text.trimEnd()) ? text.trimEnd() : `${text.trimEnd()}.`;
}

/** To the second, UTC; as it stands where it is no time. */
function moment(text: string): string {
  const parsed = parseTimestamp(text);
  return parsed === null ? text : `${formatTimestamp(parsed.instant).slice(0, 19).replace("T", " ")} UTC`;
}

function duration(nanoseconds: Instant): string {
  const minutes = Number(nanoseconds / NS_PER_MINUTE);
  return minutes < 60 ? `${minutes} min` : `${Math.trunc(minutes / 60)} h ${minutes % 60} min`;
}
