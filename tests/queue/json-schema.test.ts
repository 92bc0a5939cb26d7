import { describe, expect, test } from "bun:test";
import { queueJsonSchema } from "../../src/queue/json-schema.ts";
import { TASK_ENTRIES } from "../../src/queue/task.ts";

const schema = queueJsonSchema();
const definitions = schema.$defs ?? {};
const definition = (name: string) => {
  const found = definitions[name];
  return typeof found === "object" ? found : {};
};

test("the file: draft, title, keys", () => {
  expect(schema).toMatchObject({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "QueueFile",
    type: "object",
    required: ["version"],
    additionalProperties: false,
  });
  expect(Object.keys(schema.properties ?? {})).toEqual(["version", "tasks"]);
});

test("a task: every key in order, the four that must be there", () => {
  expect(Object.keys(definition("Task").properties ?? {})).toEqual(Object.keys(TASK_ENTRIES));
  expect(definition("Task").required).toEqual(["id", "title", "created_at", "updated_at"]);
});

describe("definitions", () => {
  test.each([
    "Task",
    "TaskAgent",
    "TaskStatus",
    "TaskPriority",
    "TaskKind",
    "Runner",
    "Model",
    "ReasoningEffort",
    "PhaseOverrides",
    "PhaseOverrideConfig",
    "RunnerCliOptionsPatch",
    "CursorRunnerConfig",
    "CursorSettingSource",
    "CursorModelParamValue",
  ])("%s is one", (name) => {
    expect(definitions).toHaveProperty(name);
  });

  test.each(Object.keys(definitions))("%s allows no unknown key if it is an object", (name) => {
    const { type, properties, additionalProperties } = definition(name);
    if (type !== "object") return;
    if (name === "CustomFields") expect(additionalProperties).toEqual({ type: ["string", "number", "boolean"] });
    else expect({ hasKeys: properties !== undefined, additionalProperties }).toEqual({ hasKeys: true, additionalProperties: false });
  });

  test("every reference has its definition", () => {
    const references = [...JSON.stringify(schema).matchAll(/"#\/\$defs\/(\w+)"/g)].map(([, name = ""]) => name);
    expect(references.length).toBeGreaterThan(10);
    for (const name of references) expect(definitions).toHaveProperty(name);
  });
});

test("every key says what it means", () => {
  const unexplained = Object.entries(definitions).flatMap(([name]) =>
    Object.entries(definition(name).properties ?? {})
      .filter(([, property]) => typeof property !== "object" || (property.description ?? "") === "")
      .map(([key]) => `${name}.${key}`),
  );
  expect(unexplained).toEqual([]);
});
