import { type ClaimContext, type ClaimHolder, type ClaimWords, isToken, readToken } from "./content.ts";
import { type Bid, leaveFile } from "./hold.ts";

/** What a claim is to say. */
export interface ClaimWish extends Omit<ClaimWords, "token"> {
  /** Default: a new random one. At most 64 letters, digits and dashes. */
  readonly token?: string;
}

/** A claim of this process. */
export interface HeldClaim {
  readonly token: string;
  /** Whether it still carries our token; who acts on the strength of it asks this first. */
  isOurs(): boolean;
  /** Removes it if it still carries our token. Never throws. */
  release(): void;
}

export type Taken<T> = { readonly kind: "taken"; readonly claim: T } | { readonly kind: "held"; readonly holder: ClaimHolder };

export function tokenFor({ token }: ClaimWish): string {
  if (token === undefined) return crypto.randomUUID();
  if (!isToken(token)) throw new Error("a claim's token consists of letters, digits and dashes");
  return token;
}

export function heldClaim(ctx: Pick<ClaimContext, "log">, { path, token }: Bid): HeldClaim {
  return { token, isOurs: () => readToken(path) === token, release: () => leaveFile(ctx, { path, token }) };
}
