import type { RepoContext } from "../../config/context.ts";
import type { GitContext } from "../../git/run.ts";

/** A checkout whose worktrees are made and removed: `root` is the coordinator's, at the top level of its repository. */
export interface WorktreeContext extends Omit<RepoContext, "root">, GitContext {}
