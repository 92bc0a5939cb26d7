import * as v from "valibot";
import type { JsonPath } from "../../base/jsonc.ts";
import { invalid, type ParseSource } from "../../base/parse.ts";
import { isPlainObject, recordWithNull } from "../../base/shape.ts";
import type { CodeRunner, UserFunction } from "../../config/code.ts";
import { CodeRunnerSettings, RUNNER_FUNCTIONS, RUNNER_SETTINGS, type RunnerFunction } from "../../config/schema/code-runner.ts";
import { isBuiltInRunner, normaliseRunnerId } from "../../config/schema/values.ts";
import type { Runner } from "../../runners/runner.ts";
import type { UserRealm } from "../load/realm.ts";
import { Fn, isFunction, requireName, taken } from "./members.ts";

type RunnerKey<Kind> = Kind extends Kind ? keyof Kind : never;

const FUNCTIONS = {
  command: v.optional(Fn),
  resume: v.optional(Fn),
  parse: v.optional(Fn),
  createParser: v.optional(Fn),
  run: v.optional(Fn),
  newSessionId: v.optional(Fn),
  isUnknownSession: v.optional(Fn),
  classify: v.optional(Fn),
} satisfies Record<RunnerFunction, v.GenericSchema>;

/** What `defineRunner` takes; every member of its type is among them. */
export const RunnerValue = recordWithNull({ ...FUNCTIONS, ...RUNNER_SETTINGS } satisfies Record<RunnerKey<Runner>, v.GenericSchema>);
type RunnerValue = v.InferOutput<typeof RunnerValue>;

/** What makes no sense beside `run`, and which two are ways to do the same. */
const EITHER: readonly (readonly [keyof RunnerValue, keyof RunnerValue])[] = [
  ["command", "run"],
  ["resume", "run"],
  ["parse", "run"],
  ["createParser", "run"],
  ["program", "run"],
  ["parse", "createParser"],
];

/** Runners by id. Error `file.invalid` for an id that is taken, and for one with no way to run or with two. */
export function runnersOf(
  runners: Readonly<Record<string, RunnerValue>>,
  written: unknown,
  realm: UserRealm,
  source: ParseSource,
): ReadonlyMap<string, CodeRunner> {
  return new Map(
    Object.entries(runners).map(([id, runner]) => {
      const path = ["runners", id];
      const wanted = normaliseRunnerId(id);
      if (isBuiltInRunner(wanted) || /^(?:acp|replay)(?:$|:)/.test(wanted)) throw taken(source, path, "a runner of CueLoop's own");
      requireName(source, path, /^[A-Za-z0-9][A-Za-z0-9._-]*$/, "must be letters, digits, dots, dashes and underscores");
      requireOneWay(runner, source, path);
      const self = isPlainObject(written) ? written[id] : undefined;
      const functions = RUNNER_FUNCTIONS.flatMap((name): [RunnerFunction, UserFunction][] => {
        const body = runner[name];
        return body === undefined ? [] : [[name, wrapped(realm, id, name, { body, self })]];
      });
      return [wanted, { functions: new Map(functions), settings: v.parse(CodeRunnerSettings, runner) }];
    }),
  );
}

function requireOneWay(runner: RunnerValue, source: ParseSource, path: JsonPath): void {
  if (runner.command === undefined && runner.run === undefined)
    throw invalid(source, "configuration", path, { message: "needs `command` or `run`" });
  const both = EITHER.find((pair) => pair.every((key) => runner[key] !== undefined));
  if (both === undefined) return;
  const message = `has both \`${both[0]}\` and \`${both[1]}\`, and only one can hold`;
  throw invalid(source, "configuration", path, { message });
}

/** A function under its name; what a parser does later has the name too. */
function wrapped(realm: UserRealm, id: string, name: RunnerFunction, { body, self }: { body: UserFunction; self: unknown }): UserFunction {
  const label = `runners.${id}.${name}`;
  const call = realm.wrap(label, body, self);
  if (name !== "createParser") return call;
  return (...args) => {
    const parser: unknown = call(...args);
    if (!isPlainObject(parser)) return parser;
    const method = (value: unknown) => (isFunction(value) ? realm.wrap(label, value, parser) : value);
    return { line: method(parser["line"]), end: method(parser["end"]) };
  };
}
