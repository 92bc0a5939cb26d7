import * as prompts from "@clack/prompts";
import { CueLoopError } from "../base/errors.ts";

/** Asks a yes/no question on the terminal; Ctrl-C and Escape count as no. */
export async function confirm(question: string, initial: boolean): Promise<boolean> {
  const answer = await prompts.confirm({ message: question, initialValue: initial });
  return answer === true;
}

/** The value of an answered prompt. @throws CueLoopError `ui.cancelled` for a cancelled one */
export function answered<Value>(answer: Value): Exclude<Value, symbol> {
  if (isAnswer(answer)) return answer;
  throw new CueLoopError("ui.cancelled", { message: "Cancelled; nothing was changed." });
}

function isAnswer<Value>(answer: Value): answer is Exclude<Value, symbol> {
  return typeof answer !== "symbol";
}
