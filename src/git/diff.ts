import { toTop, workTreeLayout } from "./repository.ts";
import { type GitContext, gitOk, gitRecords } from "./run.ts";
import { type Exclusions, excludingPathspecs } from "./state/exclude.ts";

export type FileChange = "added" | "modified" | "deleted" | "renamed" | "type_changed";

/** One changed file of a diff; paths relative to the top level of the repository, as git prints them. */
export interface DiffFile {
  readonly path: string;
  /** Only for renames. */
  readonly old_path?: string;
  readonly status: FileChange;
  /** Lines; null for binary files. */
  readonly insertions: number | null;
  readonly deletions: number | null;
}

export interface DiffRange {
  /** Commits or trees. */
  readonly from: string;
  readonly to: string;
  /** Relative to `root`. */
  readonly exclude?: Exclusions;
}

// `diff-tree`, unlike `diff`, runs no program that attributes and configuration name.
const PLAIN = ["-r", "-M"];

/** The changed files between two trees, renames detected. */
export async function diffFiles(ctx: GitContext, range: DiffRange): Promise<DiffFile[]> {
  const { top, pathspecs } = await prepare(ctx, range);
  return parseDiff(await gitRecords(top, ["diff-tree", ...PLAIN, "-z", "--raw", "--numstat", range.from, range.to, ...pathspecs]));
}

/** The patch as git prints it, with colour codes when `color`. */
export async function diffPatch(ctx: GitContext, range: DiffRange, color = false): Promise<string> {
  return render(ctx, range, ["-p"], color);
}

/** Git's summary per file, `columns` wide. */
export async function diffStat(ctx: GitContext, range: DiffRange, options: { color?: boolean; columns?: number } = {}): Promise<string> {
  const width = options.columns === undefined ? "--stat" : `--stat=${options.columns}`;
  return render(ctx, range, [width, "--summary"], options.color ?? false);
}

async function render(ctx: GitContext, range: DiffRange, form: readonly string[], color: boolean): Promise<string> {
  const { top, pathspecs } = await prepare(ctx, range);
  const args = ["diff-tree", ...PLAIN, ...form, color ? "--color=always" : "--color=never", range.from, range.to, ...pathspecs];
  return gitOk(top, args);
}

async function prepare(ctx: GitContext, range: DiffRange): Promise<{ top: GitContext; pathspecs: string[] }> {
  const layout = await workTreeLayout(ctx);
  const exclude = (range.exclude ?? []).map((entry) => toTop(layout, entry)).filter((entry) => !entry.startsWith("../"));
  return { top: { ...ctx, root: layout.top }, pathspecs: excludingPathspecs(exclude) };
}

const CHANGES: Readonly<Record<string, FileChange>> = {
  A: "added",
  C: "added",
  D: "deleted",
  M: "modified",
  R: "renamed",
  T: "type_changed",
};

/** Parses `diff-tree -z --raw --numstat`: all raw records first, then the counts in the same order. */
export function parseDiff(records: readonly string[]): DiffFile[] {
  const files: { path: string; old_path?: string; status: FileChange }[] = [];
  let at = 0;
  const next = (): string => records[at++] ?? "";
  while (records[at]?.startsWith(":") === true) {
    const letter = next().split(" ").at(-1)?.charAt(0) ?? "M";
    const first = next();
    const status = CHANGES[letter] ?? "modified";
    if (letter === "R") files.push({ path: next(), old_path: first, status });
    else files.push({ path: letter === "C" ? next() : first, status });
  }
  const counts = new Map<string, readonly [number | null, number | null]>();
  while (at < records.length) {
    const [insertions = "", deletions = "", ...path] = next().split("\t");
    let name = path.join("\t");
    if (name === "") {
      next();
      name = next();
    }
    counts.set(name, [lineCount(insertions), lineCount(deletions)]);
  }
  return files.map((file) => {
    const [insertions, deletions] = counts.get(file.path) ?? [null, null];
    return { ...file, insertions, deletions };
  });
}

function lineCount(text: string): number | null {
  return text === "-" ? null : Number(text);
}
