import * as v from "valibot";
import { mapOf, record } from "../../base/shape.ts";
import { HOOK_NAMES } from "../../config/code.ts";
import { CiPatterns, CODE_LAYER_ENTRIES } from "../../config/schema/code-layer.ts";
import { TEMPLATES } from "../../prompts/registry.ts";
import { Fn } from "./members.ts";
import { RunnerValue } from "./runners.ts";

/** Keys whose values are data: no function may be among them. */
export const DATA_KEYS = [...Object.keys(CODE_LAYER_ENTRIES), "ci_patterns"];

const seconds = v.pipe(v.number(), v.finite("expected a number of seconds"), v.minValue(0, "expected at least 0 seconds"));

/** The same schema under several names. */
function sameForEach<Schema extends v.GenericSchema>(names: readonly string[], schema: Schema): Record<string, Schema> {
  return Object.fromEntries(names.map((name) => [name, schema]));
}

const HookObject = record({ ...sameForEach(HOOK_NAMES, v.optional(Fn)), timeout_seconds: v.optional(seconds) });

const CommandValue = record({
  description: v.pipe(v.string(), v.trim(), v.nonEmpty("must not be blank")),
  /** Schemas of valibot's, looked at by `commandsOf`. */
  args: v.optional(v.unknown()),
  flags: v.optional(v.unknown()),
  run: Fn,
});
export type CommandValue = v.InferOutput<typeof CommandValue>;

const TEMPLATE_NAMES = Object.keys(TEMPLATES);

const ENTRIES = {
  ...CODE_LAYER_ENTRIES,
  hooks: v.optional(HookObject),
  runners: v.optional(mapOf(RunnerValue)),
  commands: v.optional(mapOf(CommandValue)),
  prompts: v.optional(record(sameForEach(TEMPLATE_NAMES, v.optional(Fn)))),
  ci_patterns: v.nullish(CiPatterns),
};
const OneHookObject = record(ENTRIES);
const ManyHookObjects = record({ ...ENTRIES, hooks: v.array(HookObject) });

/** The schema of a configuration, by whether its hooks are one object or several: a union would not name what is wrong. */
export function codeSchema(value: Readonly<Record<string, unknown>>) {
  return Array.isArray(value["hooks"]) ? ManyHookObjects : OneHookObject;
}
