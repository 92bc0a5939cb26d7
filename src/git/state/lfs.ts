import { existsSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import { commonDir } from "../repository.ts";
import { type GitContext, git, gitFailed, gitOk, gitRecords, splitRecords } from "../run.ts";
import { readStatus } from "./status.ts";

/** What is wrong with the files that Git LFS keeps. */
export interface LfsReport {
  /** One sentence each; none: all is well. */
  readonly findings: readonly string[];
  /** LFS files with changes, relative to the root. */
  readonly modified: readonly string[];
}

const POINTER = "^version https://git-lfs.github.com/spec/v1";
const BY_ATTRIBUTE = ":(attr:filter=lfs)";
/** With SHA-1 and with SHA-256. */
const EMPTY_BLOB = /^\d+ (?:e69de29bb2d1d6434b8b29ae775ad8c2e48c5391|473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813) /;

/** Looks at the LFS files of a checkout with changes; null where nothing was changed or LFS is not used. */
export async function inspectLfs(ctx: GitContext): Promise<LfsReport | null> {
  if (!(await isLfsUsed(ctx))) return null;
  const status = await readStatus(ctx);
  if (status.length === 0) return null;
  const findings: string[] = [];
  for (const name of ["filter.lfs.smudge", "filter.lfs.clean"]) {
    const { stdout } = await git(ctx, ["config", "--get", name]);
    if (stdout.trim() === "") findings.push(`\`${name}\` is not configured; \`git lfs install\` does it.`);
  }
  const attempt = async (look: () => Promise<string[]>) => {
    try {
      findings.push(...(await look()));
    } catch (error) {
      if (ctx.signal.aborted) throw error;
      findings.push(messageOf(error));
    }
  };
  await attempt(() => statusFindings(ctx));
  await attempt(() => pointerFindings(ctx));
  const modified = await keptByLfs(
    ctx,
    status.map(({ path }) => path),
  );
  return { findings, modified };
}

async function isLfsUsed(ctx: GitContext): Promise<boolean> {
  if (readTextIfExists(join(ctx.root, ".gitattributes"))?.includes("filter=lfs") === true) return true;
  return existsSync(join(await commonDir(ctx), "lfs"));
}

export interface LfsStatusEntry {
  readonly path: string;
  readonly staged: boolean;
  /** What the file is now: `LFS`, `Git`, `File`, … */
  readonly as: string;
}

/** The files that `git lfs status` lists. */
export function parseLfsStatus(text: string): LfsStatusEntry[] {
  const entries: LfsStatusEntry[] = [];
  let staged = true;
  for (const line of text.split("\n")) {
    if (/^Objects (?:to be committed|to be pushed)/.test(line)) staged = true;
    else if (line.startsWith("Objects not staged")) staged = false;
    const match = /^\s+(.+) \((?:.* -> )?([^():]+): [^()]*\)\s*$/.exec(line);
    if (match !== null) entries.push({ path: match[1] ?? "", staged, as: match[2] ?? "" });
  }
  return entries;
}

async function statusFindings(ctx: GitContext): Promise<string[]> {
  const entries = parseLfsStatus(await gitOk(ctx, ["lfs", "status"]));
  const lfs = new Set(
    await keptByLfs(
      ctx,
      entries.map(({ path }) => path),
    ),
  );
  const paths = (test: (entry: LfsStatusEntry) => boolean) =>
    entries.filter((entry) => lfs.has(entry.path) && test(entry)).map(({ path }) => path);
  return [
    ...named(
      "Staged in Git itself, although LFS should keep it",
      paths(({ staged, as }) => staged && as === "Git"),
    ),
    ...named(
      "Kept by LFS and changed, but not staged",
      paths(({ staged }) => !staged),
    ),
  ];
}

/** Tracked LFS files of which git itself keeps something else than a pointer; LFS leaves empty files alone. */
async function pointerFindings(ctx: GitContext): Promise<string[]> {
  const args = ["grep", "--cached", "-z", "-a", "--files-without-match", "-e", POINTER, "--", BY_ATTRIBUTE];
  const result = await git(ctx, args);
  if (result.code > 1) throw gitFailed(ctx, args, result);
  const paths = splitRecords(result.stdout);
  if (paths.length === 0) return [];
  const staged = await gitRecords(ctx, ["ls-files", "-z", "--stage", "--", BY_ATTRIBUTE]);
  const empty = new Set(staged.flatMap((record) => (EMPTY_BLOB.test(record) ? [record.slice(record.indexOf("\t") + 1)] : [])));
  return named(
    "Tracked by LFS, but what git keeps is no pointer",
    paths.filter((path) => !empty.has(path)),
  );
}

/** Those of the paths that an attribute gives to LFS. */
async function keptByLfs(ctx: GitContext, paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  const output = await gitOk(ctx, ["check-attr", "-z", "--stdin", "filter"], { stdin: paths.map((path) => `${path}\0`).join("") });
  const fields = splitRecords(output);
  return paths.filter((_path, index) => fields[index * 3 + 2] === "lfs");
}

const SHOWN = 10;

function named(what: string, paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  const more = paths.length > SHOWN ? `, and ${paths.length - SHOWN} more` : "";
  return [`${what}: ${paths.slice(0, SHOWN).join(", ")}${more}.`];
}
