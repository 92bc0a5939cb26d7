import { closeSync, openSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { ensureDirectory } from "../../base/files.ts";
import { processLiveness } from "../../base/identity.ts";
import { redactJson } from "../../base/redact.ts";
import type { RepoContext } from "../../config/context.ts";
import type { RunObserver } from "../context.ts";
import { readRegistry } from "../processes/registry.ts";

/** Newest run logs that are always kept. */
export const KEPT_LOGS = 50;
const KEPT_YOUNG_MS = 48 * 3600 * 1000;
/** Beyond this size agent text is no longer stored. */
const TEXT_LIMIT_BYTES = 64 * 1024 * 1024;

/** `.cueloop/logs/runs`. */
export function runLogDirectory(runtimeDir: string): string {
  return join(runtimeDir, "logs", "runs");
}

export interface RunLog {
  readonly path: string;
  readonly observe: RunObserver;
  close(): void;
}

/**
 * Opens the log of a run: every event is one line of JSON, redacted, written at once.
 * A log that cannot be written is a warning, once; the run goes on.
 */
export function openRunLog(context: RepoContext, runId: string): RunLog {
  const directory = runLogDirectory(context.runtimeDir);
  const path = join(directory, `${runId}.ndjson`);
  let file: number | null = null;
  const giveUp = (error: unknown) => {
    context.log.warn(`The run log ${path} cannot be written, and the run goes on without it: ${messageOf(error)}`);
    if (file !== null) closeSync(file);
    file = null;
  };
  try {
    ensureDirectory(directory);
    file = openSync(path, "a", 0o600);
  } catch (error) {
    giveUp(error);
  }
  let size = 0;
  let saidFull = false;
  return {
    path,
    observe(event) {
      if (file === null) return;
      if (event.kind === "agent_event" && size > TEXT_LIMIT_BYTES) {
        if (saidFull) return;
        saidFull = true;
        context.log.warn(`The run log ${path} is larger than 64 MiB; what the agent says is no longer stored in it.`);
        return;
      }
      const bytes = Buffer.from(`${JSON.stringify(redactJson(event, context.redact))}\n`);
      try {
        writeSync(file, bytes);
        size += bytes.length;
      } catch (error) {
        giveUp(error);
      }
    },
    close() {
      if (file !== null) closeSync(file);
      file = null;
    },
  };
}

/** Deletes run logs beyond the newest ones, sparing young ones, those of live runs and `spared`. */
export function pruneRunLogs(context: RepoContext, spared: ReadonlySet<string>): void {
  const directory = runLogDirectory(context.runtimeDir);
  const now = Number(context.clock.now() / 1_000_000n);
  for (const name of logNames(directory).slice(0, -KEPT_LOGS)) {
    const runId = name.slice(0, -".ndjson".length);
    const path = join(directory, name);
    if (spared.has(runId) || isLive(context, runId) || now - statSync(path).mtimeMs < KEPT_YOUNG_MS) continue;
    rmSync(path, { force: true });
  }
}

/** File names of the logs, oldest run first; ids are UUIDv7, so names sort by start. */
export function logNames(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith(".ndjson"))
      .sort();
  } catch {
    return [];
  }
}

function isLive(context: RepoContext, runId: string): boolean {
  const registry = readRegistry(context.runtimeDir, runId);
  return registry !== null && processLiveness(registry.pid) !== "dead";
}
