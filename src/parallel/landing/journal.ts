import { rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { CueLoopError } from "../../base/errors.ts";
import { readTextIfExists, writeAtomic } from "../../base/files.ts";
import { readJson } from "../../base/json/read.ts";

/** What is about to happen, or has happened, to the target branch: written before each step that cannot be taken back. */
export const Journal = v.object({
  version: v.literal(1),
  task_id: v.string(),
  mode: v.picklist(["commit", "commit_and_push"]),
  /** Short name of the branch. */
  target: v.string(),
  /** What the local branch named before. */
  old: v.string(),
  /** What it is to name. */
  new: v.string(),
  remote: v.nullable(v.object({ name: v.string(), branch: v.string() })),
  /** The process that lands, and its start as the system gives it. */
  pid: v.number(),
  pid_start: v.nullable(v.string()),
  /** `prepared`: nothing was moved, a push may be on its way; `pushed`: the remote has it; `advanced`: the branch has it. */
  step: v.picklist(["prepared", "pushed", "advanced"]),
  /** Token of the attempt that lands. */
  token: v.string(),
  /** Commit of the target that the work stands on. */
  base: v.string(),
  /** Tip of the work, without the commit of the books. */
  work: v.string(),
  /** Edited books of the checkout were set aside. */
  backup: v.optional(v.boolean(), false),
});
export type Journal = v.InferOutput<typeof Journal>;

/** `.cueloop/cache/parallel/landing.json`. */
export function landingJournalPath(runtimeDir: string): string {
  return join(runtimeDir, "cache", "parallel", "landing.json");
}

/** The journal of an unfinished landing; null when there is none. Error: `parallel.landing_unreadable`. */
export function readLandingJournal(runtimeDir: string): Journal | null {
  const path = landingJournalPath(runtimeDir);
  const journal = readJson(Journal, path);
  if (journal !== null || readTextIfExists(path) === null) return journal;
  throw new CueLoopError("parallel.landing_unreadable", {
    message: `${path} names a landing that was interrupted, and cannot be understood.`,
    hint: "Look whether the target branch is as you want it (`git log`, `git status`), then delete the file. The task's own branch keeps its work.",
    where: { file: path },
  });
}

/** Writes the journal; it is on the disk when the call returns. */
export function writeLandingJournal(runtimeDir: string, journal: Journal): Journal {
  writeAtomic(landingJournalPath(runtimeDir), `${JSON.stringify(journal, null, 2)}\n`, { mode: 0o600 });
  return journal;
}

/** Removes the journal; one that is not there is fine. */
export function removeLandingJournal(runtimeDir: string): void {
  rmSync(landingJournalPath(runtimeDir), { force: true });
}
