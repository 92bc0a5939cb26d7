import { isCueLoopError } from "../../base/errors.ts";
import type { RepoContext } from "../../config/context.ts";
import { taskCommits } from "../../git/history.ts";
import { isWorkTree } from "../../git/repository.ts";
import { treesEqual } from "../../git/tree.ts";
import type { Task } from "../../queue/task.ts";
import { workExclusions } from "../trees.ts";
import { EVIDENCE_FIELD } from "./evidence.ts";

/** Whether a done task is proven by the evidence kept with it, or only said to be done, and why. */
export type Verdict = { readonly verified: true; readonly commit: string } | { readonly verified: false; readonly reason: string };

export interface KeptEvidence {
  readonly gate: string;
  readonly exitCode: number;
  readonly tree: string;
}

/** The facts of an evidence line that a verdict needs; null when it is none. */
export function readEvidence(text: string): KeptEvidence | null {
  const match = /^gate=(\S+) exit=(-?\d+) ms=\d+ tree=([0-9a-f]{40}|[0-9a-f]{64}) /.exec(`${text} `);
  if (match === null) return null;
  return { gate: match[1] ?? "", exitCode: Number(match[2]), tree: match[3] ?? "" };
}

/**
 * Judges a task in `done`; null for every other one. It is verified when its gate passed on a
 * tree that equals, the program's own files left out, that of a commit which names the task.
 */
export async function judgeEvidence(context: RepoContext, task: Task): Promise<Verdict | null> {
  if (task.status !== "done") return null;
  const text = task.custom_fields[EVIDENCE_FIELD];
  if (text === undefined) return claimed("no evidence is kept with it");
  const evidence = readEvidence(text);
  if (evidence === null) return claimed("the evidence kept with it cannot be read");
  if ((evidence.gate !== "passed" && evidence.gate !== "hook") || evidence.exitCode !== 0)
    return claimed("no gate was enabled when it was done");
  if (!(await isWorkTree(context))) return claimed("this is no git repository");
  const commits = await taskCommits(context, task.id.trim());
  if (commits.length === 0) return claimed(`no commit on this branch begins with \`${task.id.trim()}:\``);
  const exclude = workExclusions(context);
  try {
    for (const { commit, tree } of commits) {
      if (await treesEqual(context, evidence.tree, tree, { exclude })) return { verified: true, commit };
    }
  } catch (error) {
    if (isCueLoopError(error, "git.failed")) return claimed("the tree its gate saw is not in this repository");
    throw error;
  }
  return claimed("its commit holds another tree than the one its gate saw");
}

function claimed(reason: string): Verdict {
  return { verified: false, reason };
}
