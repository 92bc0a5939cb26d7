import type { HookSettings } from "../hooks.ts";
import type { AgentOverrides } from "../options.ts";
import type { LayerChoice, PhasedLayer } from "./choose.ts";

const PHASES = [1, 2, 3] as const;

/**
 * What a task says about its agent, with what a hook wants over it for every phase. Where the command line names a value
 * for all phases the hook's counts for nothing; what it names for a single phase ranks above the task anyway.
 */
export function hookedLayer(task: PhasedLayer, hook: HookSettings | null, cli: AgentOverrides): PhasedLayer {
  if (hook === null) return task;
  const over = (key: keyof LayerChoice) => (isSet(cli[key]) ? undefined : hook[key]);
  const wanted = { runner: over("runner"), model: over("model"), effort: over("effort") };
  const phase = (own: LayerChoice | undefined): LayerChoice => ({
    runner: wanted.runner ?? own?.runner ?? null,
    model: wanted.model ?? own?.model ?? null,
    effort: wanted.effort ?? own?.effort ?? null,
  });
  return { ...task, phases: Object.fromEntries(PHASES.map((number) => [number, phase(task.phases[number])])) };
}

function isSet(value: string | null | undefined): boolean {
  return (value?.trim() ?? "") !== "";
}
