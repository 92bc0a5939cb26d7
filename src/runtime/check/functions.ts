import { isPlainObject } from "../../base/shape.ts";
import { HOOK_NAMES, type HookName, type HookObject, type UserFunction } from "../../config/code.ts";
import { EndableCalls } from "../hooks/endable.ts";
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

/** Prompt functions by template. One that keeps the thread to itself is ended after a minute, and by Ctrl-C. */
export function promptsOf(
  prompts: Readonly<Record<string, UserFunction | undefined>>,
  realm: UserRealm,
): ReadonlyMap<string, UserFunction> {
  const calls = new EndableCalls();
  return new Map(
    Object.entries(prompts).flatMap(([name, body]) =>
      body === undefined ? [] : [[name, endable(calls, realm.wrap(`prompts.${name}`, body, undefined))] as const],
    ),
  );
}

const PROMPT_SECONDS = 60;

function endable(calls: EndableCalls, body: UserFunction): UserFunction {
  return (...args) => {
    const end = calls.run(() => body(...args), { limitMs: PROMPT_SECONDS * 1000, byInterrupt: true });
    if (end.kind === "returned") return end.value;
    if (end.kind === "timeout") throw new Error(`it took longer than ${PROMPT_SECONDS} s`);
    // Whoever waits for Ctrl-C in this process is still to hear of it.
    process.kill(process.pid, "SIGINT");
    throw new Error("it was interrupted");
  };
}
