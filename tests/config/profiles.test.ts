import { expect, test } from "bun:test";
import { listProfiles, summariseProfile } from "../../src/config/profiles.ts";
import type { AgentPatch } from "../../src/config/schema.ts";

test("profiles are listed by name with the built-in ones among them", () => {
  const config = { profiles: { quick: { phases: 1 }, night: {} } };
  expect(listProfiles(config).map(({ name, source }) => `${name} ${source}`)).toEqual([
    "night config",
    "power-user built-in",
    "quick config",
    "safe built-in",
  ]);
  expect(listProfiles({}).map(({ name }) => name)).toEqual(["power-user", "safe"]);
});

const SUMMARIES: readonly (readonly [AgentPatch, string])[] = [
  [{}, "no overrides"],
  [{ iterations: 2 }, "no overrides"],
  [{ phases: 2, runner: "codex", model: "m" }, "runner=codex, model=m, phases=2"],
  [
    { git_publish_mode: "off", reasoning_effort: "high", claude_permission_mode: "accept_edits" },
    "effort=high, claude_permission_mode=accept_edits, git_publish_mode=off",
  ],
  [{ runner_cli: { defaults: { approval_mode: "safe" } } }, "approval_mode=safe"],
  [{ runner_cli: { defaults: { approval_mode: "safe" }, runners: { codex: { approval_mode: "yolo" } } } }, "approval_mode=yolo"],
  [
    { runner: "pi", runner_cli: { defaults: { approval_mode: "safe" }, runners: { codex: { approval_mode: "yolo" } } } },
    "runner=pi, approval_mode=safe",
  ],
  [{ runner: "pi", runner_cli: { runners: { pi: { approval_mode: "yolo" } } } }, "runner=pi, approval_mode=yolo"],
];

test.each(SUMMARIES)("%o is summed up", (patch, expected) => {
  expect(summariseProfile(patch)).toBe(expected);
});
