import { fromTop, workTreeLayout } from "../repository.ts";
import { type GitContext, gitRecords } from "../run.ts";

export interface StatusEntry {
  /** Relative to `root`; a wholly untracked directory ends in `/`. */
  readonly path: string;
  /** The two letters git prints: index, then work tree; `??` is untracked. */
  readonly code: string;
  readonly tracked: boolean;
  /** Former path of a rename, source of a copy. */
  readonly from?: string;
}

export interface StatusOptions {
  /** `normal` (default) names a wholly untracked directory once, `all` names each file in it. */
  readonly untracked?: "normal" | "all" | "no";
}

/** Every changed, staged or untracked path of the work tree; takes no lock and writes nothing. */
export async function readStatus(ctx: GitContext, options: StatusOptions = {}): Promise<StatusEntry[]> {
  const args = ["--no-optional-locks", "status", "--porcelain=v1", "-z", `--untracked-files=${options.untracked ?? "normal"}`];
  const [layout, records] = await Promise.all([workTreeLayout(ctx), gitRecords(ctx, args)]);
  return parseStatus(records).map((entry) => ({
    ...entry,
    path: fromTop(layout, entry.path),
    ...(entry.from === undefined ? {} : { from: fromTop(layout, entry.from) }),
  }));
}

/** Parses the records of `git status --porcelain -z`: `XY path`, for renames and copies followed by the source. */
export function parseStatus(records: readonly string[]): StatusEntry[] {
  const entries: StatusEntry[] = [];
  for (let at = 0; at < records.length; at += 1) {
    const record = records[at] ?? "";
    const code = record.slice(0, 2);
    const entry = { path: record.slice(3), code, tracked: code !== "??" && code !== "!!" };
    if (/[RC]/.test(code)) {
      at += 1;
      entries.push({ ...entry, from: records[at] ?? "" });
    } else {
      entries.push(entry);
    }
  }
  return entries;
}
