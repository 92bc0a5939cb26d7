import { type Instant, parseTimestamp } from "../../base/clock.ts";
import { shellWord } from "../../base/shell.ts";
import type { Collected, CollectPlan, Removal } from "../../parallel/leftovers/collect.ts";
import type { WorktreeRow } from "../../parallel/leftovers/overview.ts";
import type { Recovered } from "../../parallel/leftovers/recover.ts";
import { paint } from "../colour.ts";
import { sanitiseLine } from "../sanitise.ts";
import { type NextStep, nextStepLines } from "./next-steps.ts";

/** Worktrees, branches and salvaged work, a few lines each. */
export function worktreeListText(rows: readonly WorktreeRow[], now: Instant, color: boolean): string {
  if (rows.length === 0) return "No worktrees, branches or salvaged work of tasks.";
  const blocks = rows.map((row) => rowLines(row, now, color).join("\n"));
  const steps = listSteps(rows);
  return [...blocks, ...(steps.length === 0 ? [] : [nextStepLines(steps, color).join("\n")])].join("\n\n");
}

/** What goes on with the first of each kind. */
function listSteps(rows: readonly WorktreeRow[]): NextStep[] {
  const steps: NextStep[] = [];
  const blocked = rows.find(({ state }) => state === "blocked");
  if (blocked !== undefined) {
    steps.push({
      command: `cueloop run parallel retry --task ${blocked.taskId}`,
      why: "have blocked work taken up again by the next loop",
    });
  }
  const held = rows.find(({ state, branch }) => state === "held" && branch !== null);
  if (held !== undefined) steps.push({ command: `git merge ${shellWord(held.branch ?? "")}`, why: "bring held work in" });
  if (rows.some(({ state, goesOn }) => state === "left over" && goesOn))
    steps.push({ command: "cueloop run loop --parallel", why: "have finished work brought in" });
  const saved = rows.find(({ salvage, ahead, state, goesOn }) => salvage.length > 0 || (ahead > 0 && state === "left over" && !goesOn));
  if (saved !== undefined)
    steps.push({ command: `cueloop worktree recover ${saved.taskId}`, why: "get kept work into a worktree of its own" });
  if (rows.some(({ state }) => state === "left over")) steps.push({ command: "cueloop worktree gc --dry-run", why: "see what can go" });
  return steps;
}

function rowLines(row: WorktreeRow, now: Instant, color: boolean): string[] {
  const state = row.goesOn && row.state === "left over" ? "left over, phases finished" : row.state;
  const made = row.createdAt === null ? "" : `, ${ageText(row.createdAt, now)}`;
  const lines = [`${paint("bold", sanitiseLine(row.taskId), color)}  ${state}${made}`];
  if (row.path !== null) lines.push(`  worktree  ${sanitiseLine(row.path)} (${sizeText(row.bytes)})`);
  if (row.branch !== null) lines.push(`  branch    ${sanitiseLine(row.branch)}`);
  if (row.branch !== null || row.path !== null) lines.push(`  work      ${workText(row)}`);
  if (row.nested.length > 0)
    lines.push(`  inside    ${row.nested.map(sanitiseLine).join(", ")} (repositories; keep the worktree from being removed)`);
  for (const { ref } of row.salvage) lines.push(`  kept      ${sanitiseLine(ref)}`);
  return lines;
}

function workText({ ahead, dirty, untracked }: WorktreeRow): string {
  return `${counted(ahead, "commit")} ahead of the target, ${counted(dirty, "changed file")}, ${counted(untracked, "untracked file")}`;
}

/** What a collection would do. */
export function collectPlanText(plan: CollectPlan, color: boolean): string {
  const lines = plan.removals.map((removal) => `  ${removalText(removal)}`);
  const head = plan.removals.length === 0 ? "Nothing is left over that can be removed." : paint("bold", "To be removed:", color);
  return [head, ...lines, ...keptLines(plan, color)].join("\n");
}

function keptLines({ kept }: CollectPlan, color: boolean): string[] {
  if (kept.length === 0) return [];
  const named = kept.map(
    ({ row, why }) => `  ${sanitiseLine(row.taskId)} (${sanitiseLine(row.path ?? row.branch ?? "")}): ${sanitiseLine(why)}`,
  );
  return [paint("bold", "Left over, and stays:", color), ...named];
}

function removalText(removal: Removal): string {
  if (removal.kind === "ref") return `${sanitiseLine(removal.salvaged.ref)} (${removal.why})`;
  if (removal.kind === "branch") return `the branch ${sanitiseLine(removal.branch)} (in the target)`;
  const { row } = removal;
  const isEmpty = row.ahead === 0 && row.dirty === 0 && row.untracked === 0;
  return `the worktree ${sanitiseLine(row.path)} of ${sanitiseLine(row.taskId)} (${isEmpty ? "no work in it" : `${workText(row)}; kept by a salvage ref`})`;
}

/** What a collection did. */
export function collectedText({ removed, failed }: Collected, color: boolean): string {
  const lines = removed.map(
    ({ removal, salvageRef }) =>
      `Removed ${removalText(removal)}.${salvageRef === null ? "" : ` Its work is ${sanitiseLine(salvageRef)}.`}`,
  );
  const problems = failed.map(
    ({ removal, reason }) => `${paint("red", "Not removed:", color)} ${removalText(removal)}: ${sanitiseLine(reason)}`,
  );
  return [...lines, ...problems].join("\n");
}

/** Where recovered work is, and how it goes on. */
export function recoveredText({ path, branch, source, uncommitted }: Recovered, color: boolean): string {
  const where = shellWord(path);
  const steps: NextStep[] = [
    {
      command: `git -C ${where} status`,
      why: uncommitted ? "see what was not committed; it still is not" : "nothing in it is uncommitted",
    },
    { command: `git -C ${where} log --oneline -10`, why: "see what was committed" },
    { command: `git merge ${shellWord(branch)}`, why: "bring it in, once it is as it should be" },
    { command: `git worktree remove ${where}`, why: "when it is not needed any more" },
  ];
  return [
    `${sanitiseLine(source)} is in ${sanitiseLine(path)}, on the new branch ${sanitiseLine(branch)}.`,
    ...nextStepLines(steps, color),
  ].join("\n");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function ageText(createdAt: string, now: Instant): string {
  const created = parseTimestamp(createdAt);
  if (created === null) return sanitiseLine(createdAt);
  const minutes = Math.max(0, Number((now - created.instant) / 60_000_000_000n));
  if (minutes < 60) return `${counted(minutes, "minute")} old`;
  return minutes < 48 * 60 ? `${counted(Math.floor(minutes / 60), "hour")} old` : `${counted(Math.floor(minutes / 1440), "day")} old`;
}

function sizeText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const amount = bytes / 1000 ** step;
  return `${step === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${units[step]}`;
}
