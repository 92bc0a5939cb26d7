import { existsSync } from "node:fs";
import { CueLoopError } from "../../base/errors.ts";
import { gitPath, requireWorkTree, workTreeLayout } from "../../git/repository.ts";
import { type GitContext, gitOk } from "../../git/run.ts";

const LEAST_GIT = [2, 34] as const;

/** What is going on in a checkout while one of these is in its git directory. */
const IN_PROGRESS: Readonly<Record<string, string>> = {
  MERGE_HEAD: "a merge",
  "rebase-merge": "a rebase",
  "rebase-apply": "a rebase",
  CHERRY_PICK_HEAD: "a cherry-pick",
  REVERT_HEAD: "a revert",
  BISECT_LOG: "a bisect",
};

/**
 * What worktrees need of a repository. Errors: `git.no_repository`, `parallel.git_too_old`, `parallel.subdirectory`,
 * `parallel.in_progress`.
 */
export async function requireCapable(ctx: GitContext): Promise<void> {
  await requireWorkTree(ctx);
  const version = /(\d+)\.(\d+)/.exec(await gitOk(ctx, ["--version"]));
  const [major, minor] = [Number(version?.[1] ?? 0), Number(version?.[2] ?? 0)];
  if (major < LEAST_GIT[0] || (major === LEAST_GIT[0] && minor < LEAST_GIT[1])) {
    throw new CueLoopError("parallel.git_too_old", {
      message: `git ${major}.${minor} is too old for parallel workers.`,
      hint: `They need git ${LEAST_GIT.join(".")} or newer.`,
    });
  }
  const layout = await workTreeLayout(ctx);
  if (layout.prefix !== "") {
    throw new CueLoopError("parallel.subdirectory", {
      message: `The queue is in ${layout.prefix} of the repository ${layout.top}; parallel workers need it at the top.`,
      hint: "Run without --parallel, or have `.cueloop/` at the top of the repository.",
      where: { file: ctx.root },
    });
  }
  for (const [name, what] of Object.entries(IN_PROGRESS)) {
    if (!existsSync(await gitPath(ctx, name))) continue;
    throw new CueLoopError("parallel.in_progress", {
      message: `${capital(what)} is in progress in ${ctx.root}; results could not be brought in.`,
      hint: "Finish or abort it (`git status` says how), then start again.",
      where: { file: ctx.root },
    });
  }
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
