import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { BaseContext } from "../../base/context.ts";
import { trackedPaths } from "../../git/repository.ts";
import { RUNTIME_DIR } from "../paths.ts";
import { repositoryIdentity } from "./repository-key.ts";
import { trustFilePath } from "./trust-file.ts";

/**
 * Whether the trust file came with the repository: git tracks the file, or what its path leads through, a link
 * or a submodule, or the file is tracked where a link leads.
 * @throws CueLoopError `git.*` when git cannot tell
 */
export async function isTrustFileTracked(context: BaseContext, root: string): Promise<boolean> {
  const file = trustFilePath(root);
  // Letter case is ignored: on some file systems `.CueLoop` is the same directory.
  const way = [RUNTIME_DIR, `${RUNTIME_DIR}/${basename(file)}`];
  const tracked = await trackedPaths({ ...context, root }, RUNTIME_DIR);
  if (tracked.some((path) => way.includes(path.toLowerCase()))) return true;
  const real = realpathSync(file);
  const directory = dirname(real);
  const isOrdinary = directory === join(realpathSync(root), RUNTIME_DIR);
  const owner = repositoryIdentity(directory);
  if (owner.commonDir === null || (isOrdinary && owner.commonDir === repositoryIdentity(root).commonDir)) return false;
  return (await trackedPaths({ ...context, root: directory }, basename(real))).length > 0;
}
