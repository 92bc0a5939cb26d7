import { expect, test } from "bun:test";
import { configJsonSchema } from "../../src/config/json-schema.ts";
import { MEANINGS } from "../../src/config/meanings.ts";

const text = JSON.stringify(configJsonSchema());
const schema: unknown = JSON.parse(text);

function at(path: string): unknown {
  let current = schema;
  for (const key of path.split("/")) {
    if (typeof current !== "object" || current === null) return undefined;
    current = Object.getOwnPropertyDescriptor(current, key)?.value;
  }
  return current;
}

test("the root is a closed object of the draft of 2020-12", () => {
  expect(schema).toMatchObject({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Config",
    type: "object",
    additionalProperties: false,
  });
  expect(Object.keys(Object(at("properties")))).toEqual([
    "$schema",
    "version",
    "project_type",
    "queue",
    "agent",
    "parallel",
    "loop",
    "plugins",
    "profiles",
  ]);
  expect(at("properties/queue/default/id_prefix")).toBe("RQ");
  expect(at("properties/version/default")).toBe(2);
});

test("the definitions have their names", () => {
  const names =
    "AgentConfig CiGateConfig ClaudePermissionMode CursorModelParamValue CursorRunnerConfig CursorSettingSource GitPublishMode GitRevertMode LoopConfig Model NotificationConfig ParallelConfig PhaseOverrideConfig PhaseOverrides PluginConfig PluginsConfig ProjectType QueueAgingThresholds QueueConfig ReasoningEffort Runner RunnerApprovalMode RunnerCliConfigRoot RunnerCliOptionsPatch RunnerOutputFormat RunnerPlanMode RunnerRetryConfig RunnerSandboxMode RunnerVerbosity ScanPromptVersion UnsupportedOptionPolicy WebhookConfig WebhookEventSubscription WebhookQueuePolicy";
  expect(Object.keys(Object(at("$defs"))).sort()).toEqual(names.split(" "));
});

test("every object with fixed keys is closed, and nothing is required", () => {
  const closed = Object.entries(Object(at("$defs"))).filter(([, definition]) => JSON.stringify(definition).startsWith('{"type":"object"'));
  expect(closed.length).toBeGreaterThan(10);
  for (const [, definition] of closed) expect(definition).toMatchObject({ additionalProperties: false });
  expect(text).not.toContain('"required"');
});

test("optional leaves allow null, sections do not", () => {
  expect(at("$defs/AgentConfig/properties/phases")).toMatchObject({
    anyOf: [{ type: "integer", minimum: 1, maximum: 3 }, { type: "null" }],
  });
  expect(at("$defs/AgentConfig/properties/runner")).toMatchObject({ anyOf: [{ $ref: "#/$defs/Runner" }, { type: "null" }] });
  expect(at("$defs/AgentConfig/properties/webhook")).toMatchObject({ $ref: "#/$defs/WebhookConfig" });
  expect(at("$defs/AgentConfig/properties/webhook")).not.toHaveProperty("anyOf");
  expect(at("properties/queue/$ref")).toBe("#/$defs/QueueConfig");
});

test("the removed key that still loads is not offered", () => {
  expect(text).not.toContain('"cursor_bin"');
});

test.each(["Runner", "Model"])("%s is open text with examples", (name) => {
  expect(at(`$defs/${name}`)).toMatchObject({ type: "string", minLength: 1, examples: expect.any(Array) });
});

test.each([
  ["QueueConfig/properties/id_width", { minimum: 1, maximum: 255 }],
  ["QueueConfig/properties/size_warning_threshold_kb", { minimum: 100, maximum: 10_000 }],
  ["QueueConfig/properties/task_count_warning_threshold", { minimum: 50, maximum: 5000 }],
  ["QueueConfig/properties/max_dependency_depth", { minimum: 1, maximum: 100 }],
  ["QueueConfig/properties/auto_archive_terminal_after_days", { minimum: 0, maximum: 3650 }],
  ["QueueAgingThresholds/properties/warning_days", { minimum: 0, maximum: 3650 }],
  ["AgentConfig/properties/iterations", { minimum: 1, maximum: 255 }],
  ["AgentConfig/properties/session_timeout_hours", { minimum: 1 }],
  ["NotificationConfig/properties/timeout_ms", { minimum: 1000, maximum: 60_000 }],
  ["WebhookConfig/properties/timeout_secs", { minimum: 1, maximum: 300 }],
  ["WebhookConfig/properties/parallel_queue_multiplier", { minimum: 1, maximum: 10 }],
  ["RunnerRetryConfig/properties/max_attempts", { minimum: 1, maximum: 20 }],
  ["RunnerRetryConfig/properties/jitter_ratio", { minimum: 0, maximum: 1 }],
  ["ParallelConfig/properties/workers", { minimum: 1, maximum: 255 }],
  ["ParallelConfig/properties/max_push_attempts", { minimum: 1, maximum: 255 }],
  ["ParallelConfig/properties/workspace_retention_hours", { minimum: 1 }],
  ["LoopConfig/properties/empty_poll_ms", { minimum: 50 }],
  ["LoopConfig/properties/wait_timeout_seconds", { minimum: 0 }],
])("%s states its range", (path, range) => {
  const leaf = at(`$defs/${path}/anyOf/0`);
  const { type, ...stated } = Object(leaf);
  expect(["integer", "number"]).toContain(type);
  expect(stated).toEqual(range);
});

test("every key says what it means, and nothing else is explained", () => {
  const sections = { Config: schema, ...Object(at("$defs")) };
  const keys = Object.entries(sections).flatMap(([name, section]) =>
    Object.keys(Object(Object(section).properties)).map((key) => `${name}.${key}`),
  );
  const explained = Object.entries(MEANINGS).flatMap(([name, meanings]) => Object.keys(meanings).map((key) => `${name}.${key}`));
  expect(explained.sort()).toEqual(keys.sort());
  expect(at("$defs/CiGateConfig/properties/argv/description")).toContain("without a shell");
});
