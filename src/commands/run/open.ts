import { isCueLoopError } from "../../base/errors.ts";
import { findRoot, globalConfigPath, projectConfigPath } from "../../config/paths.ts";
import type { LoadedRepo } from "../../config/resolve.ts";
import { openRepo } from "../frame/repo.ts";
import type { Session } from "../frame/session.ts";
import type { GlobalFlags } from "../line/words.ts";

/** What a run's command line says about opening its repository. */
export interface RunOpening {
  readonly profile: string | undefined;
  readonly nonInteractive: boolean;
  readonly dryRun?: boolean;
  readonly globals: GlobalFlags;
}

/** The repository of a run. Where only keys that nobody knows are in the way, they are repaired as the person says. */
export async function openForRun(session: Session, run: RunOpening): Promise<LoadedRepo> {
  const { profile, nonInteractive } = run;
  const open = () => openRepo(session, { ...(profile === undefined ? {} : { profile }), nonInteractive });
  try {
    return await open();
  } catch (error) {
    if (run.dryRun === true || run.globals.noSanityChecks || !isCueLoopError(error, "config.layer")) throw error;
    const file = error.where?.file;
    const { root, global } = filesOf(session);
    if (file === undefined || (file !== root && file !== global)) throw error;
    const { repairUnknownKeys } = await import("./repair-config.ts");
    const { stdin, stdout } = session.options.isTerminal;
    const ask = stdin && stdout && !nonInteractive;
    // The person's own file holds for every repository: nothing in it is changed without a word of theirs.
    const repaired = await repairUnknownKeys(session, file, { ask, autoFix: run.globals.autoFix && file === root });
    if (repaired === "unchanged") throw error;
    return repaired === "left" ? open() : openForRun(session, run);
  }
}

function filesOf(session: Session): { readonly root: string; readonly global: string | null } {
  return { root: projectConfigPath(findRoot(session.context.cwd)), global: globalConfigPath(session.context.env) };
}
