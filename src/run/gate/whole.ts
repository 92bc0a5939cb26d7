import type { GatedWork, GateOpinion, RunHooks } from "../hooks.ts";
import { executeGate, type GateContext, type GatePlace, type GateResult } from "./execute.ts";
import type { GatePlan } from "./plan.ts";

export interface WholeResult {
  readonly result: GateResult;
  /** Of the hooks that were asked. */
  readonly opinions: readonly GateOpinion[];
}

/**
 * Runs an enabled gate once: its command and, where that passed or there is none, its hooks. What a hook objects to is a
 * failing gate with that as its output. Errors: those of `executeGate`; `run.interrupted`.
 */
export async function executeWhole(
  context: GateContext & { readonly hooks: RunHooks },
  plan: GatePlan,
  place: GatePlace & { readonly work: Omit<GatedWork, "cwd"> },
): Promise<WholeResult> {
  const { argv } = plan;
  const command = argv === null ? null : await executeGate(context, { ...plan, argv }, place);
  if (command !== null && (!plan.hooks || !command.passed)) return { result: command, opinions: [] };
  const from = context.clock.monotonicMs();
  const opinions = await context.hooks.gate({ ...place.work, cwd: place.cwd });
  const durationMs = (command?.durationMs ?? 0) + context.clock.monotonicMs() - from;
  const objections = opinions.filter(({ ok }) => !ok).map(({ output }) => output);
  for (const objection of objections) place.onOutput?.(`${objection}\n`);
  if (objections.length === 0) {
    return { result: { passed: true, exitCode: 0, stdout: command?.stdout ?? "", stderr: command?.stderr ?? "", durationMs }, opinions };
  }
  return { result: { passed: false, exitCode: 1, stdout: objections.join("\n"), stderr: "", durationMs }, opinions };
}
