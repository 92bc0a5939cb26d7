import { join } from "node:path";
import { CueLoopError, isCueLoopError } from "../../base/errors.ts";
import type { CodeContext, CodeLayer } from "../../config/code.ts";
import type { InsideRun } from "../../config/context.ts";
import { RUNTIME_DIR } from "../../config/paths.ts";
import type { LoadOptions } from "../../config/resolve.ts";
import type { ResolvedConfig } from "../../config/resolved.ts";
import { readRegistry } from "../../run/processes/registry.ts";
import type { Closure } from "../../runtime/closure/closure.ts";
import { loadClosure } from "../../runtime/load/load.ts";
import { recordDecision } from "../../runtime/trust/decide.ts";
import { judgeCode } from "../../runtime/trust/judge.ts";
import { keepCommands } from "../../runtime/trust/known-commands.ts";
import { notice, refusal } from "../../runtime/trust/messages.ts";
import { reviewLines } from "../../runtime/trust/review.ts";
import type { CodeState } from "../../runtime/trust/state.ts";
import { version } from "../../version.ts";
import { isGlobalFlag } from "../line/words.ts";
import { registry } from "../registry.ts";
import { allowedByEnvironment } from "./code-notice.ts";
import { mayDecide } from "./person.ts";
import type { Session } from "./session.ts";
import { virtualModules } from "./virtual-modules.ts";

export interface CodeUse {
  readonly root: string;
  readonly insideRun: InsideRun | null;
  /** Whether a person may be asked. */
  readonly interactive: boolean;
  /** Nothing is written, not even what completion goes by. */
  readonly readOnly?: true;
}

type CodeOption = NonNullable<LoadOptions["code"]>;

/** The digest that is allowed without a decision: by the environment, or inside a run by the run, which runs that content itself. */
function allowedHere(session: Session, { root, insideRun }: CodeUse): string | null {
  if (insideRun === null) return allowedByEnvironment(session.context.env, root);
  return readRegistry(join(root, RUNTIME_DIR), insideRun.runId)?.gate.hooks_digest ?? null;
}

/**
 * The layer for a command that runs the code: it is trusted, or the person on the terminal agrees to it now, or the
 * command ends here. Errors: `runtime.*`.
 */
export function codeToRun(session: Session, use: CodeUse): CodeOption {
  return async (data) => {
    const pinned = allowedHere(session, use);
    const state = await judgeCode(session.context, use.root, pinned);
    warnOfStore(session, state);
    const { closure } = state;
    if (state.status === "absent") return null;
    // The gate of a run is the run's own: what an agent makes of the file neither changes nor blocks it.
    if (use.insideRun !== null && state.status !== "trusted") return null;
    if (closure === null) throw refusal(state, pinned);
    if (state.status !== "trusted") await agreeNow(session, use, state, { closure, pinned });
    const layer = await load(session, use.root, closure, data);
    // What the environment allows, it allows for this process alone.
    if (use.readOnly !== true && pinned === null) keepCommands(session.context, use.root, layer.code);
    return layer;
  };
}

/** The layer for a command that shows what holds: code that is trusted takes part, other code is told of. */
export function codeToShow(session: Session, root: string): CodeOption {
  return async (data) => {
    const state = await judgeCode(session.context, root, allowedByEnvironment(session.context.env, root), "none");
    const line = notice(state);
    if (line !== null) session.context.log.warn(line);
    else warnOfStore(session, state);
    if (state.status !== "trusted" || state.closure === null) return null;
    try {
      return await load(session, root, state.closure, data);
    } catch (problem) {
      if (!(problem instanceof CueLoopError)) throw problem;
      session.context.log.warn(notice({ ...state, status: "error", problem }) ?? "");
      return null;
    }
  };
}

/** What the user decided about the code of a repository; nothing of it runs. */
export async function codeStateFor(session: Session, root: string): Promise<CodeState> {
  const state = await judgeCode(session.context, root, allowedByEnvironment(session.context.env, root), "none");
  warnOfStore(session, state);
  return state;
}

interface Offered {
  readonly closure: Closure;
  /** The digest that the environment allows, which is another; null: none. */
  readonly pinned: string | null;
}

async function agreeNow(session: Session, { root, interactive }: CodeUse, state: CodeState, { closure, pinned }: Offered): Promise<void> {
  if (!interactive || !mayDecide(session.context.env, root)) throw refusal(state, pinned);
  const { askAboutCode } = await import("../../ui/questions/code.ts");
  await session.flush();
  if (!(await askAboutCode(reviewLines(session.context, root, state), process.stderr))) throw refusal(state, pinned);
  try {
    await recordDecision(session.context, root, closure, { decision: "allow", via: "prompt" });
  } catch (error) {
    if (!isCueLoopError(error, "config.trust_unwritable")) throw error;
    session.context.log.warn(error.message);
  }
}

async function load(session: Session, root: string, closure: Closure, config: ResolvedConfig): Promise<CodeLayer> {
  const input: CodeContext = {
    repoRoot: root,
    configFile: `${closure.boundary}/${closure.entry}`,
    command: session.options.path,
    config,
    version,
  };
  session.ranUserCode = true;
  // While the code is evaluated, standard output leads elsewhere.
  await session.flush();
  return loadClosure(session.context, closure, input, { modules: virtualModules(session), isBuiltIn });
}

/** True for the first word of a command of the program's own, and for a flag of every command's. */
function isBuiltIn(name: string): boolean {
  if (name.startsWith("--")) return name === "--format" || name === "--help" || isGlobalFlag(name);
  return name === "help" || Object.keys(registry).some((path) => path === name || path.startsWith(`${name} `));
}

function warnOfStore(session: Session, { unusable }: CodeState): void {
  if (unusable !== null) session.context.log.warn(`Your trust decisions can neither be read nor kept: ${unusable}.`);
}
