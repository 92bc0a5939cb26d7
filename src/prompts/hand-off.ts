import type { Task } from "../queue/task.ts";
import { personMessage } from "./insertions.ts";
import type { Templates } from "./load.ts";
import { type RenderSources, renderTemplate } from "./render.ts";

/** One attempt at bringing finished work onto the target's tip, as the agent is told of it. */
export interface HandOff {
  readonly task: Task;
  /** Counts from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Short name of the branch the work goes to. */
  readonly target: string;
  /** The commit the work is put onto; null when it is not known yet. */
  readonly onto: string | null;
  /** What of the task is done: one sentence. */
  readonly phaseSummary: string;
  /** `git status --porcelain`. */
  readonly status: string;
  /** Why the attempt before failed; null for the first. */
  readonly previousFailure: string | null;
  /** Queue and done file, as the configuration names them. */
  readonly books: readonly string[];
  /** The gate's command as one line; null when none is enabled. */
  readonly gate: string | null;
  /** The person's remark; null without. */
  readonly message: string | null;
}

export interface ConflictHandOff extends HandOff {
  readonly files: readonly string[];
  /** Those of them that git could put no markers into: deleted on one side, or no text. */
  readonly unmarked: readonly string[];
  /** Commits of the target's that the work does not know yet and that touch the files, one paragraph each. */
  readonly theirs: string;
}

/** Asks for the conflicts of a rebase to be resolved, by the template `merge_conflicts`. Errors are those of `renderTemplate`. */
export function conflictMessage(handOff: ConflictHandOff, templates: Templates, sources: RenderSources): string {
  const unmarked = new Set(handOff.unmarked);
  const files = handOff.files
    .map(
      (file) =>
        `- ${file}${unmarked.has(file) ? " (without markers: deleted on one side, or no text; see to it that the file is what it should be, or is gone)" : ""}`,
    )
    .join("\n");
  const theirs = handOff.theirs.trim() === "" ? "(none of its commits touches these files by itself)" : handOff.theirs.trim();
  return joined([
    situation(handOff),
    `The commits of ${handOff.task.id} are being rebased onto \`${handOff.onto ?? handOff.target}\`, the tip of ${handOff.target}, and contradict it. In the markers, the upper side (\`HEAD\`) is ${handOff.target}, the lower side is your work.`,
    `## What this task wanted\n\n${intentOf(handOff.task)}`,
    `## What ${handOff.target} got meanwhile\n\n${theirs}`,
    statusBlock(handOff),
    renderTemplate("merge_conflicts", templates.merge_conflicts, { CONFLICT_FILES: files }, sources),
    rules(handOff, "Resolve the files and leave them so."),
    personMessage(handOff.message),
  ]);
}

/** Asks for whatever else keeps the work from being brought in to be put right; `what` says what that is. */
export function repairMessage(handOff: HandOff, what: string): string {
  return joined([
    situation(handOff),
    what,
    statusBlock(handOff),
    rules(handOff, "Leave your changes in the work tree."),
    personMessage(handOff.message),
  ]);
}

/** Title, request and description: what the task was made for. */
export function intentOf(task: Task): string {
  return [task.title, task.request ?? "", task.description ?? ""].filter((text) => text.trim() !== "").join("\n\n");
}

function situation(handOff: HandOff): string {
  const { task, attempt, maxAttempts, target, phaseSummary, previousFailure } = handOff;
  const lines = [
    `# Bringing ${task.id} onto ${target}: attempt ${attempt} of ${maxAttempts}`,
    `${task.id}: ${task.title}`,
    phaseSummary,
    ...(previousFailure === null ? [] : [`The attempt before failed: ${previousFailure}`]),
  ];
  return lines.join("\n\n");
}

function statusBlock({ status }: HandOff): string {
  return status.trim() === "" ? "" : `\`git status --porcelain\` says:\n\n\`\`\`\n${status.trimEnd()}\n\`\`\``;
}

function rules({ books, gate }: HandOff, first: string): string {
  const check =
    gate === null
      ? "No gate is enabled; run the checks that cover what you touched."
      : `Run the gate (\`${gate}\`, or \`cueloop gate\`) and fix what it finds.`;
  return `## Rules

- ${first} CueLoop stages, commits and rebases; do not push, and touch no other branch, no tag, no stash and no setting of git.
- Do not edit ${books.map((file) => `\`${file}\``).join(" and ")}, except to remove conflict markers: CueLoop sets both back.
- ${check}
- Do not end your turn before no conflict is left and the checks pass. If you cannot get there, say what is in the way and what the next step would be.`;
}

function joined(parts: readonly string[]): string {
  return withoutControls(parts.filter((part) => part.trim() !== "").join("\n\n"));
}

/** Text of git's and of programs may hold anything; an agent gets none of the control characters but newline and tab. */
function withoutControls(text: string): string {
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g, " ");
}
