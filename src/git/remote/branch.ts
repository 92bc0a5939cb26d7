import { isCueLoopError, messageOf } from "../../base/errors.ts";
import { readRef } from "../refs/refs.ts";
import { type GitContext, git } from "../run.ts";
import { judgePush, judgeTransport, type PushVerdict } from "./verdict.ts";

/** A branch of a remote. */
export interface RemoteBranch {
  /** Name of the remote. */
  readonly name: string;
  readonly branch: string;
}

export type Fetched =
  /** `tip` is null when the remote has no such branch. */
  { readonly kind: "fetched"; readonly tip: string | null } | { readonly kind: "network" | "rejected"; readonly reason: string };

/** A slow line, or a hook that tests what is pushed. */
const TIMEOUT_MS = 600_000;

/** The remote-tracking ref of a branch. */
export function trackingRef({ name, branch }: RemoteBranch): string {
  return `refs/remotes/${name}/${branch}`;
}

/** Fetches one branch into its remote-tracking ref; neither FETCH_HEAD nor tags change. */
export async function fetchBranch(ctx: GitContext, remote: RemoteBranch): Promise<Fetched> {
  const refspec = `+refs/heads/${remote.branch}:${trackingRef(remote)}`;
  const args = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", remote.name, refspec];
  const result = await patiently(() => git(ctx, args, { timeoutMs: TIMEOUT_MS }));
  if (typeof result === "string") return { kind: "network", reason: result };
  if (result.code === 0) return { kind: "fetched", tip: await readRef(ctx, trackingRef(remote)) };
  if (saysNoSuchBranch(result.stderr)) return { kind: "fetched", tip: null };
  return { kind: judgeTransport(result.stderr), reason: ctx.redact(result.stderr.trim().slice(-2000)) };
}

/** Whether a fetch failed for want of the branch on the remote; every other failure is one. */
function saysNoSuchBranch(stderr: string): boolean {
  return /couldn't find remote ref|could not find remote ref/i.test(stderr);
}

/** Pushes one commit to one branch, never with force. */
export async function pushCommit(ctx: GitContext, commit: string, remote: RemoteBranch): Promise<PushVerdict> {
  const args = ["push", "--porcelain", "--no-follow-tags", remote.name, `${commit}:refs/heads/${remote.branch}`];
  const result = await patiently(() => git(ctx, args, { timeoutMs: TIMEOUT_MS }));
  if (typeof result === "string") return { kind: "network", reason: result };
  const verdict = judgePush(result);
  return verdict.kind === "pushed" ? verdict : { ...verdict, reason: ctx.redact(verdict.reason) };
}

/** A call that took too long is as good as a broken line; its message then. */
async function patiently<T>(work: () => Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    if (isCueLoopError(error, "git.timeout")) return messageOf(error);
    throw error;
  }
}
