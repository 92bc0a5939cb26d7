import type { LoadedCode } from "../../config/code.ts";
import type { SentCode } from "../../parallel/messages.ts";
import { resolvedFrom } from "../../parallel/worker/inputs.ts";
import { loadBundle } from "../../runtime/load/load.ts";
import type { Session } from "../frame/session.ts";
import { virtualModules } from "../frame/virtual-modules.ts";

/**
 * Evaluates the executable configuration that a coordinator sent, as it did itself; nothing is read from the worktree.
 * Errors: `runtime.*`.
 */
export async function evaluateSent(session: Session, { bundle, digest, context: sent }: SentCode): Promise<LoadedCode> {
  const config = resolvedFrom(sent.config, sent.configFile);
  // Which names are taken was looked at where the code was loaded first.
  const parts = { modules: virtualModules(session), isBuiltIn: () => false };
  return (await loadBundle(session.context, { digest, bundle }, { ...sent, config }, parts)).code;
}
