import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import { describeDefinitions, describeProperties } from "../config/describe.ts";
import { MEANINGS } from "../config/meanings.ts";
import { CursorRunnerConfig, PhaseOverrideConfig, PhaseOverrides, RunnerCliOptionsPatch } from "../config/schema/agent.ts";
import {
  CursorModelParamValue,
  CursorSettingSource,
  Model,
  ReasoningEffort,
  Runner,
  RunnerApprovalMode,
  RunnerOutputFormat,
  RunnerPlanMode,
  RunnerSandboxMode,
  RunnerVerbosity,
  UnsupportedOptionPolicy,
} from "../config/schema/values.ts";
import { QueueFileRecord } from "./file.ts";
import { TASK_MEANINGS } from "./meanings.ts";
import { CustomFields, TaskKind, TaskPriority, TaskRecord, TaskStatus } from "./task.ts";
import { ModelEffort, TaskAgent } from "./task-agent.ts";

const DEFINITIONS = {
  Task: TaskRecord,
  TaskAgent,
  TaskStatus,
  TaskPriority,
  TaskKind,
  CustomFields,
  Runner,
  Model,
  ModelEffort,
  ReasoningEffort,
  PhaseOverrides,
  PhaseOverrideConfig,
  RunnerCliOptionsPatch,
  RunnerOutputFormat,
  RunnerVerbosity,
  RunnerApprovalMode,
  RunnerSandboxMode,
  RunnerPlanMode,
  UnsupportedOptionPolicy,
  CursorRunnerConfig,
  CursorSettingSource,
  CursorModelParamValue,
};

/** Keys a task must have to be valid; the first two are needed to be read at all. */
const REQUIRED = ["id", "title", "created_at", "updated_at"];

/** The JSON Schema (draft 2020-12) of a queue or done file, made from the schemas that read it. */
export function queueJsonSchema(): JsonSchema {
  const schema = toJsonSchema(QueueFileRecord, {
    target: "draft-2020-12",
    typeMode: "output",
    errorMode: "ignore",
    definitions: DEFINITIONS,
    overrideSchema({ valibotSchema, jsonSchema }) {
      if (valibotSchema.type === "custom") return { type: "object", additionalProperties: { type: ["string", "number", "boolean"] } };
      const { properties } = jsonSchema;
      if (properties?.["id"] === undefined || properties["title"] === undefined) return null;
      return {
        ...jsonSchema,
        properties: { ...properties, created_at: { type: "string" }, updated_at: { type: "string" } },
        required: REQUIRED,
      };
    },
  });
  const { $schema, $defs, properties, ...rest } = schema;
  return {
    ...($schema === undefined ? {} : { $schema }),
    title: "QueueFile",
    ...rest,
    properties: describeProperties("QueueFile", properties ?? {}, TASK_MEANINGS),
    $defs: describeDefinitions($defs ?? {}, { ...MEANINGS, ...TASK_MEANINGS }),
  };
}
