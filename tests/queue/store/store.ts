import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { systemClock } from "../../../src/base/clock.ts";
import type { InsideRun } from "../../../src/config/context.ts";
import type { StoreContext } from "../../../src/queue/store/context.ts";
import { task as anyTask } from "../../support/repository.ts";

/** A runtime directory in a temporary place, as the store sees it; removed when disposed. */
export class Store implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), "cueloop-store-"));
  /** Log lines, `level message`. */
  readonly logged: string[] = [];
  readonly interrupt = new AbortController();
  readonly ctx: StoreContext;

  constructor(options: { readonly insideRun?: InsideRun } = {}) {
    const log = (level: string) => (message: string) => void this.logged.push(`${level} ${message}`);
    mkdirSync(join(this.root, ".cueloop"));
    this.ctx = {
      root: this.root,
      runtimeDir: join(this.root, ".cueloop"),
      queuePath: join(this.root, ".cueloop/queue.jsonc"),
      donePath: join(this.root, ".cueloop/done.jsonc"),
      idPrefix: "RQ",
      idWidth: 4,
      insideRun: options.insideRun ?? null,
      clock: systemClock(),
      log: { error: log("error"), warn: log("warn"), info: log("info"), debug: log("debug") },
      signal: this.interrupt.signal,
      redact: (text) => text.replaceAll("hunter22", "[REDACTED]"),
      config: { queue: { max_dependency_depth: 10 } },
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  write(name: string, text: string): string {
    const path = join(this.root, ".cueloop", name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** Null when there is no such file. */
  read(name: string): string | null {
    const path = join(this.root, ".cueloop", name);
    return existsSync(path) ? readFileSync(path, "utf8") : null;
  }

  list(name: string): string[] {
    const path = join(this.root, ".cueloop", name);
    return existsSync(path) ? readdirSync(path).sort() : [];
  }

  books(queue: readonly unknown[] | null, done: readonly unknown[] | null = null): this {
    if (queue !== null) this.write("queue.jsonc", fileText(queue));
    if (done !== null) this.write("done.jsonc", fileText(done));
    return this;
  }
}

export function fileText(tasks: readonly unknown[]): string {
  return JSON.stringify({ version: 1, tasks }, null, 2);
}

/** A process that has ended: its pid names nobody. */
export function deadPid(): number {
  return Bun.spawnSync(["true"]).pid;
}

const AT = "2026-03-02T10:00:00.000000000Z";

/** A valid task record; a finished one says when. */
export function task(id: string, fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const finished = fields["status"] === "done" || fields["status"] === "rejected";
  const { created_at, updated_at, ...rest } = anyTask(id, fields);
  const { depends_on, blocks, relates_to, custom_fields, ...head } = rest;
  return { ...head, created_at, updated_at, ...(finished ? { completed_at: AT } : {}), depends_on, blocks, relates_to, custom_fields };
}
