import { type ClaimContext, formatClaim } from "./content.ts";
import { takeFile } from "./hold.ts";
import { targetPath } from "./place.ts";
import { type ClaimWish, type HeldClaim, heldClaim, type Taken, tokenFor } from "./wish.ts";

/**
 * Takes a branch as the target of this run, in the whole repository, so that no second run lands on it.
 * `common` is the git directory that all checkouts share. Error: `queue.claim_failed`.
 */
export function takeTarget(ctx: ClaimContext, common: string, branch: string, wish: ClaimWish): Taken<HeldClaim> {
  const token = tokenFor(wish);
  const text = () => formatClaim(ctx, { ...wish, token }, { key: "target", value: branch });
  const bid = { path: targetPath(common, branch), token, text };
  const holder = takeFile(ctx, bid);
  return holder === null ? { kind: "taken", claim: heldClaim(ctx, bid) } : { kind: "held", holder };
}
