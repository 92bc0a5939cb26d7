import { existsSync } from "node:fs";
import { CueLoopError } from "../base/errors.ts";
import { INDEX_LOCK, indexLocked } from "./locks/index-lock.ts";
import { deleteRef, updateRef } from "./refs/refs.ts";
import { currentBranch, fromTop, headCommit, indexPath, workTreeLayout } from "./repository.ts";
import { type GitContext, git, gitOk, gitRecords, uninterruptible } from "./run.ts";
import { applyChanges, listChanges, type WorkTreeChanges } from "./state/changes.ts";
import { type Exclusions, exclusionTest } from "./state/exclude.ts";

/**
 * Stages every change of the work tree except the excluded paths (relative to `root`), which keep their
 * index entry, and nested repositories. Returns the tree of the index. Throws `git.unmerged` on conflicts.
 * `changes`: what `listChanges` gave at the top level a moment ago.
 */
export async function stageAll(ctx: GitContext, options: { exclude?: Exclusions; changes?: WorkTreeChanges } = {}): Promise<string> {
  const layout = await workTreeLayout(ctx);
  const top = { ...ctx, root: layout.top };
  const changes = options.changes ?? (await listChanges(top));
  if (changes.unmerged.length > 0) throw unmerged(changes.unmerged.map((path) => fromTop(layout, path)));
  const excluded = exclusionTest(options.exclude ?? []);
  const wanted = (path: string) => !excluded(fromTop(layout, path));
  await applyChanges(top, { update: changes.update.filter(wanted), remove: changes.remove.filter(wanted) });
  return (await gitOk(top, ["write-tree"])).trim();
}

/** Waits a little for a locked index. Error, where the lock stays: `git.index_locked`. */
export async function requireUnlockedIndex(ctx: GitContext): Promise<void> {
  const lock = `${await indexPath(ctx)}.lock`;
  for (let attempt = 1; existsSync(lock); attempt += 1) {
    if (attempt > INDEX_LOCK.attempts) throw indexLocked(lock, ctx.root, ctx.clock.now());
    await ctx.clock.sleep(INDEX_LOCK.waitMs, ctx.signal);
  }
}

/** Options of the commits that run the user's git hooks. */
export interface CommitOptions {
  /** Skips the `pre-commit` and `commit-msg` hooks. */
  readonly noVerify?: boolean;
  /** Milliseconds for git and its hooks together; default 120 000. */
  readonly timeoutMs?: number;
}

/** Commits what is staged, with the user's identity, signing and hooks; returns the commit. Throws `git.commit_refused`. */
export async function commitStaged(ctx: GitContext, message: string, options: CommitOptions = {}): Promise<string> {
  return commit(ctx, ["--cleanup=whitespace", "--file=-"], options, message);
}

/** Adds what is staged to the commit HEAD names, with the user's hooks; returns the commit that replaces it. Throws `git.commit_refused`. */
export async function amendStaged(ctx: GitContext, options: CommitOptions = {}): Promise<string> {
  return commit(ctx, ["--amend", "--no-edit"], options);
}

/**
 * Commits the present content of just these paths (relative to `root`), whatever else is staged;
 * ignored ones are passed over. Returns null when none of them differs from HEAD.
 */
export async function commitPaths(
  ctx: GitContext,
  message: string,
  paths: readonly string[],
  options: CommitOptions = {},
): Promise<string | null> {
  const staged = await stagePaths(ctx, paths);
  if (staged.length === 0) return null;
  return commit(ctx, ["--cleanup=whitespace", "--file=-", "--only", "--", ...staged], options, message);
}

/**
 * Adds the present content of these paths to the commit `expected`, without hooks; returns the commit
 * that replaces it, or `expected` when there is nothing to add. Throws `git.head_moved`.
 */
export async function amendPaths(ctx: GitContext, options: { expected: string; paths: readonly string[] }): Promise<string> {
  const head = await headCommit(ctx);
  if (head !== options.expected) throw headMoved(options.expected, head);
  const staged = await stagePaths(ctx, options.paths);
  if (staged.length === 0) return options.expected;
  return commit(ctx, ["--amend", "--no-edit", "--only", "--", ...staged], { noVerify: true });
}

/** The ref that HEAD stands for: `refs/heads/<branch>`, or `HEAD` itself when detached. */
export async function headRef(ctx: GitContext): Promise<string> {
  const branch = await currentBranch(ctx);
  return branch === null ? "HEAD" : `refs/heads/${branch}`;
}

