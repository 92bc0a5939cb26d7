import { loadDotenv } from "../../base/dotenv.ts";
import { CueLoopError } from "../../base/errors.ts";
import { createRedactor } from "../../base/redact.ts";
import { hasCodeFile } from "../../config/code-file.ts";
import type { InsideRun } from "../../config/context.ts";
import { findRoot } from "../../config/paths.ts";
import { type LoadedRepo, loadRepo } from "../../config/resolve.ts";
import { type GatedChange, isTrusted } from "../../config/trust/state.ts";
import { detectInsideRun } from "../../run/processes/inside.ts";
import type { CommandKind } from "./base.ts";
import type { Session } from "./session.ts";
import { TRUST_CLASSES, type TrustClass } from "./trust-class.ts";

export interface OpenOptions {
  /** Name of the profile to apply. */
  readonly profile?: string;
  /** Never ask, even on a terminal. */
  readonly nonInteractive?: boolean;
  /** For the command that sets a repository up: trust is not looked at. */
  readonly init?: boolean;
  /** With `init`: a project configuration that cannot be used is about to be replaced, so a warning is enough. */
  readonly replaceConfig?: boolean;
}

/**
 * The repository of the working directory, configured for this command: withheld or
 * refused values of an untrusted layer, the rule for commands inside a run.
 * @throws CueLoopError `run.inside_run` for a command that an agent may not use
 */
export async function openRepo(session: Session, options: OpenOptions = {}): Promise<LoadedRepo> {
  const { context } = session;
  const { kind, isTerminal } = session.options;
  const root = findRoot(context.cwd);
  const insideRun = detectInsideRun(context, root);
  if (insideRun !== null && !session.options.insideRunAllowed) throw refusedInsideRun(session, insideRun);
  const trustClass = hasCodeFile(root) && !session.options.noConfigTs ? trustClassOf(session) : 0;
  const interactive = isTerminal.stdin && isTerminal.stderr && options.nonInteractive !== true && insideRun === null;
  const repo = await loadRepo(context, {
    kind: options.init === true ? "init" : loadKind(kind, insideRun),
    insideRun,
    interactive,
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    replacesProject: options.init === true && options.replaceConfig === true,
    ...(interactive ? { askTrust: (changes) => askPerson(session, root, changes) } : {}),
    ...(trustClass === 2 ? { code: (await import("./code-layer.ts")).codeToRun(session, { root, insideRun, interactive }) } : {}),
  });
  if (trustClass === 1) await (await import("./code-notice.ts")).tellOfCode(session, root);
  for (const warning of repo.warnings) context.log.warn(warning);
  return kind === "execute" ? withDotenv(repo) : repo;
}

/** Asks whether the changed settings may be used. An agent that makes itself a terminal is not asked: no. */
async function askPerson(session: Session, root: string, changes: readonly GatedChange[]): Promise<boolean> {
  const { mayDecide } = await import("./person.ts");
  return mayDecide(session.context.env, root) && (await import("../../ui/questions/trust.ts")).askTrust(changes, process.stderr);
}

/** The repository for a command that shows its configuration: settings as written, and the code's where that is trusted. */
export async function showRepo(session: Session): Promise<LoadedRepo> {
  const root = findRoot(session.context.cwd);
  const withCode = hasCodeFile(root) && !session.options.noConfigTs;
  const repo = await loadRepo(session.context, {
    kind: "show",
    insideRun: null,
    ...(withCode ? { code: (await import("./code-layer.ts")).codeToShow(session, root) } : {}),
  });
  for (const warning of repo.warnings) session.context.log.warn(warning);
  return repo;
}

function trustClassOf(session: Session): TrustClass {
  return TRUST_CLASSES[session.options.path.join(" ")] ?? 2;
}

/** Variables of the nearest `.env`, for commands that start programs; one that came with the repository needs its trust. */
export function withDotenv(repo: LoadedRepo): LoadedRepo {
  const trusted = isTrusted(repo.trust);
  const { env, file, withheld, problem } = loadDotenv(repo.env, repo.cwd, { root: repo.root, trusted });
  if (withheld) repo.log.info(`${file ?? ".env"} is not loaded: it came with the repository, which is not trusted.`);
  if (problem !== null) repo.log.warn(problem);
  return { ...repo, env, redact: createRedactor(env) };
}

/** Inside a run nothing is started as the configuration says by now: what the run settled at its start holds. */
function loadKind(kind: CommandKind, insideRun: InsideRun | null): "read" | "write" | "execute" {
  return kind === "none" || (kind === "execute" && insideRun !== null) ? "read" : kind;
}

/** Commands an agent may type instead of one it may not. */
const INSTEAD: Readonly<Record<string, string>> = {
  "task add": "`cueloop task insert`",
  "task status": "`cueloop task done ID` or `cueloop task reject ID` for the run's own task",
};

/** For a command that starts agents without the repository of the working directory. Error: `run.inside_run`. */
export function requireOutsideRun(session: Session): void {
  const insideRun = detectInsideRun(session.context, findRoot(session.context.cwd));
  if (insideRun !== null) throw refusedInsideRun(session, insideRun);
}

function refusedInsideRun(session: Session, insideRun: InsideRun): CueLoopError {
  const words = session.options.argv.filter((argument) => !argument.startsWith("-")).slice(0, 2);
  const instead = INSTEAD[words.join(" ")];
  return new CueLoopError("run.inside_run", {
    message: `\`cueloop ${words.join(" ")}\` does not work from inside a run (run ${insideRun.runId}). An agent may read, report its own task by \`task done\` or \`task reject\`, and propose tasks by \`task insert\`.`,
    ...(instead === undefined ? {} : { hint: `Use ${instead}.` }),
  });
}
