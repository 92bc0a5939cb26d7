import { describe, expect, test } from "bun:test";
import { parseJsonc } from "../../../src/base/jsonc.ts";
import { parseValue } from "../../../src/base/parse.ts";
import { DEFAULTS } from "../../../src/config/defaults.ts";
import { mergeLayers } from "../../../src/config/layers/merge.ts";
import { provenanceOf } from "../../../src/config/layers/read.ts";
import { ConfigLayer } from "../../../src/config/schema.ts";

const layer = (value: unknown) => parseValue(ConfigLayer, parseJsonc(JSON.stringify(value), "config.jsonc"), "layer");

/** Value at a dotted path; undefined when there is none. */
function at(value: unknown, path: string): unknown {
  let current = value;
  for (const key of path.split("/")) {
    if (typeof current !== "object" || current === null) return undefined;
    current = Object.getOwnPropertyDescriptor(current, key)?.value;
  }
  return current;
}

test("no layers give the defaults", () => {
  expect(mergeLayers([])).toEqual(DEFAULTS);
  expect(mergeLayers([layer({}), layer({ version: 2 })])).toEqual(DEFAULTS);
});

describe("a key of two layers", () => {
  test.each([
    ["a scalar: the upper one replaces", { agent: { phases: 1 } }, { agent: { phases: 2 } }, "agent/phases", 2],
    ["an enum", { agent: { git_publish_mode: "commit" } }, { agent: { git_publish_mode: "off" } }, "agent/git_publish_mode", "off"],
    ["a path", { queue: { file: "a" } }, { queue: { file: "b" } }, "queue/file", "b"],
    ["the project type", { project_type: "docs" }, {}, "project_type", "docs"],
    ["absent above: the lower one stays", { agent: { phases: 1 } }, { agent: {} }, "agent/phases", 1],
    ["null above is absent", { agent: { phases: 1 } }, { agent: { phases: null } }, "agent/phases", 1],
    ["a null object is absent", { agent: { ci_gate: { enabled: true } } }, { agent: { ci_gate: null } }, "agent/ci_gate/enabled", true],
    [
      "a null list is absent",
      { agent: { instruction_files: ["a"] } },
      { agent: { instruction_files: null } },
      "agent/instruction_files",
      ["a"],
    ],
    [
      "a list is replaced whole",
      { parallel: { push_backoff_ms: [1, 2] } },
      { parallel: { push_backoff_ms: [3] } },
      "parallel/push_backoff_ms",
      [3],
    ],
    [
      "an empty list replaces",
      { agent: { instruction_files: ["a"] } },
      { agent: { instruction_files: [] } },
      "agent/instruction_files",
      [],
    ],
    ["argv is a list", { agent: { ci_gate: { argv: ["a", "b"] } } }, { agent: { ci_gate: { argv: ["c"] } } }, "agent/ci_gate/argv", ["c"]],
    ["events are a list", { agent: { webhook: { events: ["*"] } } }, { agent: { webhook: { events: [] } } }, "agent/webhook/events", []],
    [
      "ci_gate merges by key",
      { agent: { ci_gate: { enabled: true } } },
      { agent: { ci_gate: { argv: ["x"] } } },
      "agent/ci_gate",
      { enabled: true, argv: ["x"] },
    ],
    [
      "notification merges by key",
      { agent: { notification: { sound_enabled: true } } },
      { agent: { notification: { timeout_ms: 9000 } } },
      "agent/notification/sound_enabled",
      true,
    ],
    ["webhook merges by key", { agent: { webhook: { url: "u" } } }, { agent: { webhook: { enabled: false } } }, "agent/webhook/url", "u"],
    [
      "runner_retry merges by key",
      { agent: { runner_retry: { max_attempts: 2 } } },
      { agent: { runner_retry: { multiplier: 3 } } },
      "agent/runner_retry/max_attempts",
      2,
    ],
    ["loop merges by key", { loop: { wait_poll_ms: 70 } }, { loop: { wait_when_empty: true } }, "loop/wait_poll_ms", 70],
    [
      "runner options merge by key",
      { agent: { runner_cli: { defaults: { sandbox: "enabled" } } } },
      { agent: { runner_cli: { defaults: { verbosity: "quiet" } } } },
      "agent/runner_cli/defaults/sandbox",
      "enabled",
    ],
    [
      "a runner's own options merge by key",
      { agent: { runner_cli: { runners: { pi: { sandbox: "enabled" } } } } },
      { agent: { runner_cli: { runners: { PI: { verbosity: "quiet" } } } } },
      "agent/runner_cli/runners/pi/sandbox",
      "enabled",
    ],
    [
      "a runner of one layer keeps the built-in options",
      { agent: { runner_cli: { runners: { codex: { verbosity: "quiet" } } } } },
      {},
      "agent/runner_cli/runners/codex/sandbox",
      "disabled",
    ],
    [
      "phases merge by key",
      { agent: { phase_overrides: { phase1: { runner: "codex" } } } },
      { agent: { phase_overrides: { phase1: { model: "m" } } } },
      "agent/phase_overrides/phase1",
      { runner: "codex", model: "m", reasoning_effort: "medium" },
    ],
    [
      "profiles merge by name and key",
      { profiles: { a: { phases: 1, model: "m" } } },
      { profiles: { a: { phases: 2 }, b: {} } },
      "profiles",
      { a: { phases: 2, model: "m" }, b: {} },
    ],
    [
      "profiles merge their sections",
      { profiles: { a: { ci_gate: { enabled: true }, phase_overrides: { phase2: { model: "x" } } } } },
      { profiles: { a: { ci_gate: { argv: ["y"] }, phase_overrides: { phase2: { runner: "pi" } } } } },
      "profiles/a",
      { ci_gate: { enabled: true, argv: ["y"] }, phase_overrides: { phase2: { model: "x", runner: "pi" } } },
    ],
    [
      "plugins merge by id",
      { plugins: { plugins: { a: { enabled: true } } } },
      { plugins: { plugins: { b: { enabled: false } } } },
      "plugins/plugins",
      { a: { enabled: true, config: null }, b: { enabled: false, config: null } },
    ],
    [
      "a plugin's config is replaced whole",
      { plugins: { plugins: { a: { enabled: true, config: { x: 1, y: 2 } } } } },
      { plugins: { plugins: { a: { config: { x: 3 } } } } },
      "plugins/plugins/a",
      { enabled: true, config: { x: 3 } },
    ],
    [
      "cursor's parameters merge by name",
      { agent: { cursor: { model_params: { a: "1", b: true } } } },
      { agent: { cursor: { model_params: { a: "2" } } } },
      "agent/cursor/model_params",
      { a: "2", b: true },
    ],
    [
      "cursor's sources are a list",
      { agent: { cursor: { setting_sources: ["user", "team"] } } },
      { agent: { cursor: { setting_sources: ["all"] } } },
      "agent/cursor/setting_sources",
      ["all"],
    ],
    [
      "aging thresholds merge by key",
      { queue: { aging_thresholds: { stale_days: 20 } } },
      { queue: { aging_thresholds: { warning_days: 5 } } },
      "queue/aging_thresholds",
      { warning_days: 5, stale_days: 20, rotten_days: 30 },
    ],
    ["a name like a method is only a name", { profiles: { toString: { phases: 1 } } }, {}, "profiles", { toString: { phases: 1 } }],
    ["the removed cursor_bin goes nowhere", { agent: { cursor_bin: "c" } }, {}, "agent/cursor_bin", undefined],
  ])("%s", (_name, lower, upper, path, expected) => {
    expect(at(mergeLayers([layer(lower), layer(upper)]), path)).toEqual(expected);
  });
});

test.each([
  [["agent", "phases"], "project"],
  [["agent", "runner"], "global"],
  [["agent", "phase_overrides", "phase1", "model"], "project"],
  [["agent", "phase_overrides", "phase1", "reasoning_effort"], "default"],
  [["agent", "model"], "profile"],
  [["queue", "file"], "default"],
])("the leaf %o comes from the %s layer", (path, origin) => {
  const provenance = provenanceOf([
    { origin: "global", layer: layer({ agent: { runner: "codex", phases: 1 } }) },
    { origin: "project", layer: layer({ agent: { phases: 2, model: "a", phase_overrides: { phase1: { model: "b" } } } }) },
    { origin: "ts", layer: {} },
    { origin: "profile", layer: layer({ agent: { model: "c" } }) },
  ]);
  expect<string>(provenance.of(path)).toBe(origin);
});
