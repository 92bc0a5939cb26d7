import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { formatTimestamp } from "../../base/clock.ts";
import { isCueLoopError, messageOf } from "../../base/errors.ts";
import { mergeBase } from "../../git/ancestry.ts";
import { readRef, updateRef } from "../../git/refs/refs.ts";
import { gitPath } from "../../git/repository.ts";
import { type GitContext, git, uninterruptible } from "../../git/run.ts";
import { checkoutOf } from "../preflight/target.ts";
import { healFastForward } from "./checkout/heal.ts";

export interface Advance {
  /** Short name of the branch. */
  readonly branch: string;
  readonly to: string;
  /** For the reflog. */
  readonly reason: string;
  /** `.cueloop` of the checkout. */
  readonly runtimeDir: string;
}

export type Advanced =
  | { readonly kind: "moved" }
  /** Nothing was moved, because something in a checkout is in the way; `paths` are those, as far as they are known. */
  | { readonly kind: "deferred"; readonly reason: string; readonly paths: readonly string[] }
  /** The branch is somewhere else meanwhile, and cannot be fast-forwarded; null: it is gone. */
  | { readonly kind: "raced"; readonly tip: string | null };

/** A checkout of a large repository takes its time. */
const TIMEOUT_MS = 600_000;
const ATTEMPTS = 4;
const PAUSE_MS = 200;

/**
 * Fast-forwards a branch to a commit: in our own checkout by a merge that overwrites nothing of the person's, where it is
 * checked out nowhere by a compare-and-swap of the ref. In another worktree it is never moved.
 */
export async function advanceTarget(ctx: GitContext, advance: Advance): Promise<Advanced> {
  let said = "";
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (attempt > 1) await ctx.clock.sleep(PAUSE_MS, ctx.signal);
    const tip = await readRef(ctx, `refs/heads/${advance.branch}`);
    const shared = tip === null ? null : await mergeBase(ctx, tip, advance.to);
    if (tip !== null && shared === advance.to) return { kind: "moved" };
    if (tip === null || shared !== tip) return { kind: "raced", tip };
    const place = await checkoutOf(ctx, advance.branch);
    if (place !== null && !isSamePlace(place, ctx.root)) {
      return { kind: "deferred", reason: `${advance.branch} is checked out in ${place}`, paths: [place] };
    }
    const tried = place === null ? await swap(ctx, advance, tip) : await fastForward(ctx, advance, tip);
    if (typeof tried !== "string") return tried;
    said = tried;
  }
  return { kind: "deferred", reason: said, paths: [] };
}

/** Where the branch is checked out nowhere. A text: it did not work, and may the next time. */
async function swap(ctx: GitContext, advance: Advance, tip: string): Promise<Advanced | string> {
  const rebased = await rebasedHere(ctx);
  if (rebased === `refs/heads/${advance.branch}`) {
    return { kind: "deferred", reason: `a rebase of ${advance.branch} is in progress in ${ctx.root}`, paths: [ctx.root] };
  }
  try {
    await updateRef(ctx, `refs/heads/${advance.branch}`, advance.to, { expected: tip, reason: advance.reason });
    return { kind: "moved" };
  } catch (error) {
    if (!isCueLoopError(error, "git.failed")) throw error;
    return messageOf(error);
  }
}

/** In our own checkout. A failure says nothing about how far git came: that is looked at. */
async function fastForward(ctx: GitContext, advance: Advance, tip: string): Promise<Advanced | string> {
  const settings = ["-c", "core.quotePath=false", "-c", "merge.autoStash=false"];
  const args = [...settings, "merge", "--quiet", "--ff-only", "--no-overwrite-ignore", advance.to];
  let said: string;
  try {
    const result = await git(ctx, args, { timeoutMs: TIMEOUT_MS, env: { GIT_REFLOG_ACTION: advance.reason } });
    if (result.code === 0) return { kind: "moved" };
    said = ctx.redact(result.stderr.trim());
    const paths = pathsInTheWay(result.stderr);
    if (paths.length > 0) return { kind: "deferred", reason: `local changes are in the way: ${paths.join(", ")}`, paths };
  } catch (error) {
    if (isCueLoopError(error, "git.index_locked")) return { kind: "deferred", reason: messageOf(error), paths: [] };
    await setBack(uninterruptible(ctx), advance, tip);
    throw error;
  }
  await setBack(ctx, advance, tip);
  return said;
}

async function setBack(ctx: GitContext, advance: Advance, tip: string): Promise<void> {
  if ((await readRef(ctx, `refs/heads/${advance.branch}`)) !== tip) return;
  await healFastForward(ctx, { old: tip, new: advance.to, keep: recoveredDirectory(ctx, advance.runtimeDir), certain: false });
}

/** `.cueloop/cache/parallel/recovered/<timestamp>`. */
export function recoveredDirectory(ctx: Pick<GitContext, "clock">, runtimeDir: string): string {
  return join(runtimeDir, "cache", "parallel", "recovered", formatTimestamp(ctx.clock.now()).replace(/[:.]/g, "-"));
}

/** The paths git names when it refuses a merge for what is in the work tree; empty for every other refusal. */
export function pathsInTheWay(stderr: string): string[] {
  const single = [...stderr.matchAll(/(?:Entry|working tree file) '([^'\n]+)' (?:not uptodate|would be overwritten)/g)].map(
    ([, path = ""]) => path,
  );
  if (!/would be overwritten|would be removed|would lose/.test(stderr)) return single;
  const listed = stderr.split("\n").filter((line) => line.startsWith("\t"));
  return [...new Set([...single, ...listed.map((line) => line.trim())])];
}

/** Ref of the branch that is being rebased in our checkout. */
async function rebasedHere(ctx: GitContext): Promise<string | null> {
  for (const kind of ["rebase-merge", "rebase-apply"]) {
    const file = await gitPath(ctx, `${kind}/head-name`);
    if (existsSync(file)) return readFileSync(file, "utf8").trim();
  }
  return null;
}

export function isSamePlace(a: string, b: string): boolean {
  return a === b || (existsSync(a) && existsSync(b) && realpathSync(a) === realpathSync(b));
}
