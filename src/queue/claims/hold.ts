import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CueLoopError, errnoOf, messageOf } from "../../base/errors.ts";
import { removeStaleTemps, temporaryName } from "../../base/files.ts";
import { createExclusive, listDirectory, removeIfThere } from "../store/locking/files.ts";
import { systemReason } from "../store/staged.ts";
import { type ClaimContext, type ClaimHolder, readClaim, readToken } from "./content.ts";

/** A claim to be taken: its file, and what is to stand in it. */
export interface Bid {
  readonly path: string;
  readonly token: string;
  /** Made once the claim seems to be free: it takes several looks at the system. */
  text(): string;
}

/** Only its owner may read it. */
const MODE = 0o600;
/** Every round but the last ends because somebody else did something. */
const ROUNDS = 1000;

/**
 * Takes a claim that nobody holds, or whose holder is dead; null when it is ours, else who holds it.
 * Error: `queue.claim_failed`.
 */
export function takeFile(ctx: ClaimContext, bid: Bid): ClaimHolder | null {
  return guarded(ctx, bid, () => enter(ctx, bid, bid.path));
}

/** Takes a claim over from the dead holder with this token and from nobody else; `gone` when there is no claim. Error: `queue.claim_failed`. */
export function adoptFile(ctx: ClaimContext, bid: Bid, deadToken: string): ClaimHolder | "gone" | null {
  return guarded(ctx, bid, () => {
    const found = readClaim(ctx, bid.path);
    if (found.kind === "none") return "gone";
    if (found.kind === "live" || found.holder.token !== deadToken) return found.holder;
    const rival = takeOver(ctx, bid, bid.path, deadToken);
    if (rival !== null) return rival;
    const now = readClaim(ctx, bid.path);
    if (now.kind === "none") return "gone";
    return now.holder.token === bid.token ? null : now.holder;
  });
}

/** Gives a claim back if it still carries the token. Never throws. */
export function leaveFile(ctx: Pick<ClaimContext, "log">, { path, token }: Pick<Bid, "path" | "token">): void {
  try {
    if (readToken(path) !== token) return;
    removeIfThere(path);
    removeEmpty(dirname(path));
  } catch (error) {
    ctx.log.warn(`The claim ${path} could not be given back: ${messageOf(error)}`);
  }
}

/** The last claim's directory goes with it, so that a run that began nothing leaves nothing behind. */
function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
    rmdirSync(dirname(directory));
  } catch {
    // Something is in it.
  }
}

function guarded<T extends ClaimHolder | "gone" | null>(ctx: ClaimContext, bid: Bid, take: () => T): T {
  try {
    const result = take();
    if (result === null) settle(ctx, bid);
    return result;
  } catch (error) {
    if (error instanceof CueLoopError) throw error;
    throw new CueLoopError("queue.claim_failed", {
      message: `The claim ${bid.path} cannot be taken: ${systemReason(error)}`,
      hint: "Nothing was changed. The directory must be writable and the disk must not be full.",
      where: { file: bid.path },
      cause: error,
    });
  }
}

/** Puts our text at `path`, which is the claim or the name that belongs to one dead token of it; null when it stands there. */
function enter(ctx: ClaimContext, bid: Bid, path: string): ClaimHolder | null {
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = readClaim(ctx, path);
    if (found.kind === "none") {
      create(bid, path);
      continue;
    }
    if (found.holder.token === bid.token) return null;
    if (found.kind === "live") return found.holder;
    const rival = takeOver(ctx, bid, path, found.holder.token);
    if (rival !== null) return rival;
  }
  throw new CueLoopError("queue.claim_failed", {
    message: `The claim ${path} cannot be taken: it cannot be read, and yet it is there.`,
    hint: "Look at what is there, and remove it if no other CueLoop uses this repository.",
    where: { file: path },
  });
}

/** Whoever gives the last claim back may remove the directory at any moment; the next round tries again. */
function create(bid: Bid, path: string): void {
  const text = bid.text();
  try {
    mkdirSync(dirname(bid.path), { recursive: true });
    createExclusive(path, join(dirname(bid.path), temporaryName(basename(bid.path))), text, MODE);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}

/**
 * Tries to replace what a dead holder left at `path`; a live rival who is about to do the same, or null: look what is there.
 * Only who holds the name that belongs to the dead token may replace it, so a slow contender cannot replace a fresh
 * claim: it finds the name taken, or, once it has it, another token at `path`. That name is entered like the claim
 * itself, as its holder may die as well.
 */
function takeOver(ctx: ClaimContext, bid: Bid, path: string, dead: string): ClaimHolder | null {
  const name = `${bid.path}.after-${dead}`;
  const rival = enter(ctx, bid, name);
  if (rival !== null) return rival;
  const found = readClaim(ctx, path);
  if (found.kind === "none" || found.holder.token !== dead) {
    removeIfThere(name);
    return null;
  }
  try {
    renameSync(name, path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
  return null;
}

/** Once the claim is ours: it survives a power cut as a whole, and what killed contenders left goes. Failing to do so harms nobody. */
function settle(ctx: ClaimContext, { path }: Bid): void {
  try {
    const file = openSync(path, "r+");
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    const names = listDirectory(dirname(path)) ?? [];
    if (names.some((name) => name.startsWith("."))) removeStaleTemps(dirname(path));
    for (const name of names.filter((other) => other.startsWith(`${basename(path)}.after-`))) {
      const left = join(dirname(path), name);
      if (readClaim(ctx, left).kind === "dead") removeIfThere(left);
    }
  } catch (error) {
    ctx.log.debug(`${path}: ${messageOf(error)}`);
  }
}
