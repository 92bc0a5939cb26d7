import { isAbsolute, join } from "node:path";
import { CueLoopError } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import type { Session } from "../frame/session.ts";

export interface Input {
  readonly text: string;
  /** Its path, or what stands for it in messages. */
  readonly name: string;
}

/** The document a command is given: a file, or stdin without a path or with `-`. Errors: `input.blank`, `input.missing`, `input.terminal`. */
export async function readInput(session: Session, path: string | undefined): Promise<Input> {
  if (path === undefined || path === "-")
    return { text: await readStdin(session, "Give a file with --input PATH, or pipe the document in."), name: "stdin" };
  const file = inputPath(session, path);
  const text = readTextIfExists(file);
  if (text !== null) return { text, name: path };
  throw new CueLoopError("input.missing", {
    message: `There is no file ${path}.`,
    hint: "--input takes a path, or `-` for stdin.",
    where: { file },
  });
}

/** The absolute path behind `--input`. Error: `input.blank`. */
export function inputPath(session: Session, path: string): string {
  if (path.trim() === "") throw new CueLoopError("input.blank", { message: "--input is blank.", hint: "Give a path, or `-` for stdin." });
  return isAbsolute(path) ? path : join(session.context.cwd, path);
}

/** All of stdin; a terminal there is refused instead of waited for. */
export async function readStdin(session: Session, hint: string): Promise<string> {
  if (session.options.isTerminal.stdin) {
    throw new CueLoopError("input.terminal", { message: "stdin is a terminal, so there is nothing to read.", hint });
  }
  return Bun.stdin.text();
}
