import type { ProcessGroups } from "../../base/process.ts";
import type { RepoContext } from "../../config/context.ts";
import { isWorkTree } from "../../git/repository.ts";
import { captureTree, withTemporaryObjects } from "../../git/tree.ts";
import { readRegistry } from "../processes/registry.ts";
import { workExclusions } from "../trees.ts";
import { gateDisplay } from "./display.ts";
import { executeGate } from "./execute.ts";
import { detectGatePattern } from "./patterns.ts";
import { type GatePlan, planGate } from "./plan.ts";

export interface GateReport {
  readonly version: 1;
  readonly enabled: boolean;
  /** Null when no gate is enabled. */
  readonly passed: boolean | null;
  readonly display: string;
  readonly exit_code: number | null;
  readonly pattern: string | null;
  readonly hooks: readonly { readonly name: string; readonly ok: boolean }[];
  readonly duration_ms: number;
  /** The tree the gate saw; null outside git. */
  readonly tree: string | null;
}

/**
 * Runs the gate that a run would hold this checkout against, and records nothing. Inside a run it is that
 * run's own gate, whatever the configuration says by now. Errors: those of `executeGate` and `planGate`.
 */
export async function tryGate(
  context: RepoContext,
  options: { taskId: string | null; onOutput(text: string): void; groups: ProcessGroups },
): Promise<GateReport> {
  const plan = gateInForce(context);
  const tree = await treeSeen(context);
  const report = { version: 1, display: plan.display, hooks: [], tree } as const;
  if (plan.argv === null) return { ...report, enabled: false, passed: null, exit_code: null, pattern: null, duration_ms: 0 };
  const result = await executeGate(
    { ...context, runId: context.insideRun?.runId ?? null, groups: options.groups, processes: null },
    { ...plan, argv: plan.argv },
    { cwd: context.root, taskId: options.taskId, onOutput: options.onOutput },
  );
  return {
    ...report,
    enabled: true,
    passed: result.passed,
    exit_code: result.exitCode,
    pattern: result.passed ? null : (detectGatePattern(result.stdout, result.stderr)?.key ?? null),
    duration_ms: Math.round(result.durationMs),
  };
}

function gateInForce(context: RepoContext): GatePlan {
  const registry = context.insideRun === null ? null : readRegistry(context.runtimeDir, context.insideRun.runId);
  if (registry === null) return planGate(context.config.agent.ci_gate);
  const { argv, timeout_seconds: seconds } = registry.gate;
  return { argv, display: argv === null ? "disabled" : gateDisplay(argv), timeoutMs: seconds * 1000 };
}

async function treeSeen(context: RepoContext): Promise<string | null> {
  if (!(await isWorkTree(context))) return null;
  return withTemporaryObjects(context, async (git) => (await captureTree(git, { exclude: workExclusions(context) })).tree);
}
