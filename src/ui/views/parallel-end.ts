import { shellWord } from "../../base/shell.ts";
import type { ParallelResult, TaskEnd } from "../../parallel/coordinator/options.ts";

const ENDS: Record<ParallelResult["outcome"], string> = {
  completed: "The limit of tasks is reached.",
  no_candidates: "Nothing is left to begin.",
  blocked: "No task can be run now; `cueloop queue explain` says why.",
  stalled: "No task can be run now; `cueloop queue explain` says why.",
  stopped: "Stopped on request.",
};

/** How a parallel run ended: one line a task with what landed where, and the exact command for whatever is left. */
export function parallelEndLines({ outcome, target, tasks, elsewhere, edited }: ParallelResult): string[] {
  const lines = [ENDS[outcome]];
  const count = (kinds: readonly TaskEnd["kind"][]) => tasks.filter(({ kind }) => kinds.includes(kind)).length;
  const parts = [
    [count(["landed"]), `landed on ${target}`],
    [count(["held"]), "finished and held on their branches"],
    [count(["rejected"]), "rejected by the agent"],
    [count(["blocked"]), "blocked"],
    [count(["failed"]), "failed"],
  ] as const;
  const counted = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  lines.push(counted.length === 0 ? "No task was worked." : `Tasks: ${counted.join(", ")}.`);
  for (const task of tasks) lines.push(...taskLines(task, target));
  if (elsewhere && count(["landed"]) > 0) {
    lines.push(
      `What landed is on ${target} alone; this brings it into the branch that is checked out:`,
      `  git merge ${shellWord(target)}`,
    );
  }
  if (edited.length > 0) lines.push(`Edited in your checkout meanwhile: ${edited.length === 1 ? edited[0] : `${edited.length} files`}.`);
  return lines;
}

function taskLines(task: TaskEnd, target: string): string[] {
  const head = `  ${task.taskId} ${task.title}`;
  const branch = task.branch === null ? null : shellWord(task.branch);
  switch (task.kind) {
    case "landed":
      return [`${head}: ${task.commit === null ? `done, ${target} has it` : `${task.commit.slice(0, 12)} on ${target}`}`];
    case "rejected":
      return [`${head}: rejected by the agent`, ...(task.salvage === null ? [] : [`    what it had changed: git show ${task.salvage}`])];
    case "held":
      return [`${head}: finished, not brought in`, ...(branch === null ? [] : [`    git merge ${branch}`])];
    case "blocked":
      return [
        `${head}: blocked: ${firstLine(task.reason)}`,
        ...hintLines(task),
        ...(task.worktree === null ? [] : [`    git -C ${shellWord(task.worktree)} status`]),
        `    cueloop run parallel retry --task ${task.taskId}`,
      ];
    case "failed":
      return [
        `${head}: failed: ${firstLine(task.reason)}`,
        ...hintLines(task),
        ...(task.salvage === null ? [] : [`    what it had done: cueloop worktree recover ${task.taskId}`]),
      ];
  }
}

function hintLines({ hint }: TaskEnd): string[] {
  return hint === null ? [] : hint.split("\n").map((line) => `    ${line}`);
}

function firstLine(text: string | null): string {
  return (text ?? "no reason was given").split("\n", 1)[0] ?? "";
}