export interface TakeBack {
  /** As `headRef` gave it when the commit was made. */
  readonly branchRef: string;
  /** The commit to take back; nothing is done when the branch has moved on from it. */
  readonly from: string;
  /** What the branch named before; null when it had no commit. */
  readonly to: string | null;
}

/** Moves the branch back by one commit of ours and sets the index to the former HEAD; the work tree keeps the work. */
export async function takeBack(ctx: GitContext, { branchRef, from, to }: TakeBack): Promise<void> {
  const present = await headRef(ctx);
  if (present !== branchRef) {
    throw new CueLoopError("git.head_moved", {
      message: `The commit ${from} cannot be taken back: HEAD is ${present} now and was ${branchRef} when it was made.`,
      kept: from,
    });
  }
  // The branch and the index must change together: a Ctrl-C between the two would show the work as reverted.
  const steady = uninterruptible(ctx);
  if (to === null) {
    await deleteRef(steady, branchRef, from);
    await gitOk(steady, ["read-tree", "--empty"]);
  } else {
    await updateRef(steady, branchRef, to, { expected: from, reason: "cueloop: take back a commit that failed its gate" });
    await gitOk(steady, ["reset", "--quiet"]);
  }
}

export interface OwnCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
}

/** Makes a commit object with an identity of ours, no hooks and no signature; no ref names it yet. */
export async function commitTree(ctx: GitContext, { tree, parents, message }: OwnCommit): Promise<string> {
  const env = {
    GIT_AUTHOR_NAME: "CueLoop",
    GIT_AUTHOR_EMAIL: "cueloop@localhost",
    GIT_COMMITTER_NAME: "CueLoop",
    GIT_COMMITTER_EMAIL: "cueloop@localhost",
  };
  const args = ["commit-tree", "--no-gpg-sign", tree, ...parents.flatMap((parent) => ["-p", parent]), "-F", "-"];
  return (await gitOk(ctx, args, { env, stdin: message })).trim();
}

/** Stages the given paths where they changed; returns those that differ from HEAD then. */
async function stagePaths(ctx: GitContext, paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  const changed = await gitRecords(ctx, ["--literal-pathspecs", "ls-files", "-z", "-m", "-d", "-o", "--exclude-standard", "--", ...paths]);
  await applyChanges(ctx, { update: [...new Set(changed)], remove: [] });
  return gitRecords(ctx, ["--literal-pathspecs", "diff", "--cached", "--relative", "--no-renames", "--name-only", "-z", "--", ...paths]);
}

async function commit(ctx: GitContext, args: readonly string[], options: CommitOptions, message?: string): Promise<string> {
  const verify = options.noVerify === true ? ["--no-verify"] : [];
  const result = await git(ctx, ["--literal-pathspecs", "commit", "--quiet", ...verify, ...args], {
    ...(message === undefined ? {} : { stdin: message }),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    env: { GIT_EDITOR: ":" },
  });
  if (result.code !== 0) throw refused(ctx, `${result.stderr}\n${result.stdout}`.trim());
  const head = await headCommit(ctx);
  if (head === null) throw refused(ctx, "git reported success, but HEAD names no commit");
  return head;
}

function refused(ctx: GitContext, said: string): CueLoopError {
  const about = /tell me who you are|empty ident name|unable to auto-detect email/i.test(said)
    ? "Set `git config user.name` and `git config user.email`."
    : "The work is still staged: fix what git or its hook complains about.";
  return new CueLoopError("git.commit_refused", { message: `git did not make the commit:\n${ctx.redact(said)}`, hint: about });
}

function unmerged(paths: readonly string[]): CueLoopError {
  const shown = paths.slice(0, 10).join(", ");
  return new CueLoopError("git.unmerged", {
    message: `Merge conflicts are unresolved in ${paths.length} ${paths.length === 1 ? "file" : "files"}: ${shown}${paths.length > 10 ? ", …" : ""}.`,
    hint: "Resolve them and stage the files with `git add`.",
  });
}

function headMoved(expected: string, head: string | null): CueLoopError {
  return new CueLoopError("git.head_moved", {
    message: `HEAD is ${head ?? "without a commit"} and no longer ${expected}: somebody else has committed.`,
  });
}
