import { isReservedProfile, RESERVED_PROFILES } from "../built-in-profiles.ts";
import { mergeAgent } from "../layers/merge.ts";
import type { ResolvedConfig } from "../resolved.ts";
import { QUEUE_RANGES, WORKERS_RANGE } from "../schema/ranges.ts";
import { agentCountProblem, agentProgramProblem } from "./agent.ts";
import { agingProblem } from "./aging.ts";
import { allowlistProblem } from "./allowlist.ts";
import { BLANK, invalidValue, type Locate, outOfRange, type Problem } from "./problem.ts";

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
    agentCountProblem(config.agent, ["agent"]) ??
    parallelProblem(config.parallel) ??
    agentProgramProblem(config.agent, ["agent"]) ??
    profilesProblem(config)
  );
}

function queueProblem(queue: ResolvedConfig["queue"]): Problem | null {
  const blank = (["id_prefix", "file", "done_file"] as const).find((key) => queue[key].trim() === "");
  if (blank !== undefined) return { path: ["queue", blank], text: BLANK };
  return outOfRange(queue, QUEUE_RANGES, ["queue"]);
}

function parallelProblem(parallel: ResolvedConfig["parallel"]): Problem | null {
  const path = ["parallel"];
  const root = parallel.workspace_root;
  if (root?.trim() === "") return { path: [...path, "workspace_root"], text: BLANK };
  if (root?.split(/[/\\]/).includes("..") === true) {
    return { path: [...path, "workspace_root"], text: `is ${JSON.stringify(root)}, must not contain \`..\`` };
  }
  return (
    outOfRange(parallel, { workers: WORKERS_RANGE }, path) ??
    allowlistProblem(parallel.ignored_file_allowlist ?? [], [...path, "ignored_file_allowlist"])
  );
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
    const problem = agentCountProblem(merged, path) ?? agentProgramProblem(merged, path);
    if (problem !== null) return problem;
  }
  return null;
}
