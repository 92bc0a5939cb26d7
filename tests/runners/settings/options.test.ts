import { expect, test } from "bun:test";
import { mergeLayers } from "../../../src/config/layers/merge.ts";
import { builtRunner } from "../../../src/runners/registry.ts";
import { parseEffort } from "../../../src/runners/settings/effort.ts";
import { checkRunnerOptions, parseOptionFlags, type RunnerOptions, resolveRunnerOptions } from "../../../src/runners/settings/options.ts";

const { agent } = mergeLayers([]);
const RUNNERS = { claude: builtRunner("claude", agent), codex: builtRunner("codex", agent), opencode: builtRunner("opencode", agent) };
const SHIPPED: RunnerOptions = {
  output_format: "stream_json",
  verbosity: "normal",
  approval_mode: "default",
  sandbox: "default",
  plan_mode: "default",
  unsupported_option_policy: "warn",
};

test("the shipped configuration sets every option", () => {
  expect(resolveRunnerOptions("opencode", agent.runner_cli, null, {})).toEqual(SHIPPED);
  expect(resolveRunnerOptions("codex", agent.runner_cli, null, {})).toEqual({ ...SHIPPED, sandbox: "disabled" });
  expect(resolveRunnerOptions("claude", agent.runner_cli, null, {})).toEqual({ ...SHIPPED, verbosity: "verbose" });
});

test("what no layer sets is the type's default", () => {
  expect(resolveRunnerOptions("x", { defaults: {}, runners: {} }, null, {})).toEqual({ ...SHIPPED, approval_mode: "yolo" });
});

test("later layers win, value by value, and null says nothing", () => {
  const config = {
    defaults: { sandbox: "enabled", approval_mode: "safe", verbosity: "quiet", plan_mode: "enabled" },
    runners: { codex: { sandbox: "disabled", approval_mode: null } },
  } as const;
  const options = resolveRunnerOptions("codex", config, { verbosity: "normal", plan_mode: null }, { plan_mode: "disabled" });
  expect(options).toMatchObject({ sandbox: "disabled", approval_mode: "safe", verbosity: "normal", plan_mode: "disabled" });
  expect(resolveRunnerOptions("constructor", config, null, {}).sandbox).toBe("enabled");
});

test("flags take dashes and any case", () => {
  expect(parseOptionFlags({ approval_mode: "Auto-Edits", output_format: "stream-json", sandbox: " ENABLED " })).toMatchObject({
    approval_mode: "auto_edits",
    output_format: "stream_json",
    sandbox: "enabled",
  });
  expect(() => parseOptionFlags({ approval_mode: "wild" })).toThrow('--approval-mode does not take "wild".');
});

test.each([
  ["claude", { plan_mode: "enabled" }, 0],
  ["codex", { plan_mode: "enabled" }, 1],
  ["opencode", { plan_mode: "disabled" }, 1],
  ["claude", { verbosity: "verbose" }, 0],
  ["codex", { verbosity: "verbose" }, 1],
  ["opencode", { verbosity: "verbose" }, 1],
  ["codex", { verbosity: "quiet" }, 0],
  ["claude", { sandbox: "enabled" }, 1],
  ["codex", { sandbox: "disabled" }, 0],
  ["opencode", { sandbox: "disabled" }, 1],
  ["claude", { approval_mode: "auto_edits" }, 0],
  ["codex", { approval_mode: "auto_edits" }, 1],
  ["opencode", { approval_mode: "auto_edits" }, 1],
  ["claude", { approval_mode: "safe" }, 0],
  ["codex", { approval_mode: "safe" }, 1],
  ["opencode", { approval_mode: "safe", sandbox: "enabled" }, 2],
  ["codex", { approval_mode: "yolo" }, 0],
] satisfies [keyof typeof RUNNERS, Partial<RunnerOptions>, number][])("%s with %j: %p warnings", (id, change, count) => {
  const options = { ...SHIPPED, ...change };
  expect(checkRunnerOptions(RUNNERS[id], options)).toHaveLength(count);
  expect(checkRunnerOptions(RUNNERS[id], { ...options, unsupported_option_policy: "ignore" })).toEqual([]);
  const strict = () => checkRunnerOptions(RUNNERS[id], { ...options, unsupported_option_policy: "error" });
  if (count === 0) expect(strict()).toEqual([]);
  else expect(strict).toThrow(`${id} cannot express `);
});

test("another output format than ours is always an error", () => {
  const options = { ...SHIPPED, output_format: "text", unsupported_option_policy: "ignore" } as const;
  expect(() => checkRunnerOptions(RUNNERS.claude, options)).toThrow("stream_json");
});

test("an effort is one of four", () => {
  expect(parseEffort(" XHigh ")).toBe("xhigh");
  expect(() => parseEffort("minimal")).toThrow('"minimal" is not a reasoning effort.');
});
