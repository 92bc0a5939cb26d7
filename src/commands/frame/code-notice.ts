import type { Environment } from "../../base/context.ts";
import { CueLoopError, causeChain } from "../../base/errors.ts";
import { unchangedDigest } from "../../runtime/trust/unchanged.ts";
import { mayDecide } from "./person.ts";
import type { Session } from "./session.ts";

/** One line for a command that goes without the code, unless the code is trusted. Such a command never fails for it. */
export async function tellOfCode(session: Session, root: string): Promise<void> {
  try {
    const pinned = allowedByEnvironment(session.context.env, root);
    if (pinned === null && unchangedDigest(session.context, root) !== null) return;
    const [{ judgeCode }, { notice }] = await Promise.all([
      import("../../runtime/trust/judge.ts"),
      import("../../runtime/trust/messages.ts"),
    ]);
    const line = notice(await judgeCode(session.context, root, pinned));
    if (line !== null) session.context.log.warn(line);
  } catch (error) {
    if (!(error instanceof CueLoopError)) throw error;
    session.context.log.warn(causeChain(error).join(": "));
  }
}

/** Where a name that is no command may come from; null when the code is trusted, and so would have been asked. Never fails. */
export async function unknownNameHint(session: Session, root: string): Promise<string | null> {
  try {
    const { judgeCode } = await import("../../runtime/trust/judge.ts");
    const { status } = await judgeCode(session.context, root, allowedByEnvironment(session.context.env, root));
    if (status === "trusted" || status === "absent") return null;
    const reason = status === "error" ? "it cannot be read" : `it is ${status}`;
    return `cueloop.config.ts may define it, and is not used: ${reason}. See \`cueloop config trust review\`.`;
  } catch (error) {
    if (!(error instanceof CueLoopError)) throw error;
    return null;
  }
}

/**
 * The digest that the environment allows for this process. An agent's environment allows nothing: it is the agent that
 * would say so.
 */
export function allowedByEnvironment(env: Environment, root: string): string | null {
  const digest = env["CUELOOP_TRUST_DIGEST"]?.trim() ?? "";
  return digest !== "" && mayDecide(env, root) ? digest : null;
}
