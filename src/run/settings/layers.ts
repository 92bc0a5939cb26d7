import type { Provenance } from "../../config/provenance.ts";
import type { ResolvedAgent } from "../../config/resolved.ts";
import type { TaskAgent } from "../../queue/task-agent.ts";
import type { ConfigLayer, LayerChoice, PhasedLayer } from "./choose.ts";

const PHASES = [1, 2, 3] as const;

/** What a task says about its agent. */
export function taskLayer(agent: TaskAgent | undefined): PhasedLayer {
  const overrides = agent?.phase_overrides;
  return {
    runner: agent?.runner ?? null,
    model: agent?.model ?? null,
    effort: effortOfTask(agent),
    phases: Object.fromEntries(PHASES.map((number) => [number, layerChoice(overrides?.[`phase${number}`])])),
  };
}

function effortOfTask(agent: TaskAgent | undefined): string | null {
  if (agent === undefined || !("model_effort" in agent)) return null;
  return typeof agent.model_effort === "string" ? agent.model_effort : null;
}

/** What the configuration says, and where nobody wrote it. */
export function configLayer(agent: ResolvedAgent, provenance: Provenance): ConfigLayer {
  const isDefault = (...path: string[]) => provenance.of(["agent", ...path]) === "default";
  const byPhase = (key: string) =>
    Object.fromEntries(PHASES.map((number) => [number, isDefault("phase_overrides", `phase${number}`, key)]));
  return {
    runner: agent.runner,
    model: agent.model,
    effort: agent.reasoning_effort,
    phases: Object.fromEntries(PHASES.map((number) => [number, layerChoice(agent.phase_overrides[`phase${number}`])])),
    isDefault: {
      runner: isDefault("runner"),
      model: isDefault("model"),
      effort: isDefault("reasoning_effort"),
      phaseModel: byPhase("model"),
      phaseEffort: byPhase("reasoning_effort"),
    },
  };
}

interface OverrideRecord {
  readonly runner?: string | null | undefined;
  readonly model?: string | null | undefined;
  readonly reasoning_effort?: string | null | undefined;
}

function layerChoice(override: OverrideRecord | null | undefined): LayerChoice {
  return { runner: override?.runner ?? null, model: override?.model ?? null, effort: override?.reasoning_effort ?? null };
}
