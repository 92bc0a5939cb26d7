import { CueLoopError } from "../../../base/errors.ts";
import { deniedDirectory, normaliseAllowlistEntry } from "../../../config/validate/allowlist.ts";
import { insideRoot } from "../../../run/trees.ts";
import type { WorktreeContext } from "../context.ts";
import { canonicalPath } from "../note.ts";
import { globTest } from "./glob.ts";
import { ignoredFiles, seedSource } from "./seed-files.ts";

/**
 * Tries each entry of `parallel.ignored_file_allowlist` on the files that are there, so that a bad one stops the run and
 * not every task of it; one that matches nothing is a warning.
 * @param root absolute parent of the worktrees
 * Error: `parallel.allowlist`, naming the entry and the file.
 */
export async function checkAllowlist(ctx: WorktreeContext, root: string): Promise<void> {
  const entries = ctx.config.parallel.ignored_file_allowlist ?? [];
  if (entries.length === 0) return;
  const files = await ignoredFiles(ctx);
  const workers = insideRoot(canonicalPath(ctx.root), canonicalPath(root));
  for (const [index, entry] of entries.entries()) {
    const name = `parallel.ignored_file_allowlist[${index}] (${JSON.stringify(entry)})`;
    const matches = files.filter(globTest(normaliseAllowlistEntry(entry)));
    if (matches.length === 0) ctx.log.warn(`${name} matches no ignored file and is skipped.`);
    for (const file of matches) {
      const denied = deniedDirectory(file);
      if (denied !== null) throw bad(name, `matches ${file}, which is in \`${denied}\` and never copied`);
      if (workers !== null && file.startsWith(`${workers}/`)) throw bad(name, `matches ${file}, which is in the workers' directory`);
      try {
        seedSource({ root: ctx.root, workspaceRoot: root }, file);
      } catch (error) {
        if (error instanceof CueLoopError) throw bad(name, `matches a file that cannot be copied. ${error.message}`);
        throw error;
      }
    }
  }
}

function bad(name: string, what: string): CueLoopError {
  return new CueLoopError("parallel.allowlist", {
    message: `${name} ${what.endsWith(".") ? what : `${what}.`}`,
    hint: "Make the entry narrower, or take it out.",
    where: { path: "parallel.ignored_file_allowlist" },
  });
}
