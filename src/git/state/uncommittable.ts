import { fromTop, workTreeLayout } from "../repository.ts";
import { type GitContext, gitRecords } from "../run.ts";

/** What of the work tree no commit could hold as it is, relative to `root`. */
export interface Uncommittable {
  /** Paths with unresolved merge conflicts. */
  readonly unmerged: readonly string[];
  /** Submodules with changes inside them that are not committed there. */
  readonly submodules: readonly string[];
}

/** Looks for conflicts and for changes inside submodules. */
export async function uncommittable(ctx: GitContext): Promise<Uncommittable> {
  const args = ["--no-optional-locks", "status", "--porcelain=v2", "-z", "--untracked-files=no", "--ignore-submodules=none"];
  const [layout, records] = await Promise.all([workTreeLayout(ctx), gitRecords(ctx, args)]);
  const { unmerged, submodules } = parseUncommittable(records);
  const own = (paths: readonly string[]) => paths.map((path) => fromTop(layout, path));
  return { unmerged: own(unmerged), submodules: own(submodules) };
}

/** Number of fields before the path, by the kind of a record. */
const FIELDS: Readonly<Record<string, number>> = { "1": 8, "2": 9, u: 10 };

/** Parses the records of `git status --porcelain=v2 -z`; paths are relative to the top level. */
export function parseUncommittable(records: readonly string[]): Uncommittable {
  const unmerged: string[] = [];
  const submodules: string[] = [];
  for (let at = 0; at < records.length; at += 1) {
    const words = (records[at] ?? "").split(" ");
    const [kind = "", , submodule = ""] = words;
    const path = words.slice(FIELDS[kind] ?? 1).join(" ");
    if (kind === "u") unmerged.push(path);
    else if (/^S.(M.|.U)$/.test(submodule)) submodules.push(path);
    // A rename's record is followed by its source.
    if (kind === "2") at += 1;
  }
  return { unmerged, submodules };
}
