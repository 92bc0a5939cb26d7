import { CueLoopError } from "../../base/errors.ts";
import { needsTrust } from "./gated.ts";
import type { TrustState } from "./state.ts";

/** The part of a task's settings that names runners. */
interface TaskRunners {
  readonly runner?: string | undefined;
  readonly phase_overrides?: { readonly [phase in "phase1" | "phase2" | "phase3"]?: { readonly runner?: string | undefined } } | undefined;
}

export interface TaskRunner {
  /** Where the task names it: `agent.runner`. */
  readonly key: string;
  readonly runner: string;
}

/** Runners a task asks for that the repository's trust must cover: plugins' and cursor. */
export function gatedTaskRunners(agent: TaskRunners | undefined): readonly TaskRunner[] {
  const phases = agent?.phase_overrides;
  const named: [string, string | undefined][] = [
    ["agent.runner", agent?.runner],
    ["agent.phase_overrides.phase1.runner", phases?.phase1?.runner],
    ["agent.phase_overrides.phase2.runner", phases?.phase2?.runner],
    ["agent.phase_overrides.phase3.runner", phases?.phase3?.runner],
  ];
  return named.flatMap(([key, runner]) => (runner !== undefined && needsTrust(runner) ? [{ key, runner }] : []));
}

/**
 * Throws `config.untrusted_task` when a task would start runners of the repository without its trust.
 * @param runners of `gatedTaskRunners`, without those that a flag of the command line replaces
 */
export function requireTrustedTask(trust: Pick<TrustState, "consent" | "file">, taskId: string, runners: readonly TaskRunner[]): void {
  if (trust.consent || runners.length === 0) return;
  const list = runners.map(({ key, runner }) => `  ${key}: ${runner}`).join("\n");
  throw new CueLoopError("config.untrusted_task", {
    message: `Task ${taskId} asks for a runner that needs your trust in this repository, and you have not given it:\n${list}`,
    hint: "Run `cueloop config trust init` after reading the task, or choose a runner with `--runner`.",
    where: { taskId, file: trust.file },
  });
}
