import { type CueLoopError, isCueLoopError } from "../../src/base/errors.ts";

/** The CueLoopError an action throws, or a promise rejects with; fails when there is none. */
export async function errorOf(action: Promise<unknown> | (() => unknown)): Promise<CueLoopError> {
  try {
    await (typeof action === "function" ? action() : action);
  } catch (error) {
    if (isCueLoopError(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** Its code. */
export async function codeOf(action: Promise<unknown> | (() => unknown)): Promise<string> {
  return (await errorOf(action)).code;
}
