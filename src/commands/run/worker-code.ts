import type { Log } from "../../base/context.ts";
import type { LoadedCode } from "../../config/code.ts";
import type { SentCode } from "../../parallel/messages.ts";
import { resolvedFrom } from "../../parallel/worker/inputs.ts";
import { loadBundle } from "../../runtime/load/load.ts";
import type { Session } from "../frame/session.ts";
import { virtualModules } from "../frame/virtual-modules.ts";

/**
 * Evaluates the executable configuration that a coordinator sent, as it did itself; nothing is read from the worktree.
 * `log`: where what it prints goes. Errors: `runtime.*`.
 */
export async function evaluateSent(session: Session, log: Log, { bundle, digest, context: sent }: SentCode): Promise<LoadedCode> {
  const config = resolvedFrom(sent.config, sent.configFile);
  // Which names are taken was looked at where the code was loaded first.
  const parts = { modules: virtualModules(session), isBuiltIn: () => false };
  return (await loadBundle({ ...session.context, log }, { digest, bundle }, { ...sent, config }, parts)).code;
}

/** The worker's own log, of which the coordinator is told as well. */
export function toldLog(own: Log, say: (level: keyof Log, text: string) => void): Log {
  const line = (level: keyof Log) => (text: string) => {
    own[level](text);
    say(level, text);
  };
  return { error: line("error"), warn: line("warn"), info: line("info"), debug: line("debug") };
}
