import { expect, test } from "bun:test";
import { DEFAULTS } from "../../../src/config/defaults.ts";
import { settingsInIteration } from "../../../src/run/settings/follow-up.ts";
import type { PhaseSettings } from "../../../src/run/settings/phase-settings.ts";
import { builtRunner } from "../../../src/runners/registry.ts";
import type { Effort } from "../../../src/runners/settings/effort.ts";
import { resolveRunnerOptions } from "../../../src/runners/settings/options.ts";

const withEffort = builtRunner("claude", DEFAULTS.agent);
const without = { ...withEffort, supportsEffort: false };

function phase(runner: typeof withEffort): PhaseSettings {
  const retry = { maxAttempts: 1, baseMs: 1, multiplier: 1, maxMs: 1, jitterRatio: 0 };
  return {
    runner,
    model: "sonnet",
    effort: runner.supportsEffort ? "high" : null,
    options: resolveRunnerOptions("claude", DEFAULTS.agent.runner_cli, null, {}),
    retry,
  };
}

const PHASES = { 1: phase(withEffort), 2: phase(withEffort), 3: phase(without) } as const;

test.each<[iteration: number, followupEffort: Effort | null, efforts: (Effort | null)[]]>([
  [1, "low", ["high", "high", null]],
  [2, "low", ["low", "low", null]],
  [3, "low", ["low", "low", null]],
  [2, null, ["high", "high", null]],
])("iteration %d with a follow-up effort of %p: %p", (iteration, followupEffort, efforts) => {
  const settings = ([1, 2, 3] as const).map((number) => settingsInIteration({ phases: PHASES, followupEffort }, number, iteration));
  expect(settings.map(({ effort }) => effort)).toEqual(efforts);
});
