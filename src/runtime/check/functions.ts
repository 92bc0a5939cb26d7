import type { JsonPath } from "../../base/jsonc.ts";
import { invalid, type ParseSource } from "../../base/parse.ts";
import { isPlainObject } from "../../base/shape.ts";
import { type CodeCommand, type CodeRunner, HOOK_NAMES, type HookName, type HookObject, type UserFunction } from "../../config/code.ts";
import { isBuiltInRunner, normaliseRunnerId } from "../../config/schema/values.ts";
import type { UserRealm } from "../load/realm.ts";
import type { CommandValue, RunnerValue } from "./schema.ts";

const WHAT = "configuration";

/** The hook objects as the user wrote them, checked before; each function is called as a method of its object. */
export function hooksOf(value: unknown, realm: UserRealm): readonly HookObject[] {
  const objects: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return objects.filter(isPlainObject).map((object) => {
    const functions = HOOK_NAMES.flatMap((name): [HookName, UserFunction][] => {
      const body = object[name];
      return isFunction(body) ? [[name, realm.wrap(`hooks.${name}`, body, object)]] : [];
    });
    const seconds = object["timeout_seconds"];
    return { functions: new Map(functions), timeoutSeconds: typeof seconds === "number" ? seconds : null };
  });
}

/** Runners by id. Error `file.invalid` for an id that is taken, and for one with neither or both ways to run. */
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
      if ((runner.command === undefined) === (runner.run === undefined)) {
        const message = runner.run === undefined ? "needs `command` or `run`" : "has both `command` and `run`, and only one can hold";
        throw invalid(source, WHAT, path, { message });
      }
      const self = isPlainObject(written) ? written[id] : undefined;
      const wrapped = (name: "command" | "resume" | "parse" | "classify" | "run") => {
        const body = runner[name];
        return body === undefined ? null : realm.wrap(`runners.${id}.${name}`, body, self);
      };
      return [
        wanted,
        {
          command: wrapped("command"),
          resume: wrapped("resume"),
          parse: wrapped("parse"),
          classify: wrapped("classify"),
          run: wrapped("run"),
          models: runner.models ?? null,
          efforts: runner.efforts ?? null,
        },
      ];
    }),
  );
}

/** Commands by the word typed. Error `file.invalid` for a word that is taken or cannot be typed. */
export function commandsOf(
  commands: Readonly<Record<string, CommandValue>>,
  realm: UserRealm,
  source: ParseSource,
  isBuiltIn: (name: string) => boolean,
): ReadonlyMap<string, CodeCommand> {
  return new Map(
    Object.entries(commands).map(([name, command]) => {
      const path = ["commands", name];
      if (isBuiltIn(name)) throw taken(source, path, "a command of CueLoop's own");
      requireName(source, path, /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, "must be lower-case letters, digits and dashes");
      const run = realm.wrap(`commands.${name}`, command.run, undefined);
      return [name, { description: command.description, args: command.args, flags: command.flags, run }];
    }),
  );
}

/** Prompt functions by template. */
export function promptsOf(
  prompts: Readonly<Record<string, UserFunction | undefined>>,
  realm: UserRealm,
): ReadonlyMap<string, UserFunction> {
  return new Map(
    Object.entries(prompts).flatMap(([name, body]) =>
      body === undefined ? [] : [[name, realm.wrap(`prompts.${name}`, body, undefined)] as const],
    ),
  );
}

function isFunction(value: unknown): value is UserFunction {
  return typeof value === "function";
}

function taken(source: ParseSource, path: JsonPath, what: string): Error {
  return invalid(source, WHAT, path, { message: `has the name of ${what}`, hint: "Choose another name." });
}

function requireName(source: ParseSource, path: JsonPath, pattern: RegExp, message: string): void {
  if (!pattern.test(String(path.at(-1)))) throw invalid(source, WHAT, path, { message: `has a name that cannot be used: it ${message}` });
}
