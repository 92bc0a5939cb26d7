import type { PhaseNumber } from "../options.ts";
import type { PhaseSettings } from "./phase-settings.ts";
import type { TaskSettings } from "./task-settings.ts";

/** How a phase is worked in an iteration: every one after the first may have a reasoning effort of its own. */
export function settingsInIteration(
  { phases, followupEffort }: Pick<TaskSettings, "phases" | "followupEffort">,
  phase: PhaseNumber,
  iteration: number,
): PhaseSettings {
  const settings = phases[phase];
  if (iteration === 1 || followupEffort === null || !settings.runner.supportsEffort) return settings;
  return { ...settings, effort: followupEffort };
}
