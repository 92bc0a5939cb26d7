import type { CueLoopError } from "../../base/errors.ts";
import type { CodeDecision } from "../../config/trust/record.ts";
import type { Closure } from "../closure/closure.ts";

/**
 * - `absent`: there is no `cueloop.config.ts`.
 * - `trusted`: the user agreed to exactly these bytes.
 * - `untrusted`: nobody decided yet.
 * - `changed`: the user agreed to other bytes.
 * - `denied`: the user said no to these.
 * - `error`: it cannot be read to its end, so there is nothing to decide about.
 */
export type CodeStatus = "absent" | "trusted" | "untrusted" | "changed" | "denied" | "error";

/** A file that is not as it was when the user last agreed. */
export interface FileChange {
  /** Relative to the git top level. */
  readonly path: string;
  readonly change: "added" | "removed" | "modified";
}

/** The executable configuration of a repository and what its user decided about it. */
export interface CodeState {
  readonly status: CodeStatus;
  /** Absolute path of `cueloop.config.ts`, whether it exists or not. */
  readonly path: string;
  /** Null where there is none or it cannot be read. */
  readonly closure: Closure | null;
  /** Against what was allowed last; only in status `changed`. */
  readonly changed: readonly FileChange[];
  /** The decision the changes are told against; null when nothing was allowed. */
  readonly lastAllowed: CodeDecision | null;
  /** Only in status `error`. */
  readonly problem: CueLoopError | null;
  /** Why decisions cannot be read or kept; null when they can. */
  readonly unusable: string | null;
}

/** What a status follows from. */
export interface CodeFacts {
  readonly digest: string;
  readonly decisions: readonly Pick<CodeDecision, "digest" | "decision">[];
  /** The digest this process was told to allow; null: none. */
  readonly pinned: string | null;
}

/** The status of code that could be read. */
export function codeStatus({ digest, decisions, pinned }: CodeFacts): "trusted" | "untrusted" | "changed" | "denied" {
  if (pinned === digest) return "trusted";
  const decided = decisions.find((known) => known.digest === digest);
  if (decided !== undefined) return decided.decision === "allow" ? "trusted" : "denied";
  return decisions.some((known) => known.decision === "allow") ? "changed" : "untrusted";
}

/** What differs between two sets of files, sorted by path. */
export function fileChanges(
  old: readonly { readonly path: string; readonly sha256: string }[],
  now: readonly { readonly path: string; readonly sha256: string }[],
): readonly FileChange[] {
  const [before, after] = [old, now].map((files) => new Map(files.map(({ path, sha256 }) => [path, sha256])));
  const changes = [...new Set([...old, ...now].map(({ path }) => path))].sort().map((path): FileChange | null => {
    const [was, is] = [before?.get(path), after?.get(path)];
    if (was === is) return null;
    return { path, change: was === undefined ? "added" : is === undefined ? "removed" : "modified" };
  });
  return changes.filter((change) => change !== null);
}
