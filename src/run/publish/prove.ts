import { rmSync } from "node:fs";
import { join } from "node:path";
import { makeTemporary } from "../../base/temporary.ts";
import { amendPaths } from "../../git/commit.ts";
import { headCommit } from "../../git/repository.ts";
import { git, gitOk, uninterruptible } from "../../git/run.ts";
import { captureTree, changedPaths, filterTree } from "../../git/tree.ts";
import { writeEvidence } from "../completion/books.ts";
import type { RunContext } from "../context.ts";
import type { Evidence } from "../gate/evidence.ts";
import { evidenceText } from "../gate/evidence.ts";
import type { GateResult } from "../gate/execute.ts";
import { runGate } from "../gate/pass.ts";
import type { Finishing } from "../job.ts";
import { insideRoot } from "../trees.ts";

export type Proof =
  /** `commit` replaces the one asked about when the evidence had to be rewritten in it. */
  | { readonly kind: "proven"; readonly commit: string; readonly evidence: Evidence }
  | { readonly kind: "refuted"; readonly failure: GateResult };

/**
 * Shows that a commit is what the gate saw. Where it is not (the gate or a git hook wrote files, somebody
 * edited meanwhile) the gate runs once more, on the commit, and the evidence is rewritten to name that.
 */
export async function proveCommit(context: RunContext, job: Finishing, commit: string, evidence: Evidence): Promise<Proof> {
  if (!job.gate.enabled) return { kind: "proven", commit, evidence };
  const committed = await filterTree(context, commit, job.exclude);
  if (committed === evidence.tree) {
    announce(context, job, commit, "same_tree", true);
    return { kind: "proven", commit, evidence };
  }
  const changed = await changedPaths(context, evidence.tree, committed);
  context.emit({
    kind: "message",
    task_id: job.task.id,
    message: `The commit is not what the gate saw (${shown(changed)}), so the gate runs once more, on the commit.`,
  });
  const at = context.clock.now();
  const result = await gateOnCommit(context, job, commit, committed);
  announce(context, job, commit, "gate_again", result.passed);
  if (!result.passed) return { kind: "refuted", failure: result };
  const renewed = { ...evidence, tree: committed, durationMs: result.durationMs, at };
  return { kind: "proven", commit: await rewriteEvidence(context, job, commit, evidenceText(renewed)), evidence: renewed };
}

function announce(context: RunContext, job: Finishing, commit: string, by: "same_tree" | "gate_again", proven: boolean): void {
  context.emit({ kind: "proof", task_id: job.task.id, payload: { commit, by, proven } });
}

/** In place when the work tree is just the commit, else in a worktree of its own that is removed afterwards. */
async function gateOnCommit(context: RunContext, job: Finishing, commit: string, committed: string): Promise<GateResult> {
  const present = (await captureTree(context, { exclude: job.exclude })).tree;
  const since = job.record.sidecar.base ?? job.record.sidecar.head;
  if (present === committed) return runGate(context, job, { cwd: context.root, tree: committed, since });
  const edits = await changedPaths(context, committed, present);
  context.emit({
    kind: "warning",
    task_id: job.task.id,
    message: `The tree has changes that the commit does not hold (${shown(edits)}); the gate runs in a temporary worktree of the commit.`,
  });
  const directory = makeTemporary(context.env, "proof");
  const worktree = join(directory, "tree");
  try {
    await gitOk(context, ["worktree", "add", "--quiet", "--detach", worktree, commit]);
    return await runGate(context, job, { cwd: worktree, tree: committed, since });
  } finally {
    await git(uninterruptible(context), ["worktree", "remove", "--force", worktree]);
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Puts the evidence into the done record and, where that is tracked, into the commit while it is still HEAD. */
async function rewriteEvidence(context: RunContext, job: Finishing, commit: string, text: string): Promise<string> {
  await writeEvidence(context, job, text);
  const donePath = insideRoot(context.root, context.donePath);
  if (donePath === null || (await headCommit(context)) !== commit) return commit;
  return amendPaths(context, { expected: commit, paths: [donePath] });
}

function shown(paths: readonly string[]): string {
  return paths.length > 5 ? `${paths.slice(0, 5).join(", ")} and ${paths.length - 5} more` : paths.join(", ");
}
