import { existsSync, lstatSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import type { WorkTreeLayout } from "../repository.ts";
import { type GitContext, gitOk } from "../run.ts";
import { removeFromIndex } from "../state/changes.ts";
import { withTemporaryIndex } from "../tree.ts";
import { type Entry, REPOSITORY_MODE } from "./differences.ts";
import { fileAmongParents } from "./obstacles.ts";
import type { RewindPlan } from "./plan.ts";

/** Carries a plan out. What fails half-way can be done again: nothing is looked at but the plan. */
export async function carryOut(ctx: GitContext, layout: WorkTreeLayout, { files, entries }: RewindPlan): Promise<void> {
  const top = { ...ctx, root: layout.top };
  for (const [path, target] of files) if (target === null) removeFile(layout.top, path);
  const present = [...files].flatMap(([path, target]): [string, Entry][] => (target === null ? [] : [[path, target]]));
  // How a file is to be written (line ends, filters) is read from these as they are in the work tree.
  const isAttributes = ([path]: [string, Entry]) => path === ".gitattributes" || path.endsWith("/.gitattributes");
  await writeFiles(ctx, layout, present.filter(isAttributes));
  await writeFiles(
    ctx,
    layout,
    present.filter((file) => !isAttributes(file)),
  );
  if (entries.size > 0) await setEntries(top, entries);
  if (files.size + entries.size > 0) await gitOk(top, ["update-index", "-q", "--refresh"]).catch(() => "");
}

/** Writes files through an index of their own: the real one is changed once, at the end. */
async function writeFiles(ctx: GitContext, layout: WorkTreeLayout, files: readonly (readonly [string, Entry])[]): Promise<void> {
  if (files.length === 0) return;
  for (const [path, { mode }] of files) if (mode !== REPOSITORY_MODE) clearTheWay(layout.top, path);
  await withTemporaryIndex(ctx, layout, null, async (temporary) => {
    await setEntries(temporary, new Map(files));
    await gitOk(temporary, ["checkout-index", "--force", "-z", "--stdin"], { stdin: files.map(([path]) => `${path}\0`).join("") });
  });
}

/** Makes the index that `ctx` names say this; null: nothing. */
export async function setEntries(ctx: GitContext, entries: ReadonlyMap<string, Entry | null>): Promise<void> {
  await removeFromIndex(
    ctx,
    [...entries].filter(([, entry]) => entry === null).map(([path]) => path),
  );
  const lines = [...entries].map(([path, entry]) => (entry === null ? "" : `${entry.mode} ${entry.object}\t${path}\0`)).join("");
  if (lines !== "") await gitOk(ctx, ["update-index", "--add", "--replace", "-z", "--index-info"], { stdin: lines });
}

/** Deletes a file or link, never one behind a link, and the directories that are empty then. */
function removeFile(root: string, path: string): void {
  if (fileAmongParents(root, path) !== null) return;
  const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
  if (stats === undefined || stats.isDirectory()) return;
  unlinkSync(join(root, path));
  for (let parent = dirname(path); parent !== "."; parent = dirname(parent)) {
    const directory = join(root, parent);
    if (!existsSync(directory) || readdirSync(directory).length > 0) return;
    rmdirSync(directory);
  }
}

/** Takes away empty directories where a file has to be. */
function clearTheWay(root: string, path: string): void {
  const target = join(root, path);
  if (fileAmongParents(root, path) !== null || lstatSync(target, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  for (const entry of readdirSync(target, { withFileTypes: true })) if (entry.isDirectory()) clearTheWay(root, `${path}/${entry.name}`);
  if (readdirSync(target).length === 0) rmdirSync(target);
}
