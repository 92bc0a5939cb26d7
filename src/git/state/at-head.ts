import { fromTop, workTreeLayout } from "../repository.ts";
import { type GitContext, gitRecords } from "../run.ts";
import { type Exclusions, exclusionTest } from "./exclude.ts";
import { parseStatus, type StatusEntry } from "./status.ts";

/** What in the work tree and the index is otherwise than in HEAD: every single file, submodules with changes inside too. */
export async function differencesFromHead(ctx: GitContext): Promise<StatusEntry[]> {
  const args = [
    "--no-optional-locks",
    "status",
    "--porcelain=v1",
    "-z",
    "--untracked-files=all",
    "--ignore-submodules=none",
    "--no-renames",
  ];
  const [layout, records] = await Promise.all([workTreeLayout(ctx), gitRecords(ctx, args)]);
  return parseStatus(records).map((entry) => ({ ...entry, path: fromTop(layout, entry.path) }));
}

/**
 * Whether work tree and index hold what HEAD holds. The excluded paths (relative to `root`) may be there or changed in
 * the work tree, but not in the index.
 */
export async function isAtHead(ctx: GitContext, exclude: Exclusions): Promise<boolean> {
  const excluded = exclusionTest(exclude);
  return (await differencesFromHead(ctx)).every((entry) => excluded(entry.path) && isUnstaged(entry));
}

/** Whether the index has the path as HEAD has it. */
export function isUnstaged({ tracked, code }: StatusEntry): boolean {
  return !tracked || /^ [MDT]$/.test(code);
}
