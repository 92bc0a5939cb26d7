import type { JsonPath } from "../../base/jsonc.ts";
import { isReservedProfile, RESERVED_PROFILES } from "../built-in-profiles.ts";
import { mergeAgent } from "../layers/merge.ts";
import type { ResolvedConfig } from "../resolved.ts";
import { QUEUE_RANGES, WORKERS_RANGE } from "../schema/ranges.ts";
import { agentProgramProblem, shapeProblem, timeoutProblem } from "./agent.ts";
import { agingProblem } from "./aging.ts";
import { allowlistProblem } from "./allowlist.ts";
import { BLANK, blankProblem, invalidValue, type Locate, outOfRange, type Problem } from "./problem.ts";

/** Throws `config.invalid_value` for the first thing wrong with a merged configuration. */
export function validateConfig(config: ResolvedConfig, locate: Locate): void {
  const problem = findProblem(config);
  if (problem !== null) throw invalidValue(problem, locate);
}

/** The first thing wrong, in a fixed order: queue, agent and parallel numbers, programs, profiles. */
export function findProblem(config: ResolvedConfig): Problem | null {
  return (
    queueProblem(config.queue) ??
    agingProblem(config.queue.aging_thresholds) ??
    shapeProblem(config.agent, ["agent"]) ??
    parallelProblem(config.parallel) ??
    timeoutProblem(config.agent, ["agent"]) ??
    agentProgramProblem(config.agent, ["agent"]) ??
    profilesProblem(config)
  );
}

function queueProblem(queue: ResolvedConfig["queue"]): Problem | null {
  const path = ["queue"];
  const { id_width, ...others } = QUEUE_RANGES;
  return (
    blankProblem(queue, "id_prefix", path) ??
    outOfRange(queue, { id_width }, path) ??
    blankProblem(queue, "file", path) ??
    blankProblem(queue, "done_file", path) ??
    outOfRange(queue, others, path)
  );
}

function parallelProblem(parallel: ResolvedConfig["parallel"]): Problem | null {
  const path = ["parallel"];
  return (
    outOfRange(parallel, { workers: WORKERS_RANGE }, path) ??
    workspaceProblem(parallel.workspace_root, [...path, "workspace_root"]) ??
    allowlistProblem(parallel.ignored_file_allowlist ?? [], [...path, "ignored_file_allowlist"])
  );
}

function workspaceProblem(root: string | null, path: JsonPath): Problem | null {
  if (root?.trim() === "") return { path, text: BLANK };
  if (root?.split(/[/\\]/).includes("..") !== true) return null;
  return { path, text: `is ${JSON.stringify(root)}, must not contain \`..\`` };
}

/** Each profile is judged as it would be used: merged over the agent settings. */
function profilesProblem(config: ResolvedConfig): Problem | null {
  for (const [name, patch] of Object.entries(config.profiles ?? {})) {
    const path = ["profiles", name];
    if (name.trim() === "" || name !== name.trim()) {
      return { path, text: `has the name ${JSON.stringify(name)}, which is blank or has blanks around it` };
    }
    if (isReservedProfile(name)) {
      return { path, text: `takes a name that is built in (${RESERVED_PROFILES.join(", ")})`, hint: "Give the profile another name." };
    }
    const merged = mergeAgent(config.agent, patch);
    const problem = shapeProblem(merged, path) ?? timeoutProblem(merged, path) ?? agentProgramProblem(merged, path);
    if (problem !== null) return problem;
  }
  return null;
}
