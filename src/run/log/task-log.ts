import { closeSync, openSync, readSync } from "node:fs";
import { basename, join } from "node:path";
import * as v from "valibot";
import { errnoOf } from "../../base/errors.ts";
import { RunEvent } from "../events.ts";
import { logNames, runLogDirectory } from "./run-log.ts";

/** One stored line of a run log. */
export interface LogLine {
  readonly runId: string;
  /** The line as stored, without its newline. */
  readonly text: string;
  /** RFC 3339; empty when the line carries none. */
  readonly timestamp: string;
  /** Null for a kind this program does not know. */
  readonly event: RunEvent | null;
  readonly taskId: string | null;
}

const Envelope = v.looseObject({ timestamp: v.optional(v.string(), ""), kind: v.string(), task_id: v.optional(v.string()) });

/** The lines of all kept logs that belong to `taskId`, oldest run first; a run's own start line comes along. */
export function readTaskLog(runtimeDir: string, taskId: string): LogLine[] {
  const directory = runLogDirectory(runtimeDir);
  return logNames(directory).flatMap((name) => taskLines(new LogReader(join(directory, name)).read(), taskId));
}

/** Of one run's lines, those of the task, led by the run's start. Nothing when the run never worked it. */
export function taskLines(lines: readonly LogLine[], taskId: string): LogLine[] {
  const own = lines.filter((line) => line.taskId === taskId && line.event?.kind !== "run_started");
  if (own.length === 0) return [];
  return [...lines.filter((line) => line.event?.kind === "run_started"), ...own];
}

/** Reads a log that may still be growing: each `read` returns the whole lines added since. */
export class LogReader {
  readonly #path: string;
  readonly #runId: string;
  #offset = 0;
  #rest = Buffer.alloc(0);

  constructor(path: string) {
    this.#path = path;
    this.#runId = basename(path, ".ndjson");
  }

  /** A torn last line is kept back until it is whole. A log that is gone has no lines. */
  read(): LogLine[] {
    const added = this.#added();
    const bytes = Buffer.concat([this.#rest, added]);
    const end = bytes.lastIndexOf(10);
    this.#rest = bytes.subarray(end + 1);
    if (end < 0) return [];
    const lines = bytes.subarray(0, end).toString("utf8").split("\n");
    return lines.map((text) => parseLine(this.#runId, text)).filter((line) => line !== null);
  }

  #added(): Buffer {
    let file: number;
    try {
      file = openSync(this.#path, "r");
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return Buffer.alloc(0);
      throw error;
    }
    try {
      const chunks: Buffer[] = [];
      for (;;) {
        const chunk = Buffer.alloc(256 * 1024);
        const count = readSync(file, chunk, 0, chunk.length, this.#offset);
        if (count === 0) return Buffer.concat(chunks);
        this.#offset += count;
        chunks.push(chunk.subarray(0, count));
      }
    } finally {
      closeSync(file);
    }
  }
}

function parseLine(runId: string, text: string): LogLine | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const envelope = v.safeParse(Envelope, value);
  if (!envelope.success) return null;
  const { version: _version, timestamp, run_mode: _mode, ...rest } = envelope.output;
  const event = v.safeParse(RunEvent, rest);
  return { runId, text, timestamp, event: event.success ? event.output : null, taskId: envelope.output.task_id ?? null };
}
