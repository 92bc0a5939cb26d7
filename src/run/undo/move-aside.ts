import { lstatSync, mkdirSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { formatTimestamp } from "../../base/clock.ts";
import { commitTree } from "../../git/commit.ts";
import { updateRef } from "../../git/refs.ts";
import { headCommit, toTop, type WorkTreeLayout, workTreeLayout } from "../../git/repository.ts";
import { type GitContext, gitOk, gitRecords, uninterruptible } from "../../git/run.ts";
import { captureTree, changedPaths } from "../../git/tree.ts";
import type { RunContext } from "../context.ts";
import type { Job } from "../job.ts";
import { runRef } from "../refs.ts";

/**
 * Takes what the task changed out of the tree, after keeping it as a commit under
 * `refs/cueloop/undone/<ID>/<time>`; returns that ref, or null when nothing had changed. What was there
 * before the task, and what it did not touch, stays as it is. HEAD never moves: a path that the agent's own
 * commits changed gets its content at HEAD.
 */
export async function moveAside(context: RunContext, job: Job): Promise<string | null> {
  const steady = uninterruptible(context);
  const { tree } = await captureTree(steady, { exclude: job.exclude });
  const changed = await changedPaths(steady, job.baseTree, tree);
  if (changed.length === 0) return null;
  const head = await headCommit(steady);
  const ref = `refs/cueloop/undone/${job.task.id}/${formatTimestamp(context.clock.now()).replace(/[:.-]/g, "")}`;
  const message = `${job.task.id}: changes that were undone`;
  await updateRef(steady, ref, await commitTree(steady, { tree, parents: head === null ? [] : [head], message }));
  const committed = new Set(head === null || head === job.head ? [] : await changedPaths(steady, job.head ?? job.baseTree, head));
  const layout = await workTreeLayout(steady);
  const top = { ...steady, root: layout.top };
  const fromBase = changed.filter((path) => !committed.has(path));
  await restore(top, layout, fromBase, job.baseTree, runRef(context.runId, "index"));
  if (head !== null)
    await restore(
      top,
      layout,
      changed.filter((path) => committed.has(path)),
      head,
      head,
    );
  return ref;
}

interface TreeEntry {
  readonly mode: string;
  readonly object: string;
}

/** Gives paths (relative to the root) their content of `tree`, or their absence in it, and their index entries of `index`. */
async function restore(top: GitContext, layout: WorkTreeLayout, paths: readonly string[], tree: string, index: string): Promise<void> {
  if (paths.length === 0) return;
  const names = paths.map((path) => toTop(layout, path));
  const [content, staged] = [await entriesOf(top, tree), await entriesOf(top, index)];
  for (const name of names) if (!content.has(name)) removeFile(top.root, name);
  await setIndex(top, names, content);
  const present = names.filter((name) => content.has(name));
  for (const name of present) makeRoom(top.root, name);
  if (present.length > 0)
    await gitOk(top, ["checkout-index", "--force", "-z", "--stdin"], { stdin: present.map((name) => `${name}\0`).join("") });
  await setIndex(top, names, staged);
  await gitOk(top, ["update-index", "-q", "--refresh"]).catch(() => "");
}

async function setIndex(top: GitContext, names: readonly string[], entries: ReadonlyMap<string, TreeEntry>): Promise<void> {
  const gone = "0".repeat(40);
  const lines = names.map((name) => {
    const entry = entries.get(name);
    return entry === undefined ? `0 ${gone}\t${name}\0` : `${entry.mode} ${entry.object}\t${name}\0`;
  });
  await gitOk(top, ["update-index", "-z", "--index-info"], { stdin: lines.join("") });
}

async function entriesOf(top: GitContext, treeish: string): Promise<ReadonlyMap<string, TreeEntry>> {
  const records = await gitRecords(top, ["ls-tree", "-r", "-z", "--full-tree", treeish]);
  return new Map(
    records.map((record) => {
      const [facts = "", name = ""] = [record.slice(0, record.indexOf("\t")), record.slice(record.indexOf("\t") + 1)];
      const [mode = "", , object = ""] = facts.split(" ");
      return [name, { mode, object }];
    }),
  );
}

/** Deletes a file that was not there before, and the directories that are empty then. */
function removeFile(root: string, name: string): void {
  rmSync(join(root, name), { force: true });
  for (let directory = dirname(name); directory !== "."; directory = dirname(directory)) {
    const path = join(root, directory);
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true || readdirSync(path).length > 0) return;
    rmdirSync(path);
  }
}

/** A directory where a file shall be, or a file where its directory shall be, gives way. */
function makeRoom(root: string, name: string): void {
  const parent = join(root, dirname(name));
  if (lstatSync(parent, { throwIfNoEntry: false })?.isFile() === true) rmSync(parent, { force: true });
  mkdirSync(parent, { recursive: true });
}
