import { CueLoopError } from "../base/errors.ts";
import type { InsideRun } from "../config/context.ts";
import { findRoot, type LoadedRepo, loadRepo } from "../config/resolve.ts";
import { detectInsideRun } from "../run/processes/inside.ts";
import type { CommandKind } from "./base.ts";
import type { Session } from "./session.ts";

export interface OpenOptions {
  /** Name of the profile to apply. */
  readonly profile?: string;
  /** Never ask, even on a terminal. */
  readonly nonInteractive?: boolean;
  /** For the command that sets a repository up: trust is not looked at. */
  readonly init?: boolean;
}

/**
 * The repository of the working directory, configured for this command: withheld or
 * refused values of an untrusted layer, the rule for commands inside a run.
 * @throws CueLoopError `run.inside_run` for a command that an agent may not use
 */
export async function openRepo(session: Session, options: OpenOptions = {}): Promise<LoadedRepo> {
  const { context } = session;
  const { kind, isTerminal } = session.options;
  const insideRun = detectInsideRun(context, findRoot(context.cwd));
  if (insideRun !== null && !session.options.insideRunAllowed) throw refusedInsideRun(session, insideRun);
  const interactive = isTerminal.stdin && isTerminal.stderr && options.nonInteractive !== true && insideRun === null;
  const repo = await loadRepo(context, {
    kind: options.init === true ? "init" : loadKind(kind, insideRun),
    insideRun,
    interactive,
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(interactive ? { askTrust: async (changes) => (await import("../ui/trust-question.ts")).askTrust(changes) } : {}),
  });
  for (const warning of repo.warnings) context.log.warn(warning);
  return repo;
}

/** Inside a run nothing is started by the configuration as it is now: what the run's start settled holds. */
function loadKind(kind: CommandKind, insideRun: InsideRun | null): "read" | "write" | "execute" {
  return kind === "none" || (kind === "execute" && insideRun !== null) ? "read" : kind;
}

/** Commands an agent may type instead of one it may not. */
const INSTEAD: Readonly<Record<string, string>> = {
  "task add": "`cueloop task insert`",
  "task status": "`cueloop task done ID` or `cueloop task reject ID` for the run's own task",
};

function refusedInsideRun(session: Session, insideRun: InsideRun): CueLoopError {
  const words = session.options.argv.filter((argument) => !argument.startsWith("-")).slice(0, 2);
  const instead = INSTEAD[words.join(" ")];
  return new CueLoopError("run.inside_run", {
    message: `\`cueloop ${words.join(" ")}\` does not work from inside a run (run ${insideRun.runId}). An agent may read, report its own task by \`task done\` or \`task reject\`, and propose tasks by \`task insert\`.`,
    ...(instead === undefined ? {} : { hint: `Use ${instead}.` }),
  });
}
