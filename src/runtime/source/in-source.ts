import { CueLoopError } from "../../base/errors.ts";
import { sourceFrame } from "./frame.ts";

/** The error with the lines around the place it names; as it is where the text is not among the sources. */
export function inSource(error: CueLoopError, sources: ReadonlyMap<string, string>): CueLoopError {
  const { file, line, column } = error.where ?? {};
  const text = file === undefined ? undefined : sources.get(file);
  if (text === undefined || line === undefined || error.where === undefined) return error;
  const frame = sourceFrame(text, line, column ?? 1);
  if (frame === "") return error;
  return new CueLoopError(error.code, {
    message: `${error.message}\n${frame}`,
    where: error.where,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  });
}
