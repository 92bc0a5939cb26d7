import { expect, test } from "bun:test";
import type { AgentOverrides } from "../../../src/run/options.ts";
import { type ConfigLayer, choosePhase, type PhasedLayer } from "../../../src/run/settings/choose.ts";
import { hookedLayer } from "../../../src/run/settings/hook-layer.ts";

const CONFIG: ConfigLayer = {
  runner: "claude",
  model: "config-model",
  effort: "low",
  phases: { 2: { model: "config-phase" } },
  isDefault: { runner: false, model: false, effort: false, phaseModel: {}, phaseEffort: {} },
};
const TASK: PhasedLayer = {
  runner: "codex",
  model: "task-model",
  effort: "medium",
  phases: { 1: { model: "task-phase", effort: "high" } },
};
const HOOK = { runner: "pi", model: "hook-model", effort: "xhigh" } as const;

function chosen(phase: 1 | 2 | 3, hook: Parameters<typeof hookedLayer>[1], cli: AgentOverrides) {
  const { runner, model, effort } = choosePhase(phase, { cli, task: hookedLayer(TASK, hook, cli), config: CONFIG });
  return [runner, model, effort];
}

test.each([
  ["above the task", 3, HOOK, {}, ["pi", "hook-model", "xhigh"]],
  ["above the task's own phase", 1, HOOK, {}, ["pi", "hook-model", "xhigh"]],
  ["above the configured phase", 2, HOOK, {}, ["pi", "hook-model", "xhigh"]],
  ["below a flag for all phases", 3, HOOK, { runner: "claude", model: "flag", effort: "low" }, ["claude", "flag", "low"]],
  ["below a flag for the phase", 1, HOOK, { phases: { 1: { model: "flag" } } }, ["pi", "flag", "xhigh"]],
  ["a blank flag says nothing", 3, HOOK, { model: " " }, ["pi", "hook-model", "xhigh"]],
  ["what the hook leaves out is the task's", 1, { model: "hook-model" }, {}, ["codex", "hook-model", "high"]],
  ["no hook", 1, null, {}, ["codex", "task-phase", "high"]],
  ["only the number of phases", 1, { phases: 1 }, {}, ["codex", "task-phase", "high"]],
] as const)("%s", (_, phase, hook, cli, expected) => {
  expect(chosen(phase, hook, cli)).toEqual([...expected]);
});
