import type { ProcessGroups } from "../../base/process.ts";
import type { RepoContext } from "../../config/context.ts";
import { diffPatch } from "../../git/diff.ts";
import { headCommit, isWorkTree, treeOf } from "../../git/repository.ts";
import type { GitContext } from "../../git/run.ts";
import { captureTree, changedPaths, withTemporaryObjects } from "../../git/tree.ts";
import type { Task } from "../../queue/task.ts";
import type { RunEvent } from "../events.ts";
import { type GatedWork, type HookHost, NO_HOOKS, type RunHooks } from "../hooks.ts";
import { readRegistry } from "../processes/registry.ts";
import { workExclusions } from "../trees.ts";
import { detectGatePattern } from "./patterns.ts";
import { type GatePlan, gatePlan, hasGateHook, planGate } from "./plan.ts";
import { executeWhole } from "./whole.ts";

export interface GateReport {
  readonly version: 1;
  readonly enabled: boolean;
  /** Null when no gate is enabled. */
  readonly passed: boolean | null;
  readonly display: string;
  readonly exit_code: number | null;
  readonly pattern: string | null;
  /** Those that were asked, in order. */
  readonly hooks: readonly { readonly name: string; readonly ok: boolean }[];
  readonly duration_ms: number;
  /** The tree the gate saw; null outside git. */
  readonly tree: string | null;
}

export interface Trial {
  /** Named to the command; null: none. */
  readonly taskId: string | null;
  /** Given to the hooks; null: none. */
  readonly task: Task | null;
  onOutput(text: string): void;
  readonly groups: ProcessGroups;
  /** Makes the hooks; left out: they are not asked. */
  readonly hooks?: (host: HookHost) => RunHooks;
}

/**
 * Runs the gate that a run would hold this checkout against, and records nothing. Inside a run it is that
 * run's own gate, whatever the configuration says by now. Errors: those of `executeGate` and `planGate`.
 */
export async function tryGate(context: RepoContext, trial: Trial): Promise<GateReport> {
  const plan = gateInForce(context, trial.hooks !== undefined);
  return withWork(context, async (tree, work) => {
    const report = { version: 1, display: plan.display, hooks: [], tree } as const;
    if (!plan.enabled) return { ...report, enabled: false, passed: null, exit_code: null, pattern: null, duration_ms: 0 };
    const runId = context.insideRun?.runId ?? null;
    const hooks = trial.hooks?.({ ...context, runId, emit: (event) => tell(context, event) }) ?? NO_HOOKS;
    const { result, opinions } = await executeWhole({ ...context, runId, groups: trial.groups, processes: null, hooks }, plan, {
      cwd: context.root,
      taskId: trial.taskId,
      onOutput: trial.onOutput,
      work: { ...work, task: trial.task },
    });
    return {
      ...report,
      enabled: true,
      passed: result.passed,
      exit_code: result.exitCode,
      pattern: result.passed ? null : (detectGatePattern(result.stdout, result.stderr, context.code?.ciPatterns ?? [])?.key ?? null),
      hooks: opinions.map(({ name, ok }) => ({ name, ok })),
      duration_ms: Math.round(result.durationMs),
    };
  });
}

/** Nobody but the person at the terminal hears what the hooks of a trial have to say. */
function tell(context: RepoContext, event: RunEvent): void {
  if (event.kind === "warning") context.log.warn(event.message);
}

function gateInForce(context: RepoContext, mayAsk: boolean): GatePlan {
  const hooks = mayAsk && hasGateHook(context.code);
  const registry = context.insideRun === null ? null : readRegistry(context.runtimeDir, context.insideRun.runId);
  if (registry === null) return planGate(context.config.agent.ci_gate, hooks);
  const { argv, timeout_seconds: seconds, hooks_digest: digest } = registry.gate;
  const isSame = digest !== null && digest === context.code?.digest;
  if (digest !== null && !isSame) {
    context.log.warn("The `gate` hooks of cueloop.config.ts are left out: it is no longer the file that the run began with.");
  }
  return gatePlan(argv, hooks && isSame, seconds * 1000);
}

type Work = Pick<GatedWork, "changedFiles" | "diff">;

/** Looks at the work tree against HEAD without leaving anything in the repository. */
async function withWork<T>(context: RepoContext, use: (tree: string | null, work: Work) => Promise<T>): Promise<T> {
  if (!(await isWorkTree(context))) return use(null, { changedFiles: async () => [], diff: async () => "" });
  return withTemporaryObjects(context, async (git) => {
    const exclude = workExclusions(context);
    const { tree } = await captureTree(git, { exclude });
    return use(tree, workSince(git, { to: tree, exclude }));
  });
}

function workSince(git: GitContext, range: { readonly to: string; readonly exclude: readonly string[] }): Work {
  const since = async () => treeOf(git, await headCommit(git));
  return {
    changedFiles: async () => changedPaths(git, await since(), range.to, range),
    diff: async () => diffPatch(git, { ...range, from: await since() }),
  };
}
