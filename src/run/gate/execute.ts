import type { BaseContext } from "../../base/context.ts";
import { childEnvironment } from "../../base/env.ts";
import { CueLoopError } from "../../base/errors.ts";
import { type ProcessGroups, startProcess } from "../../base/process.ts";
import { LOCAL_GIT_VARIABLES } from "../../git/run.ts";
import { interrupted } from "../errors.ts";
import type { ProcessRegistry } from "../processes/registry.ts";
import type { GatePlan } from "./plan.ts";

/** Kept of each stream. */
const TAIL_BYTES = 4 * 1024 * 1024;

export interface GateResult {
  readonly passed: boolean;
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

export interface GatePlace {
  /** Absolute; the repository root, or the worktree of a commit. */
  readonly cwd: string;
  readonly taskId: string | null;
  readonly onOutput?: (text: string) => void;
}

export interface GateContext extends Pick<BaseContext, "clock" | "env" | "signal"> {
  /** The run the gate is part of; null for one that a person tries out. */
  readonly runId: string | null;
  readonly groups: ProcessGroups;
  readonly processes: ProcessRegistry | null;
}

/** Runs the gate's command once. Errors: `run.interrupted`, `run.gate_not_started`, `run.gate_timeout`. */
export async function executeGate(
  context: GateContext,
  plan: GatePlan & { readonly argv: readonly string[] },
  place: GatePlace,
): Promise<GateResult> {
  let started: number | null = null;
  const handle = startProcess(context, {
    argv: plan.argv,
    cwd: place.cwd,
    env: gateEnvironment(context, place),
    signal: context.signal,
    timeoutMs: plan.timeoutMs,
    tailBytes: TAIL_BYTES,
    groups: context.groups,
    ...(place.onOutput === undefined ? {} : { onStdout: place.onOutput, onStderr: place.onOutput }),
    onSpawn(pid) {
      started = pid;
      context.processes?.add(pid, "gate", place.taskId);
    },
  });
  const result = await handle.result;
  if (started !== null) context.processes?.remove(started);
  const { outcome } = result;
  const base = { stdout: result.stdout, stderr: result.stderr, durationMs: result.durationMs };
  switch (outcome.kind) {
    case "exited":
      return { ...base, passed: outcome.code === 0, exitCode: outcome.code };
    case "signaled":
    case "ended":
      return { ...base, passed: false, exitCode: null };
    case "interrupted":
      throw interrupted(place.taskId);
    case "timeout":
      throw new CueLoopError("run.gate_timeout", {
        message: `The gate (${plan.display}) did not end within ${Math.round(plan.timeoutMs / 60_000)} minutes and was stopped.`,
        hint: "Make the gate faster, or find what it waits for: `cueloop gate` runs it by itself.",
      });
    case "missing_binary":
      throw notStarted(plan, `the program \`${outcome.program}\` was not found`);
    case "spawn_failed":
      throw notStarted(plan, outcome.reason);
  }
}

function notStarted(plan: GatePlan, reason: string): CueLoopError {
  return new CueLoopError("run.gate_not_started", {
    message: `The gate (${plan.display}) could not be started: ${reason}.`,
    hint: "Correct agent.ci_gate.argv in .cueloop/config.jsonc, or install the program.",
  });
}

function gateEnvironment(context: GateContext, place: GatePlace): Record<string, string> {
  const env = childEnvironment(context.env, {
    PWD: place.cwd,
    ...(context.runId === null ? {} : { CUELOOP_RUN_ID: context.runId }),
    ...(place.taskId === null ? {} : { CUELOOP_TASK_ID: place.taskId }),
  });
  for (const name of LOCAL_GIT_VARIABLES) delete env[name];
  return env;
}
