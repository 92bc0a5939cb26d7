import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { formatTimestamp, type Instant } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { ensureDirectory, readTextIfExists, writeAtomic } from "../../base/files.ts";
import { parseJsonc } from "../../base/jsonc.ts";
import type { RepoContext } from "../../config/context.ts";

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

const PhaseSettingsRecord = v.strictObject({
  runner: v.string(),
  model: v.string(),
  reasoning_effort: v.optional(v.string()),
});

/**
 * The task in progress, as programs of both kinds read it. The keys are closed: an
 * older program sets a file with one key more aside as corrupt.
 */
export const SessionFile = v.strictObject({
  version: Count,
  session_id: v.string(),
  task_id: v.string(),
  run_started_at: v.string(),
  last_updated_at: v.string(),
  iterations_planned: Count,
  iterations_completed: Count,
  /** 1, 2 or 3; a single pass is 2. */
  current_phase: Count,
  runner: v.string(),
  model: v.string(),
  tasks_completed_in_loop: Count,
  max_tasks: Count,
  git_head_commit: v.optional(v.string()),
  phase1_settings: v.optional(PhaseSettingsRecord),
  phase2_settings: v.optional(PhaseSettingsRecord),
  phase3_settings: v.optional(PhaseSettingsRecord),
});
export type SessionFile = v.InferOutput<typeof SessionFile>;

/** What the file is called in messages. */
const NAME = "session.jsonc";

const Versioned = v.object({ version: v.number() });

/** `.cueloop/cache/session.jsonc`. */
export function sessionPath(runtimeDir: string): string {
  return join(runtimeDir, "cache", "session.jsonc");
}

/** `20261121T070429123456789Z-RQ-0042`. */
export function sessionId(startedAt: string, taskId: string): string {
  return `${startedAt.replace(/[:.-]/g, "")}-${taskId}`;
}

export type FoundSession =
  | { readonly kind: "none" }
  /** `isNewer`: a newer program wrote it. */
  | { readonly kind: "session"; readonly session: SessionFile; readonly isNewer?: boolean }
  | { readonly kind: "corrupt"; readonly reason: string };

/** The saved session, if there is one and it can be understood. */
export function readSession(runtimeDir: string): FoundSession {
  try {
    const text = readTextIfExists(sessionPath(runtimeDir));
    if (text === null) return { kind: "none" };
    const { value } = parseJsonc(text, NAME);
    const version = v.safeParse(Versioned, value);
    // What a newer program adds is not known here; what it kept still is.
    const isNewer = version.success && version.output.version > 1;
    const parsed = v.safeParse(isNewer ? v.object(SessionFile.entries) : SessionFile, value);
    if (parsed.success) return { kind: "session", session: parsed.output, ...(isNewer ? { isNewer } : {}) };
    return { kind: "corrupt", reason: problemOf(parsed.issues[0]) };
  } catch (error) {
    // The place within the file is told, the file by whoever tells it.
    return { kind: "corrupt", reason: messageOf(error).replace(`${NAME}:`, "").replace(/\.$/, "") };
  }
}

function problemOf(issue: v.BaseIssue<unknown>): string {
  const place = v.getDotPath(issue);
  if (place === null) return issue.message;
  if (issue.expected === "never") return `the key \`${place}\` is not known`;
  return issue.received === "undefined"
    ? `the key \`${place}\` is missing`
    : `\`${place}\` should be ${issue.expected ?? "something else"}`;
}

/** Writes the session file. */
export function writeSession(runtimeDir: string, session: SessionFile): void {
  writeAtomic(sessionPath(runtimeDir), textOf(session));
}

/** Whether the file holds just this, as it was written here. */
export function isSavedSession(runtimeDir: string, session: SessionFile): boolean {
  return readTextIfExists(sessionPath(runtimeDir)) === textOf(session);
}

function textOf(session: SessionFile): string {
  return `${JSON.stringify(session, null, 2)}\n`;
}

/** Removes the session file. */
export function removeSession(runtimeDir: string): void {
  rmSync(sessionPath(runtimeDir), { force: true });
}

/** Moves a session file that cannot be read out of the way; returns where it is now. */
export function quarantineSession(context: RepoContext, at: Instant): string {
  const directory = join(context.runtimeDir, "cache", "session-quarantine");
  ensureDirectory(directory);
  const target = join(directory, `session.jsonc.corrupt.${formatTimestamp(at).replace(/[:.]/g, "-")}`);
  renameSync(sessionPath(context.runtimeDir), target);
  return target;
}
