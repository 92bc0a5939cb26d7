import { isAbsolute } from "node:path";
import type { WorkerPlace } from "../../parallel/worker/arguments.ts";
import { usageProblem } from "../line/usage.ts";

/** The flags of the protocol between a coordinator and its workers, as typed. */
export interface WorkerFlags {
  readonly id: string | undefined;
  readonly parallelWorker: boolean;
  readonly coordinatorQueuePath: string | undefined;
  readonly coordinatorDonePath: string | undefined;
  readonly parallelTargetBranch: string | undefined;
  readonly coordinatorRoot: string | undefined;
  readonly workerDir: string | undefined;
  readonly integrateOnly: boolean;
  readonly resume: boolean;
  readonly dryRun: boolean;
}

/** What the flags say; null where the command is no worker. Error: `usage`. */
export function workerPlace(flags: WorkerFlags): WorkerPlace | null {
  const given = {
    "--coordinator-queue-path": flags.coordinatorQueuePath,
    "--coordinator-done-path": flags.coordinatorDonePath,
    "--parallel-target-branch": flags.parallelTargetBranch,
    "--coordinator-root": flags.coordinatorRoot,
    "--worker-dir": flags.workerDir,
    "--integrate-only": flags.integrateOnly ? "yes" : undefined,
  };
  if (!flags.parallelWorker) {
    const [stray] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
    if (stray !== undefined) throw usageProblem(`${stray} needs --parallel-worker.`);
    return null;
  }
  if (flags.resume) throw usageProblem("--parallel-worker and --resume exclude each other.");
  if (flags.dryRun) throw usageProblem("--parallel-worker and --dry-run exclude each other.");
  const needed = (flag: string, value: string | undefined): string => {
    if (value === undefined) throw usageProblem(`--parallel-worker needs ${flag}.`);
    if (value.trim() === "") throw usageProblem(`${flag} must not be blank.`);
    return value;
  };
  const absolute = (flag: string, value: string | undefined): string => {
    const path = needed(flag, value);
    if (!isAbsolute(path)) throw usageProblem(`${flag} takes an absolute path, not \`${path}\`.`);
    return path;
  };
  return {
    taskId: needed("--id", flags.id).trim(),
    queuePath: needed("--coordinator-queue-path", flags.coordinatorQueuePath),
    donePath: needed("--coordinator-done-path", flags.coordinatorDonePath),
    target: needed("--parallel-target-branch", flags.parallelTargetBranch).trim(),
    coordinatorRoot: absolute("--coordinator-root", flags.coordinatorRoot),
    workerDir: absolute("--worker-dir", flags.workerDir),
    integrateOnly: flags.integrateOnly,
  };
}
