import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/base/clock.ts";
import { bootId, hostName, pidNamespace } from "../../../src/base/identity.ts";
import type { ClaimContext } from "../../../src/queue/claims/claim.ts";

export const WISH = { label: "run one", runId: "run-1", root: "/home/ada/shop" } as const;

/** A common git directory without a repository around it; removed when disposed. */
export class Claims implements Disposable {
  readonly common = mkdtempSync(join(tmpdir(), "cueloop-claims-"));
  readonly directory = join(this.common, "cueloop/claims");
  readonly ctx: ClaimContext;

  constructor(options: { readonly prefix?: string; readonly insideRun?: boolean } = {}) {
    this.ctx = {
      clock: systemClock(),
      insideRun: options.insideRun === true ? { runId: "run-0", taskId: null } : null,
      redact: (text) => text,
      log: { error() {}, warn() {}, info() {}, debug() {} },
      idPrefix: options.prefix ?? "RQ",
      idWidth: 4,
    };
    mkdirSync(this.directory, { recursive: true });
  }

  [Symbol.dispose](): void {
    rmSync(this.common, { recursive: true, force: true });
  }

  write(name: string, text: string): string {
    const path = join(this.directory, name);
    writeFileSync(path, text);
    return path;
  }

  read(name: string): string {
    return readFileSync(join(this.directory, name), "utf8");
  }

  /** Names of everything among the claims. */
  names(): string[] {
    return existsSync(this.directory) ? readdirSync(this.directory).sort() : [];
  }
}

/** Text of a claim of a process of this machine, as another CueLoop would have written it. */
export function claimText(pid: number, fields: Readonly<Record<string, string>> = {}): string {
  const lines = {
    pid: String(pid),
    started_at: "2026-03-02T08:15:00.000000000Z",
    command: "cueloop run one",
    label: "run loop",
    host: hostName(),
    boot_id: bootId() ?? "",
    pid_ns: pidNamespace() ?? "",
    run_id: "run-9",
    token: "token-9",
    task_id: "RQ-0001",
    root: "/home/ada/other",
    ...fields,
  };
  return Object.entries(lines)
    .filter(([, value]) => value !== "")
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("");
}
