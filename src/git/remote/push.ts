import { CueLoopError } from "../../base/errors.ts";
import { readRef } from "../refs/refs.ts";
import { currentBranch, headCommit } from "../repository.ts";
import { type GitContext, git, gitFailed, gitOk } from "../run.ts";
import { pushError, wasRejected } from "./errors.ts";
import { rebaseOnto } from "./rebase.ts";

/** `require_upstream` leaves a branch without upstream alone; `allow_create_upstream` makes `origin/<branch>`. */
export type PushPolicy = "require_upstream" | "allow_create_upstream";

export interface PushOptions {
  /**
   * Called with the new HEAD after a rebase took in commits of others, before it is pushed:
   * the tree is no longer the one that was proven. A throw ends the push and nothing leaves the machine.
   */
  readonly prove?: (commit: string) => Promise<void>;
}

export type PushOutcome =
  | { readonly kind: "pushed"; readonly commit: string; readonly upstream: string; readonly rebased: boolean }
  /** The upstream already holds everything. */
  | { readonly kind: "nothing_to_push" }
  /** Skipped; `command` sets an upstream. */
  | { readonly kind: "no_upstream"; readonly branch: string; readonly command: string };

const ATTEMPTS = 4;

interface Upstream {
  /** For example `refs/remotes/origin/main`. */
  readonly ref: string;
  readonly remote: string;
}

/**
 * Pushes the checked-out branch when it is ahead, rebasing onto what others pushed meanwhile.
 * Throws `git.detached_head`, `git.rebase_conflict`, `git.push_auth`, `git.push_no_upstream` or `git.push_failed`.
 */
export async function push(ctx: GitContext, policy: PushPolicy, options: PushOptions = {}): Promise<PushOutcome> {
  const branch = await currentBranch(ctx);
  if (branch === null) throw detached(ctx);
  let upstream = await configuredUpstream(ctx, branch);
  if (upstream === null && policy === "require_upstream") {
    return { kind: "no_upstream", branch, command: `git push --set-upstream origin ${branch}` };
  }
  if (upstream !== null && (await distance(ctx, upstream.ref)).ahead === 0) return { kind: "nothing_to_push" };

  const fallback = { ref: `refs/remotes/origin/${branch}`, remote: "origin" };
  let rebased = false;
  const takeIn = async (target: Upstream): Promise<void> => {
    await fetch(ctx, target.remote);
    const before = await headCommit(ctx);
    const behind = (await distance(ctx, target.ref)).behind;
    if (behind > 0) await rebaseOnto(ctx, target.ref);
    const after = await headCommit(ctx);
    if (after === null || after === before) return;
    rebased = true;
    if ((await distance(ctx, target.ref)).ahead > 0) await options.prove?.(after);
  };

  if (upstream === null && (await readRef(ctx, fallback.ref)) !== null) {
    if ((await distance(ctx, fallback.ref)).behind > 0) await takeIn(fallback);
    await setUpstream(ctx, branch, fallback);
    upstream = fallback;
    if ((await distance(ctx, fallback.ref)).ahead === 0) return { kind: "nothing_to_push" };
  }
  for (let attempt = 1; ; attempt += 1) {
    const result = await git(ctx, upstream === null ? ["push", "--set-upstream", "origin", "HEAD"] : ["push"]);
    const target = upstream ?? fallback;
    if (result.code === 0) {
      return { kind: "pushed", commit: (await headCommit(ctx)) ?? "", upstream: shortName(target.ref), rebased };
    }
    if (!wasRejected(result.stderr) || attempt === ATTEMPTS) throw pushError(ctx.redact(result.stderr.trim()), branch, attempt);
    await takeIn(target);
    if (upstream === null) {
      await setUpstream(ctx, branch, fallback);
      upstream = fallback;
    }
    if ((await distance(ctx, target.ref)).ahead === 0) return { kind: "nothing_to_push" };
  }
}

/** The configured upstream of a branch; null when there is none or its ref is gone. */
async function configuredUpstream(ctx: GitContext, branch: string): Promise<Upstream | null> {
  const output = await gitOk(ctx, ["for-each-ref", "--format=%(upstream) %(upstream:remotename)", `refs/heads/${branch}`]);
  const [ref = "", remote = ""] = output.trim().split(" ");
  if (ref === "" || remote === "" || (await readRef(ctx, ref)) === null) return null;
  return { ref, remote };
}

/** Commits only the upstream has, and commits only HEAD has. */
async function distance(ctx: GitContext, upstreamRef: string): Promise<{ behind: number; ahead: number }> {
  const args = ["rev-list", "--left-right", "--count", `${upstreamRef}...HEAD`];
  const [behind = 0, ahead = 0] = (await gitOk(ctx, args)).trim().split(/\s+/).map(Number);
  return { behind, ahead };
}

async function fetch(ctx: GitContext, remote: string): Promise<void> {
  const args = ["fetch", "--quiet", "--prune", remote];
  const result = await git(ctx, args);
  if (result.code !== 0) throw pushError(ctx.redact(result.stderr.trim()), null, 1, gitFailed(ctx, args, result));
}

async function setUpstream(ctx: GitContext, branch: string, upstream: Upstream): Promise<void> {
  await gitOk(ctx, ["branch", "--quiet", `--set-upstream-to=${shortName(upstream.ref)}`, branch]);
}

function shortName(ref: string): string {
  return ref.replace(/^refs\/(remotes|heads)\//, "");
}

function detached(ctx: GitContext): CueLoopError {
  return new CueLoopError("git.detached_head", {
    message: `No branch is checked out in ${ctx.root} (HEAD is detached), so there is nothing to push to.`,
    hint: "Check out a branch with `git switch <branch>`, or make one here with `git switch -c <branch>`.",
  });
}
