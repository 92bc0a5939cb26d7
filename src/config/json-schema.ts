import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import { isPlainObject } from "../base/shape.ts";
import { DEFAULTS } from "./defaults.ts";
import { describeDefinitions, describeProperties } from "./describe.ts";
import { MEANINGS } from "./meanings.ts";
import * as agent from "./schema/agent.ts";
import * as sections from "./schema/sections.ts";
import * as values from "./schema/values.ts";
import { ConfigLayer } from "./schema.ts";
import { printedConfig } from "./show/document.ts";

const DEFINITIONS = {
  AgentConfig: agent.AgentConfig,
  CiGateConfig: agent.CiGateConfig,
  ClaudePermissionMode: values.ClaudePermissionMode,
  CursorModelParamValue: values.CursorModelParamValue,
  CursorRunnerConfig: agent.CursorRunnerConfig,
  CursorSettingSource: values.CursorSettingSource,
  GitPublishMode: values.GitPublishMode,
  GitRevertMode: values.GitRevertMode,
  LoopConfig: sections.LoopConfig,
  Model: values.Model,
  NotificationConfig: agent.NotificationConfig,
  ParallelConfig: sections.ParallelConfig,
  PhaseOverrideConfig: agent.PhaseOverrideConfig,
  PhaseOverrides: agent.PhaseOverrides,
  PluginConfig: sections.PluginConfig,
  PluginsConfig: sections.PluginsConfig,
  ProjectType: values.ProjectType,
  QueueAgingThresholds: sections.QueueAgingThresholds,
  QueueConfig: sections.QueueConfig,
  ReasoningEffort: values.ReasoningEffort,
  Runner: values.Runner,
  RunnerApprovalMode: values.RunnerApprovalMode,
  RunnerCliConfigRoot: agent.RunnerCliConfigRoot,
  RunnerCliOptionsPatch: agent.RunnerCliOptionsPatch,
  RunnerOutputFormat: values.RunnerOutputFormat,
  RunnerPlanMode: values.RunnerPlanMode,
  RunnerRetryConfig: agent.RunnerRetryConfig,
  RunnerSandboxMode: values.RunnerSandboxMode,
  RunnerVerbosity: values.RunnerVerbosity,
  ScanPromptVersion: values.ScanPromptVersion,
  UnsupportedOptionPolicy: values.UnsupportedOptionPolicy,
  WebhookConfig: agent.WebhookConfig,
  WebhookEventSubscription: values.WebhookEventSubscription,
  WebhookQueuePolicy: values.WebhookQueuePolicy,
};

/** The JSON Schema (draft 2020-12) of `config.jsonc`, made from the schemas that read it. */
export function configJsonSchema(): JsonSchema {
  const { $schema, $defs, properties, ...root } = toJsonSchema(ConfigLayer, {
    target: "draft-2020-12",
    typeMode: "output",
    definitions: DEFINITIONS,
    // Bounds are stated as metadata: what the width of a number allows is of no interest to a reader.
    ignoreActions: ["transform", "trim", "check", "min_value", "max_value"],
    overrideSchema: ({ valibotSchema, jsonSchema }) => tidy(valibotSchema.type, jsonSchema),
  });
  const defaults = printedConfig(DEFAULTS, { showSecrets: false });
  return {
    ...($schema === undefined ? {} : { $schema }),
    title: "Config",
    ...root,
    properties: Object.fromEntries(
      Object.entries(describeProperties("Config", properties ?? {}, MEANINGS)).map(([key, property]) => [
        key,
        isPlainObject(property) ? withDefault(property, defaults[key]) : property,
      ]),
    ),
    ...($defs === undefined ? {} : { $defs: describeDefinitions($defs, MEANINGS) }),
  };
}

function tidy(type: string, schema: JsonSchema): JsonSchema {
  if (type === "record") {
    const { propertyNames: _anyText, ...rest } = schema;
    return rest;
  }
  if (type !== "strict_object") return schema;
  // Nothing is required, and the removed key that still loads is not to be written.
  const { required: _none, properties, ...rest } = schema;
  const { cursor_bin: _removed, ...kept } = properties ?? {};
  return { ...rest, properties: kept };
}

function withDefault(property: Readonly<Record<string, unknown>>, value: unknown): JsonSchema {
  return isJson(value) ? { ...property, default: value } : { ...property };
}

type JsonValue = NonNullable<JsonSchema["default"]>;

/** The defaults are plain data; this tells the type checker. */
function isJson(value: unknown): value is JsonValue {
  return value !== undefined;
}
