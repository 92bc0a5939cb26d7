import { join } from "node:path";
import { CueLoopError } from "../../base/errors.ts";
import { idProblem } from "../ids.ts";
import { listDirectory } from "../store/locking/files.ts";
import { type ClaimContext, type ClaimHolder, formatClaim, readClaim, readToken } from "./content.ts";
import { adoptFile, type Bid, takeFile } from "./hold.ts";
import { claimedTask, claimPath, claimsDirectory } from "./place.ts";
import { type ClaimWish, type HeldClaim, heldClaim, type Taken, tokenFor } from "./wish.ts";

export type { ClaimContext, ClaimHolder } from "./content.ts";

/** A task that this run works, in whichever checkout of the repository. */
export interface Claim extends HeldClaim {
  readonly taskId: string;
}

/**
 * Takes the claim on a task for this process: a free one, or that of a dead holder. Call with the queue lock held,
 * before anything is written about the task. `common` is the git directory that all checkouts share.
 * Errors: `queue.id_malformed`, `queue.claim_failed`.
 */
export function takeClaim(ctx: ClaimContext, common: string, taskId: string, wish: ClaimWish): Taken<Claim> {
  const bid = bidFor(ctx, common, taskId, wish);
  const holder = takeFile(ctx, bid);
  return holder === null ? { kind: "taken", claim: { taskId, ...heldClaim(ctx, bid) } } : { kind: "held", holder };
}

/**
 * As `takeClaim`, but only from the dead holder with this token: `held` by anybody else, dead or alive, and `gone`
 * when there is no claim, as after an attempt that another run took over and ended.
 */
export function adoptClaim(
  ctx: ClaimContext,
  common: string,
  taskId: string,
  deadToken: string,
  wish: ClaimWish,
): Taken<Claim> | { readonly kind: "gone" } {
  const bid = bidFor(ctx, common, taskId, wish);
  const holder = adoptFile(ctx, bid, deadToken);
  if (holder === "gone") return { kind: "gone" };
  return holder === null ? { kind: "taken", claim: { taskId, ...heldClaim(ctx, bid) } } : { kind: "held", holder };
}

/** Whether the claim on a task still carries this token. */
export function showClaim(common: string, taskId: string, token: string): boolean {
  return readToken(claimPath(common, taskId)) === token;
}

/** Every claim of a repository by task id (`claimKey`), and whether its holder is dead. Changes nothing. */
export function listClaims(
  ctx: Pick<ClaimContext, "clock" | "insideRun">,
  common: string,
): ReadonlyMap<string, { readonly holder: ClaimHolder; readonly isDead: boolean }> {
  const directory = claimsDirectory(common);
  const claims = new Map<string, { readonly holder: ClaimHolder; readonly isDead: boolean }>();
  for (const name of listDirectory(directory) ?? []) {
    const taskId = claimedTask(name);
    const found = taskId === null ? null : readClaim(ctx, join(directory, name));
    if (taskId === null || found === null || found.kind === "none") continue;
    claims.set(taskId, { holder: found.holder, isDead: found.kind === "dead" });
  }
  return claims;
}

/** The claims of a repository whose holder lives, or may live, by task id (`claimKey`). Changes nothing. */
export function liveClaims(ctx: Pick<ClaimContext, "clock" | "insideRun">, common: string): ReadonlyMap<string, ClaimHolder> {
  return new Map([...listClaims(ctx, common)].flatMap(([id, { holder, isDead }]) => (isDead ? [] : [[id, holder] as const])));
}

function bidFor(ctx: ClaimContext, common: string, taskId: string, wish: ClaimWish): Bid {
  const problem = idProblem(taskId, { prefix: ctx.idPrefix, width: ctx.idWidth });
  if (problem !== null) throw new CueLoopError("queue.id_malformed", { message: `The task id "${taskId}" ${problem}.`, where: { taskId } });
  const token = tokenFor(wish);
  const text = () => formatClaim(ctx, { ...wish, token }, { key: "task_id", value: taskId.trim() });
  return { path: claimPath(common, taskId), token, text };
}
