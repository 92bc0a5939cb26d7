import { isPlainObject } from "../../base/shape.ts";
import { HOOK_NAMES, type HookName, type HookObject, type UserFunction } from "../../config/code.ts";
import type { UserRealm } from "../load/realm.ts";
import { isFunction } from "./members.ts";

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
