import type { Writable } from "node:stream";
import * as prompts from "@clack/prompts";
import { CueLoopError } from "../../base/errors.ts";

/** Asks a yes/no question on the terminal; Ctrl-C and Escape count as no. `output`: where it is drawn, standard output if left out. */
export async function confirm(question: string, initial: boolean, output?: Writable): Promise<boolean> {
  const answer = await prompts.confirm({ message: question, initialValue: initial, ...(output === undefined ? {} : { output }) });
  return answer === true;
}

/** Tells something, asks whether that is agreed to, and is drawn where it is told to be; the default is no. */
export async function consent(title: string, told: string, question: string, output: Writable): Promise<boolean> {
  prompts.note(told, title, { output });
  return confirm(question, false, output);
}

/** The value of an answered prompt. @throws CueLoopError `ui.cancelled` for a cancelled one */
export function answered<Value>(answer: Value): Exclude<Value, symbol> {
  if (isAnswer(answer)) return answer;
  throw new CueLoopError("ui.cancelled", { message: "Cancelled; nothing was changed." });
}

function isAnswer<Value>(answer: Value): answer is Exclude<Value, symbol> {
  return typeof answer !== "symbol";
}
