import { isAbsolute } from "node:path";
import { isIgnored } from "../../git/repository.ts";
import { type GitContext, git } from "../../git/run.ts";

/** Warns where git hooks that a hook manager keeps in an ignored directory will not be there in worktrees. */
export async function warnOfMissingHooks(ctx: GitContext): Promise<void> {
  const directory = (await git(ctx, ["config", "--type=path", "--get", "core.hooksPath"])).stdout.trim();
  if (directory === "" || isAbsolute(directory) || !(await isIgnored(ctx, directory))) return;
  ctx.log.warn(
    `core.hooksPath is \`${directory}\`, which git ignores: workers' commits run without these hooks, because no worktree has them. \`parallel.setup\` can put them there.`,
  );
}
