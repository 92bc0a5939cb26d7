import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/** The canonical git top level that holds a root, or the canonical root where there is no git. Git is not asked. */
export function boundaryOf(root: string): string {
  const canonical = realpathSync(root);
  for (let directory = canonical; ; directory = dirname(directory)) {
    if (existsSync(join(directory, ".git"))) return directory;
    if (dirname(directory) === directory) return canonical;
  }
}
