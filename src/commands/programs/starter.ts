import { join, relative } from "node:path";
import { CueLoopError } from "../../base/errors.ts";
import { writeAtomic } from "../../base/files.ts";
import { CODE_FILE, codeFilePath, hasCodeFile, rivalCodeFiles } from "../../config/code-file.ts";
import { findRoot } from "../../config/paths.ts";
import { recordDecision } from "../../runtime/trust/decide.ts";
import { judgeCode } from "../../runtime/trust/judge.ts";
import { requirePerson } from "../config/trust/person.ts";
import type { Session } from "../frame/session.ts";
import text from "./starter-config.txt" with { type: "text" };
import { writeTypes } from "./write-types.ts";

/** Ends a command whose starter an agent may have asked for. Error: `config.trust_from_agent`. */
export function requireStarter(session: Session): void {
  requirePerson(session, findRoot(session.context.cwd));
}

/**
 * Writes a `cueloop.config.ts` to begin with and its types, and trusts it. One that is there stays, and so does a file that
 * another program would take for it.
 * @param place how a path is told
 * @returns what was written, relative to the root
 */
export async function writeStarter(session: Session, root: string, place: (path: string) => string): Promise<readonly string[]> {
  const { log } = session.context;
  const path = codeFilePath(root);
  if (hasCodeFile(root)) {
    log.info(`code: exists (${(await judgeCode(session.context, root, null, "none")).status}) ${place(path)}`);
    return [];
  }
  const [rival] = rivalCodeFiles(root);
  if (rival !== undefined) {
    log.warn(`code: exists (not used) ${place(rival)}: only ${CODE_FILE} is read, and not beside this file. Rename it, or remove it.`);
    return [];
  }
  writeAtomic(path, text);
  log.info(`code: created ${place(path)}`);
  const { written, advice } = writeTypes(root);
  for (const name of written) log.info(`types: created ${place(join(root, name))}`);
  if (advice !== null) log.info(advice);
  await trustStarter(session, root);
  return [relative(root, path), ...written];
}

/** Whoever asked for the starter agreed to its bytes, and to nothing besides; a no from before stays one. */
async function trustStarter({ context }: Session, root: string): Promise<void> {
  const { status, closure } = await judgeCode(context, root, null, "none");
  const isStarter = closure?.files.every(({ bytes }) => new TextDecoder().decode(bytes) === text) === true;
  try {
    if (isStarter && (status === "untrusted" || status === "changed"))
      await recordDecision(context, root, closure, { decision: "allow", via: "scaffold" });
    const isTrusted = isStarter && status !== "denied";
    context.log[isTrusted ? "info" : "warn"](
      isTrusted
        ? `The code is trusted as it was written; after a change, \`cueloop config trust allow\`.`
        : `The code is ${status}: see \`cueloop config trust review\`.`,
    );
  } catch (error) {
    if (!(error instanceof CueLoopError) || !["config.trust_unwritable", "config.trust_record"].includes(error.code)) throw error;
    context.log.warn(`The code is not trusted yet. ${error.message} ${error.hint ?? ""}`.trim());
  }
}
