import { describe, expect, test } from "bun:test";
import { sha256 } from "../../../src/base/files.ts";
import { parseValue } from "../../../src/base/parse.ts";
import { ConfigLayer } from "../../../src/config/schema.ts";
import { needsTrust, splitLayer } from "../../../src/config/trust/gated.ts";

const outside = (entry: string) => (entry.startsWith("../") ? entry : null);
const split = (value: unknown) => splitLayer(parseValue(ConfigLayer, { value, file: "config.jsonc" }, "layer"), outside);

/** Agent settings that need trust: the key, what is written, what is recorded, and what is left when it is withheld. */
const GATED: readonly (readonly [string, object, unknown, object])[] = [
  ["ci_gate", { ci_gate: { enabled: false } }, { enabled: false }, {}],
  ["ci_gate", { ci_gate: {} }, {}, {}],
  ...["codex_bin", "opencode_bin", "gemini_bin", "claude_bin", "kimi_bin", "pi_bin", "cursor_sdk_node_bin"].map(
    (key) => [key, { [key]: key.replace("_bin", "") }, key.replace("_bin", ""), {}] as const,
  ),
  ["runner", { runner: "cursor", phases: 1 }, "cursor", { phases: 1 }],
  ["runner", { runner: "acme.relay" }, "acme.relay", {}],
  [
    "phase_overrides.phase1.runner",
    { phase_overrides: { phase1: { runner: "x", model: "m" } } },
    "x",
    { phase_overrides: { phase1: { model: "m" } } },
  ],
  ["phase_overrides.phase2.runner", { phase_overrides: { phase2: { runner: "cursor" } } }, "cursor", { phase_overrides: { phase2: {} } }],
  ["phase_overrides.phase3.runner", { phase_overrides: { phase3: { runner: "x" } } }, "x", { phase_overrides: { phase3: {} } }],
  ["webhook.url", { webhook: { url: "https://a.example" } }, "https://a.example", {}],
  ["webhook.enabled", { webhook: { enabled: false } }, false, {}],
  ["webhook.secret", { webhook: { secret: "s3cret" } }, `sha256:${sha256("s3cret")}`, {}],
  ["claude_permission_mode", { claude_permission_mode: "bypass_permissions" }, "bypass_permissions", {}],
  [
    "runner_cli.defaults.approval_mode",
    { runner_cli: { defaults: { approval_mode: "yolo", verbosity: "quiet" } } },
    "yolo",
    { runner_cli: { defaults: { verbosity: "quiet" } } },
  ],
  ["runner_cli.defaults.sandbox", { runner_cli: { defaults: { sandbox: "disabled" } } }, "disabled", { runner_cli: { defaults: {} } }],
  [
    "runner_cli.runners.pi.approval_mode",
    { runner_cli: { runners: { pi: { approval_mode: "yolo" } } } },
    "yolo",
    { runner_cli: { runners: { pi: {} } } },
  ],
  [
    "runner_cli.runners.codex.sandbox",
    { runner_cli: { runners: { codex: { sandbox: "disabled" } } } },
    "disabled",
    { runner_cli: { runners: { codex: {} } } },
  ],
  ["instruction_files", { instruction_files: ["A.md", "../B.md"] }, ["../B.md"], { instruction_files: ["A.md"] }],
  ["instruction_files", { instruction_files: ["../B.md"] }, ["../B.md"], {}],
];

/** Agent settings that need none. */
const OPEN = [
  { runner: "codex" },
  { model: "anything" },
  { phase_overrides: { phase1: { runner: "claude", model: "m" } } },
  { claude_permission_mode: "accept_edits" },
  { runner_cli: { defaults: { approval_mode: "auto_edits", sandbox: "enabled" }, runners: { codex: { sandbox: "default" } } } },
  { instruction_files: ["AGENTS.md"] },
  { instruction_files: [] },
  { git_publish_mode: "commit_and_push" },
  { notification: { sound_enabled: true } },
  { webhook: {} },
];

describe("agent settings that need trust", () => {
  test.each(GATED)("%s in %o", (key, agent, value, left) => {
    const { open, gated } = split({ version: 2, agent });
    expect(gated).toEqual([{ key: `agent.${key}`, value }]);
    expect(open).toEqual({ version: 2, agent: left });
  });

  test.each(GATED)("%s of a profile in %o", (key, patch, value, left) => {
    const { open, gated } = split({ profiles: { night: patch } });
    expect(gated).toEqual([{ key: `profiles.night.${key}`, value }]);
    expect(open).toEqual({ profiles: { night: left } });
  });

  test.each(OPEN)("are none of %o", (agent) => {
    const { open, gated } = split({ agent });
    expect(gated).toEqual([]);
    const { webhook: _none, ...rest } = { webhook: null, ...agent };
    expect<unknown>(open.agent).toEqual(rest);
  });
});

test("plugins and the allowlist need trust, an empty allowlist too", () => {
  const { open, gated } = split({
    plugins: { plugins: { "acme.x": { enabled: true } } },
    parallel: { workers: 2, ignored_file_allowlist: [] },
    queue: { file: "q.jsonc" },
  });
  expect(gated).toEqual([
    { key: "plugins.plugins.acme.x", value: { enabled: true } },
    { key: "parallel.ignored_file_allowlist", value: [] },
  ]);
  expect(open).toEqual({ parallel: { workers: 2 }, queue: { file: "q.jsonc" } });
});

test("an empty plugins section needs none", () => {
  expect(split({ plugins: { plugins: {} } }).gated).toEqual([]);
});

test.each([
  ["cursor", true],
  ["acme.relay", true],
  ["claude", false],
  ["codex", false],
  ["opencode", false],
  ["gemini", false],
  ["kimi", false],
  ["pi", false],
])("the runner %s needs trust: %p", (runner, expected) => {
  expect(needsTrust(runner)).toBe(expected);
});
