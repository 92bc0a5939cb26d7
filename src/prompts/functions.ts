import { CueLoopError } from "../base/errors.ts";
import type { LoadedCode } from "../config/code.ts";
import type { FinishPrompt } from "./render.ts";

/**
 * Has the prompt functions of `cueloop.config.ts` give templates their last form; null where there are none. What they
 * return is final. Error `prompts.function_failed` for a throw, and for what is no text.
 */
export function promptFunctions(code: LoadedCode | null): FinishPrompt | null {
  if (code === null || code.prompts.size === 0) return null;
  return (name, variables, base) => {
    const body = code.prompts.get(name);
    if (body === undefined) return base;
    const what = `The prompt function ${name} failed`;
    let text: unknown;
    try {
      text = body(Object.freeze({ ...variables }), base);
    } catch (thrown) {
      throw code.errorOf(thrown, "prompts.function_failed", what);
    }
    if (typeof text === "string" && text.trim() !== "") return text;
    const { configFile } = code.context;
    throw new CueLoopError("prompts.function_failed", {
      message: `${what} (${configFile}): it must return a text that is not blank${text instanceof Promise ? ", not a promise" : ""}.`,
      where: { file: configFile },
    });
  };
}
