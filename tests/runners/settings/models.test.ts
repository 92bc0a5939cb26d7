import { expect, test } from "bun:test";
import { checkModel, defaultModel, normaliseModel, parseModel } from "../../../src/runners/settings/models.ts";

const CODEX = { id: "codex", defaultModel: "openai-codex/gpt-5.4", models: ["openai-codex/gpt-5.4", "gpt-5.4"] };
const CLAUDE = { id: "claude", defaultModel: "sonnet", models: null };
const PLUGIN = { id: "acme.relay", defaultModel: null, models: null };

test.each([
  [CODEX, "gpt-5.4", "gpt-5.4", null],
  [CODEX, "opus", "openai-codex/gpt-5.4", "opus"],
  [CLAUDE, " opus ", "opus", null],
  [CLAUDE, "openai-codex/gpt-5.5", "sonnet", "openai-codex/gpt-5.5"],
  [CLAUDE, "openai-codex/gpt-5.4", "sonnet", "openai-codex/gpt-5.4"],
  [CLAUDE, "gpt-5.3-codex", "sonnet", "gpt-5.3-codex"],
  [CLAUDE, "gpt-5.3-codex-spark", "sonnet", "gpt-5.3-codex-spark"],
  [CLAUDE, "gpt-5.4", "gpt-5.4", null],
  [CLAUDE, "gpt-5.3", "gpt-5.3", null],
  [CLAUDE, "GPT-5.3-CODEX", "GPT-5.3-CODEX", null],
  [PLUGIN, "relay-large", "relay-large", null],
] as const)("for %o the file's model %p is %p", (runner, text, model, replaced) => {
  expect(normaliseModel(runner, text)).toEqual({ model, replaced });
});

test("a plugin without a model of its own asks for one", () => {
  expect(() => defaultModel(PLUGIN)).toThrow("The runner acme.relay has no model of its own.");
  expect(() => normaliseModel(PLUGIN, "openai-codex/gpt-5.4")).toThrow("has no model of its own");
});

test("a blank model is refused", () => {
  expect(parseModel(" opus ")).toBe("opus");
  expect(() => parseModel("  ")).toThrow("must not be blank");
});

test("a model outside the list is an error only where unsupported options are", () => {
  expect(checkModel(CODEX, "gpt-9", "warn")).toContain("gpt-9 is not among the models known for codex");
  expect(checkModel(CODEX, "gpt-9", "ignore")).toBeNull();
  expect(checkModel(CODEX, "gpt-5.4", "error")).toBeNull();
  expect(checkModel(CLAUDE, "anything", "error")).toBeNull();
  expect(() => checkModel(CODEX, "gpt-9", "error")).toThrow("openai-codex/gpt-5.4, gpt-5.4");
});
