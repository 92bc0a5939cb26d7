import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { WorkerRecord } from "../../../src/parallel/state/record.ts";
import { statePath } from "../../../src/parallel/state/store.ts";

/** A runtime directory of its own, with what is logged. */
export class Place implements Disposable {
  readonly runtimeDir: string = mkdtempSync(join(tmpdir(), "cueloop-test-state-"));
  readonly warnings: string[] = [];
  readonly log = { error() {}, warn: (text: string) => void this.warnings.push(text), info() {}, debug() {} };

  get file(): string {
    return statePath(this.runtimeDir);
  }

  /** Writes the state file. */
  holding(state: unknown): this {
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(this.file, typeof state === "string" ? state : JSON.stringify(state));
    return this;
  }

  [Symbol.dispose](): void {
    rmSync(this.runtimeDir, { recursive: true, force: true });
  }
}

/** A record, failed and a minute old at noon of 20 November 2026, unless told otherwise. */
export function worker(taskId: string, fields: Partial<WorkerRecord> = {}): WorkerRecord {
  return {
    task_id: taskId,
    workspace_path: `/nowhere/${taskId}`,
    lifecycle: "failed",
    started_at: "2026-11-20T11:59:00Z",
    push_attempts: 0,
    ...fields,
  };
}

export function stateWith(workers: readonly WorkerRecord[], fields: Readonly<Record<string, unknown>> = {}) {
  return { schema_version: 3, started_at: "2026-11-20T08:00:00Z", target_branch: "main", workers: [...workers], ...fields };
}
