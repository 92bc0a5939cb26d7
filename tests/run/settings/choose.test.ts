import { expect, test } from "bun:test";
import type { AgentOverrides } from "../../../src/run/options.ts";
import { type ChoiceLayers, type ConfigLayer, choosePhase, type PhasedLayer } from "../../../src/run/settings/choose.ts";

/** The shipped configuration: everything in it is the program's own default. */
const SHIPPED: ConfigLayer = {
  runner: "pi",
  model: "openai-codex/gpt-5.4",
  effort: "medium",
  phases: { 1: { model: "openai-codex/gpt-5.5", effort: "medium" }, 2: { model: "openai-codex/gpt-5.4", effort: "medium" } },
  isDefault: { runner: true, model: true, effort: true, phaseModel: { 1: true, 2: true }, phaseEffort: { 1: true, 2: true } },
};

function layers(change: { cli?: AgentOverrides; task?: Partial<PhasedLayer>; config?: ConfigLayer }): ChoiceLayers {
  return { cli: change.cli ?? {}, task: { phases: {}, ...change.task }, config: change.config ?? SHIPPED };
}

function configured(change: Partial<ConfigLayer>, isDefault: Partial<ConfigLayer["isDefault"]>): ConfigLayer {
  return { ...SHIPPED, ...change, isDefault: { ...SHIPPED.isDefault, ...isDefault } };
}

const OWN_PHASE = configured({ phases: { 1: { model: "opus" } } }, { phaseModel: {}, phaseEffort: {} });

test.each([
  ["nothing said: the built-in phase model", {}, { runner: "pi", model: "openai-codex/gpt-5.5", effort: "medium" }],
  ["a model flag beats the built-in phase model", { cli: { model: "x" } }, { model: "x", modelFrom: "cli" }],
  ["so does a configured model", { config: configured({ model: "y" }, { model: false }) }, { model: "y", modelFrom: "file" }],
  ["so does the task's model", { task: { model: "z" } }, { model: "z", modelFrom: "file" }],
  [
    "a configured runner brings its own model",
    { config: configured({ runner: "claude" }, { runner: false }) },
    { runner: "claude", model: null },
  ],
  [
    "a runner flag brings its own model",
    { cli: { runner: "claude" }, config: configured({ model: "y" }, { model: false }) },
    { model: null },
  ],
  ["a runner flag with a model keeps it", { cli: { runner: "claude", model: "opus" } }, { runner: "claude", model: "opus" }],
  ["a written phase model beats the model flag", { cli: { model: "x" }, config: OWN_PHASE }, { model: "opus", modelFrom: "file" }],
  [
    "a phase flag beats everything",
    { cli: { model: "x", phases: { 1: { model: "p" } } }, config: OWN_PHASE },
    { model: "p", modelFrom: "cli" },
  ],
  ["the task's phase beats the configured one", { task: { phases: { 1: { model: "t" } } }, config: OWN_PHASE }, { model: "t" }],
  ["a phase's runner brings its own model", { cli: { phases: { 1: { runner: "gemini" } } } }, { runner: "gemini", model: null }],
  ["an effort flag beats the built-in phase effort", { cli: { effort: "high" } }, { effort: "high", model: "openai-codex/gpt-5.5" }],
  ["the task's runner beats the configured one", { task: { runner: "codex" } }, { runner: "codex", model: null }],
] satisfies [string, Parameters<typeof layers>[0], object][])("%s", (_name, change, expected) => {
  expect(choosePhase(1, layers(change))).toMatchObject(expected);
});

test("a blank value is no value", () => {
  expect(choosePhase(1, layers({ cli: { model: " ", runner: "" } })).model).toBe("openai-codex/gpt-5.5");
});
