import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { formatTimestamp } from "../../base/clock.ts";
import { writeAtomic } from "../../base/files.ts";
import { bootId, pidNamespace, processStart } from "../../base/identity.ts";
import { readJson } from "../../base/json/read.ts";
import type { RepoContext } from "../../config/context.ts";

export const ProcessRole = v.picklist(["agent", "gate", "hook", "worker"]);
export type ProcessRole = v.InferOutput<typeof ProcessRole>;

export const RegisteredProcess = v.object({
  pid: v.number(),
  pgid: v.number(),
  pid_start: v.nullable(v.string()),
  role: ProcessRole,
  task_id: v.nullable(v.string()),
  spawned_at: v.string(),
});
export type RegisteredProcess = v.InferOutput<typeof RegisteredProcess>;

export const RegistryFile = v.object({
  version: v.literal(1),
  run_id: v.string(),
  pid: v.number(),
  pid_start: v.nullable(v.string()),
  boot_id: v.nullable(v.string()),
  pid_ns: v.optional(v.nullable(v.string()), null),
  started_at: v.string(),
  /** The gate this run holds work against, fixed at its start. */
  gate: v.object({
    argv: v.nullable(v.array(v.string())),
    timeout_seconds: v.number(),
    hooks_digest: v.nullable(v.string()),
  }),
  children: v.array(RegisteredProcess),
});
export type RegistryFile = v.InferOutput<typeof RegistryFile>;

/** Path of a run's registry file. */
export function registryPath(runtimeDir: string, runId: string): string {
  return join(runtimeDir, "cache", "processes", `${runId}.json`);
}

/** A run's registry, or null when there is none or it cannot be understood. */
export function readRegistry(runtimeDir: string, runId: string): RegistryFile | null {
  return readJson(RegistryFile, registryPath(runtimeDir, runId));
}

/** Removes a run's registry. */
export function removeRegistry(runtimeDir: string, runId: string): void {
  rmSync(registryPath(runtimeDir, runId), { force: true });
}

/** The record, in a file, of the processes that a run has started and that live. */
export class ProcessRegistry {
  readonly #path: string;
  readonly #context: Pick<RepoContext, "clock" | "log">;
  #file: RegistryFile;

  constructor(context: Pick<RepoContext, "clock" | "log" | "runtimeDir">, run: { runId: string; gate: RegistryFile["gate"] }) {
    this.#context = context;
    this.#path = registryPath(context.runtimeDir, run.runId);
    this.#file = {
      version: 1,
      run_id: run.runId,
      pid: process.pid,
      pid_start: processStart(process.pid),
      boot_id: bootId(),
      pid_ns: pidNamespace(),
      started_at: formatTimestamp(context.clock.now()),
      gate: run.gate,
      children: [],
    };
    this.#write();
  }

  get children(): readonly RegisteredProcess[] {
    return this.#file.children;
  }

  /** Records a child that leads its own group. */
  add(pid: number, role: ProcessRole, taskId: string | null): void {
    const child = {
      pid,
      pgid: pid,
      pid_start: processStart(pid),
      role,
      task_id: taskId,
      spawned_at: formatTimestamp(this.#context.clock.now()),
    };
    this.#file = { ...this.#file, children: [...this.#file.children, child] };
    this.#write();
  }

  remove(pid: number): void {
    this.#file = { ...this.#file, children: this.#file.children.filter((child) => child.pid !== pid) };
    this.#write();
  }

  /** Removes the file: the run is over. */
  close(): void {
    rmSync(this.#path, { force: true });
  }

  #write(): void {
    writeAtomic(this.#path, `${JSON.stringify(this.#file, null, 2)}\n`, { mode: 0o600, durable: false });
  }
}

/** Runs that have a registry file, oldest first. */
export function registryIds(runtimeDir: string): string[] {
  try {
    return readdirSync(join(runtimeDir, "cache", "processes"))
      .filter((name) => name.endsWith(".json"))
      .map((name) => name.slice(0, -".json".length))
      .sort();
  } catch {
    return [];
  }
}
