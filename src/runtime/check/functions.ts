import type { ParseSource } from "../../base/parse.ts";
import { isPlainObject } from "../../base/shape.ts";
import { type CodeCommand, HOOK_NAMES, type HookName, type HookObject, type UserFunction } from "../../config/code.ts";
import type { UserRealm } from "../load/realm.ts";
import { isFunction, requireName, taken } from "./members.ts";
import type { CommandValue } from "./schema.ts";

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
