import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "../../base/context.ts";
import { CueLoopError, messageOf } from "../../base/errors.ts";
import { ensureDirectory } from "../../base/files.ts";
import { redactionClasses } from "../../base/redact.ts";
import type { RepoContext } from "../../config/context.ts";

/** A file of this size is put aside at the next opening, in bytes. */
const ROTATE_AT = 10 * 1024 * 1024;
const BACKUPS = 3;

export type OutputStream = "stdout" | "stderr";

/** Everything as it came, secrets included, for whoever looks for a fault: `.cueloop/logs/debug.log`, mode 0600. */
export class DebugLog implements Disposable {
  readonly path: string;
  readonly #classes: (text: string) => readonly string[];
  readonly #log: Log;
  #file: number | null;
  /** What the last record was about; a header comes only where that changes. */
  #last: OutputStream | "log" = "log";
  #lineOpen = false;

  /** Opens the file for appending and puts a large one aside. Error: `run.debug_log`. */
  constructor(repo: Pick<RepoContext, "runtimeDir" | "env" | "log">) {
    const directory = join(repo.runtimeDir, "logs");
    this.path = join(directory, "debug.log");
    this.#classes = redactionClasses(repo.env);
    this.#log = repo.log;
    try {
      ensureDirectory(directory);
      rotate(this.path);
      this.#file = openSync(this.path, "a", 0o600);
    } catch (error) {
      throw new CueLoopError("run.debug_log", {
        message: `${this.path} cannot be written: ${messageOf(error)}`,
        hint: "Put the way free, or run without --debug.",
        cause: error,
      });
    }
  }

  [Symbol.dispose](): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  /** What an agent printed, in pieces as they come. */
  output(stream: OutputStream, text: string): void {
    if (text === "") return;
    const header = this.#last === stream ? "" : `${this.#lineEnd()}[RUNNER ${stream.toUpperCase()}]\n`;
    this.#last = stream;
    this.#lineOpen = !text.endsWith("\n");
    this.#write(header + text);
  }

  /** A log that keeps every record here too, whatever the other one shows. */
  tee(log: Log): Log {
    const both = (level: keyof Log) => (message: string) => {
      this.#record(level, message);
      log[level](message);
    };
    return { error: both("error"), warn: both("warn"), info: both("info"), debug: both("debug") };
  }

  #record(level: keyof Log, message: string): void {
    const classes = this.#classes(message);
    const redaction = classes.length === 0 ? "" : `[REDACTION] classes=${classes.join(",")} material=omitted\n`;
    this.#write(`${this.#lineEnd()}[LOG ${level.toUpperCase()} cueloop] ${message}\n${redaction}`);
    this.#last = "log";
    this.#lineOpen = false;
  }

  #lineEnd(): string {
    return this.#lineOpen ? "\n" : "";
  }

  #write(text: string): void {
    if (this.#file === null) return;
    try {
      writeSync(this.#file, text);
    } catch (error) {
      this[Symbol.dispose]();
      this.#log.warn(`${this.path} is not written any more: ${messageOf(error)}`);
    }
  }
}

function rotate(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size < ROTATE_AT) return;
  rmSync(`${path}.${BACKUPS}`, { force: true });
  for (let number = BACKUPS - 1; number >= 0; number -= 1) {
    const from = number === 0 ? path : `${path}.${number}`;
    if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, `${path}.${number + 1}`);
  }
}
