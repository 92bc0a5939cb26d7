import type { JsonPath } from "../../base/jsonc.ts";
import type { ResolvedAgent } from "../resolved.ts";
import { AGENT_RANGES } from "../schema/ranges.ts";
import { ciGateProblem } from "./ci-gate.ts";
import { BLANK, outOfRange, type Problem } from "./problem.ts";
import { webhookProblem } from "./webhook.ts";

/** Keys that name the program of a runner. */
export const BIN_KEYS = ["codex_bin", "opencode_bin", "gemini_bin", "claude_bin", "cursor_sdk_node_bin", "kimi_bin", "pi_bin"] as const;

/** What is wrong with the number of phases and iterations of merged agent settings. */
export function shapeProblem(agent: ResolvedAgent, path: JsonPath): Problem | null {
  const { phases, iterations } = AGENT_RANGES;
  return outOfRange(agent, { phases, iterations }, path);
}

/** What is wrong with the age at which saved work counts as stale. */
export function timeoutProblem(agent: ResolvedAgent, path: JsonPath): Problem | null {
  const { session_timeout_hours } = AGENT_RANGES;
  return outOfRange(agent, { session_timeout_hours }, path);
}

/** What is wrong with the paths, programs, gate and webhook of merged agent settings. */
export function agentProgramProblem(agent: ResolvedAgent, path: JsonPath): Problem | null {
  const blank = (agent.instruction_files ?? []).findIndex((entry) => entry.trim() === "");
  if (blank >= 0) return { path: [...path, "instruction_files", blank], text: BLANK };
  const bin = BIN_KEYS.find((key) => agent[key].trim() === "");
  if (bin !== undefined) return { path: [...path, bin], text: BLANK };
  return ciGateProblem(agent.ci_gate, [...path, "ci_gate"]) ?? webhookProblem(agent.webhook, [...path, "webhook"]);
}
