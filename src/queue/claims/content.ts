import { readFileSync } from "node:fs";
import { errnoOf } from "../../base/errors.ts";
import { sha256 } from "../../base/files.ts";
import type { RepoContext } from "../../config/context.ts";
import { fileTimes } from "../store/locking/files.ts";
import { formatOwner, ownerHere, parseOwner } from "../store/locking/owner.ts";
import { judgeHere } from "../store/locking/state.ts";

export type ClaimContext = Pick<RepoContext, "clock" | "insideRun" | "redact" | "log" | "idPrefix" | "idWidth">;

/** Who holds a claim, as its file tells. */
export interface ClaimHolder {
  /** For example `run one`; `unknown` where the file does not say. */
  readonly label: string;
  /** Null where the file cannot be read, or names nobody. */
  readonly pid: number | null;
  readonly host: string | null;
  /** The checkout of the run that holds it, absolute. */
  readonly root: string | null;
  readonly runId: string | null;
  /** Identifies the attempt; for a file without one, that very file. */
  readonly token: string;
  /** RFC 3339, or `unknown`. */
  readonly startedAt: string;
  /** Absolute path of the claim. */
  readonly path: string;
}

/** What stands where a claim may be. */
export type Found = { readonly kind: "none" } | { readonly kind: "live" | "dead"; readonly holder: ClaimHolder };

/** What a claim says besides its holder. */
export interface ClaimWords {
  readonly label: string;
  readonly token: string;
  readonly runId: string;
  /** Absolute path of the checkout. */
  readonly root: string;
}

/** A file that names nobody is being written while it is younger than this. */
const WRITING_MS = 2000;
/** Tokens become part of file names. */
const TOKEN = /^[A-Za-z0-9-]{1,64}$/;

/** Whether a text can be a claim's token. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Text of a claim of this process, held from now on. */
export function formatClaim(
  ctx: ClaimContext,
  words: ClaimWords,
  subject: { readonly key: "task_id" | "target"; readonly value: string },
): string {
  const owner = formatOwner(ownerHere(ctx, words.label, words.runId), { withPidStart: true });
  return `${owner}token: ${words.token}\n${subject.key}: ${subject.value}\nroot: ${words.root.replaceAll("\n", "\\n")}\n`;
}

/** The token in a claim; null when there is none, or it cannot be read. */
export function readToken(path: string): string | null {
  try {
    return tokenIn(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

/**
 * Reads a claim and judges its holder. What another user keeps from us is live, and so is a file that names nobody as
 * long as it may be in the making. Errors: the system's.
 */
export function readClaim(ctx: Pick<ClaimContext, "clock" | "insideRun">, path: string): Found {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = errnoOf(error);
    if (code === "ENOENT") return { kind: "none" };
    if (code === "EACCES" || code === "EPERM") return { kind: "live", holder: nobody(path, "unreadable") };
    throw error;
  }
  const owner = parseOwner(text);
  const times = fileTimes(path);
  if (times === null) return { kind: "none" };
  const token = tokenIn(text) ?? `unnamed-${sha256(`${text}\n${times.modifiedMs}`).slice(0, 24)}`;
  if (owner === null) {
    const age = Number(ctx.clock.now() / 1_000_000n) - times.modifiedMs;
    return { kind: ctx.insideRun !== null || age < WRITING_MS ? "live" : "dead", holder: nobody(path, token) };
  }
  const { label, pid, host, runId, startedAt } = owner;
  const holder = { label, pid, host, root: lineOf(text, "root"), runId, token, startedAt, path };
  return { kind: judgeHere(ctx.insideRun !== null, owner).state === "dead" ? "dead" : "live", holder };
}

function tokenIn(text: string): string | null {
  const token = lineOf(text, "token");
  return token !== null && isToken(token) ? token : null;
}

function lineOf(text: string, key: string): string | null {
  const line = text.split("\n").find((entry) => entry.startsWith(`${key}:`));
  return line?.slice(key.length + 1).trim() || null;
}

function nobody(path: string, token: string): ClaimHolder {
  return { label: "unknown", pid: null, host: null, root: null, runId: null, token, startedAt: "unknown", path };
}
