import { CueLoopError, causeChain } from "../../base/errors.ts";
import { commandsFor } from "../../git/rewind/rewind.ts";
import { nextSteps } from "../errors.ts";
import type { Skipped } from "./decide.ts";
import type { Undone } from "./undo-task.ts";

export type Outcome =
  | { readonly kind: "undone"; readonly by: "mode" | "person"; readonly undone: Undone }
  | { readonly kind: "kept"; readonly why: Skipped }
  /** The undo itself failed; `begun`: after it had changed something. */
  | { readonly kind: "failed"; readonly error: unknown; readonly begun: boolean };

/** How a failed attempt leaves the task and its changes. */
export interface Ending {
  readonly outcome: Outcome;
  /** The last line of the failure's message. */
  readonly statement: string;
  /** What can be done next. */
  readonly hint: string;
}

/** The ending in words. */
export function endingOf(taskId: string, outcome: Outcome): Ending {
  switch (outcome.kind) {
    case "undone":
      return afterUndo(taskId, outcome);
    case "kept":
      if (outcome.why === "keep_going") return { outcome, statement: "It is put aside, as --keep-going says.", hint: nextSteps(taskId) };
      return { outcome, statement: `Nothing was undone: ${REASONS[outcome.why]}.`, hint: nextSteps(taskId) };
    case "failed":
      return afterFailedUndo(taskId, outcome);
  }
}

const REASONS: Record<Exclude<Skipped, "keep_going">, string> = {
  disabled: "git_revert_mode is `disabled`",
  no_terminal: "git_revert_mode is `ask`, and there is no terminal to ask on",
  non_interactive: "git_revert_mode is `ask`, and --non-interactive asks nothing",
  unattended:
    "git_revert_mode is `ask`, and a loop asks only with `--ask` (with `--keep-going` it puts a failed task's changes aside and goes on)",
  worker: "the task is worked in a worktree of its own",
  kept: "you chose to keep the changes",
  interrupted: "the run was stopped",
};

function afterUndo(taskId: string, outcome: Extract<Outcome, { kind: "undone" }>): Ending {
  const { kept } = outcome.undone;
  const by = outcome.by === "mode" ? "git_revert_mode is `enabled`" : "as you chose";
  const lead = `${taskId} is in the queue as it was before. Commits that its agent made stay.`;
  if (kept === null) return { outcome, statement: `There was nothing to undo (${by}).${leftText(outcome.undone)}`, hint: lead };
  const commands = commandsFor(kept);
  return {
    outcome,
    statement: `Its changes were undone (${by}) and are kept in ${kept.ref}.${leftText(outcome.undone)}`,
    hint: [
      lead,
      ...(commands === null ? [] : [`See what was undone:\n  ${commands.show}`, `Put it into the tree again:\n  ${commands.bringBack}`]),
      `Begin the task anew:\n  cueloop run one --id ${taskId}`,
    ].join("\n"),
  };
}

function afterFailedUndo(taskId: string, outcome: Extract<Outcome, { kind: "failed" }>): Ending {
  const { error, begun } = outcome;
  const known = error instanceof CueLoopError ? error : null;
  return {
    outcome,
    statement: `The undo failed: ${causeChain(error).join(": ")}`,
    hint: [`${taskId} stays \`doing\`.`, known?.hint, begun ? "The next run finishes the undo before anything else." : undefined]
      .filter((line) => line !== undefined)
      .join("\n"),
  };
}

/** What an undo could not put back, and what it leaves where it is. */
export function leftText({ left, displaced, kept }: Undone): string {
  const stays = left.length === 0 ? "" : ` Left in place, being git repositories of their own: ${left.join(", ")}.`;
  if (displaced.length === 0 || kept === null) return stays;
  return `${stays} Not put back, because a commit of the agent's is in their place: ${displaced.join(", ")} (kept in ${kept.ref}^2^).`;
}
