import { CueLoopError } from "../../base/errors.ts";
import { normaliseRunnerId } from "../schema/values.ts";
import { needsTrust } from "./gated.ts";
import type { TrustState } from "./state.ts";

/** The part of a task's settings that names runners. */
interface TaskRunners {
  readonly runner?: string | null | undefined;
  readonly phase_overrides?: TaskPhases | null | undefined;
}

interface TaskPhase {
  readonly runner?: string | null | undefined;
}

interface TaskPhases {
  readonly phase1?: TaskPhase | null | undefined;
  readonly phase2?: TaskPhase | null | undefined;
  readonly phase3?: TaskPhase | null | undefined;
}

/** What the command line says about runners; it comes before the task. */
interface RunnerFlags {
  readonly runner?: string | null | undefined;
  readonly phases?: { readonly [phase in 1 | 2 | 3]?: TaskPhase } | undefined;
}

export interface TaskRunner {
  /** Where the task names it: `agent.runner`. */
  readonly key: string;
  readonly runner: string;
}

/** Runners a task asks for that the repository's trust must cover, plugins' and cursor, as far as no flag replaces them. */
export function gatedTaskRunners(agent: TaskRunners | undefined, flags: RunnerFlags): readonly TaskRunner[] {
  const task = agent?.phase_overrides;
  const named: [string, TaskPhase | null | undefined, TaskPhase | undefined][] = [
    ["agent.runner", agent, flags],
    ["agent.phase_overrides.phase1.runner", task?.phase1, flags.phases?.[1]],
    ["agent.phase_overrides.phase2.runner", task?.phase2, flags.phases?.[2]],
    ["agent.phase_overrides.phase3.runner", task?.phase3, flags.phases?.[3]],
  ];
  return named.flatMap(([key, asked, flag]) => {
    const runner = normaliseRunnerId(asked?.runner ?? "");
    const replaced = (flag?.runner?.trim() ?? "") !== "";
    return runner === "" || replaced || !needsTrust(runner) ? [] : [{ key, runner }];
  });
}

/**
 * Throws `config.untrusted_task` when a task would start runners of the repository without its trust.
 * @param runners of `gatedTaskRunners`
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
