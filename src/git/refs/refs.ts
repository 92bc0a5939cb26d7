import { type GitContext, type GitOptions, git, gitFailed, gitOk } from "../run.ts";
import { type Ref, readRefInProcess, refsInProcess } from "./in-process.ts";

export interface UpdateRefOptions {
  /** The ref must have this value now; null = it must not exist. */
  readonly expected?: string | null;
  /** Text for the reflog, where there is one. */
  readonly reason?: string;
}

/** Points a ref at an object (a tree is allowed outside `refs/heads`); fails when `expected` does not hold. */
export async function updateRef(ctx: GitContext, ref: string, object: string, options: UpdateRefOptions = {}): Promise<void> {
  const reason = options.reason === undefined ? [] : ["-m", options.reason];
  // An empty old value means "must not exist", whatever hash the repository uses.
  const expected = options.expected === undefined ? [] : [options.expected ?? ""];
  await refCommand(ctx, ["update-ref", ...reason, "--no-deref", ref, object, ...expected]);
}

/** Deletes a ref; one that does not exist is fine unless `expected` is given. */
export async function deleteRef(ctx: GitContext, ref: string, expected?: string): Promise<void> {
  await refCommand(ctx, ["update-ref", "--no-deref", "-d", ref, ...(expected === undefined ? [] : [expected])]);
}

/** Points refs at objects and deletes others, which must still be as given: all of it or nothing. */
export async function changeRefs(ctx: GitContext, { set, remove }: { set: readonly Ref[]; remove: readonly Ref[] }): Promise<void> {
  const updates = set.map(({ name, object }) => `update ${name}\0${object}\0\0`);
  const deletions = remove.map(({ name, object }) => `delete ${name}\0${object}\0`);
  await refCommand(ctx, ["update-ref", "--no-deref", "-z", "--stdin"], { stdin: [...updates, ...deletions].join("") });
}

/** Deletes every ref below a prefix in one transaction of git; returns their names. */
export async function deleteRefsBelow(ctx: GitContext, prefix: string): Promise<string[]> {
  const refs = await listRefs(ctx, prefix);
  if (refs.length === 0) return [];
  await changeRefs(ctx, { set: [], remove: refs });
  return refs.map((ref) => ref.name);
}

/** The object a ref names, not peeled; null when there is no such ref. */
export async function readRef(ctx: GitContext, ref: string): Promise<string | null> {
  const read = await readRefInProcess(ctx, ref);
  if (read !== null) return read.value;
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", ref];
  const result = await git(ctx, args);
  if (result.code === 0) return result.stdout.trim();
  if (result.code === 1) return null;
  throw gitFailed(ctx, args, result);
}

/** Refs that begin with the path `prefix` (whole components, for example `refs/cueloop/run/`), sorted by name. */
export async function listRefs(ctx: GitContext, prefix: string): Promise<Ref[]> {
  const read = await refsInProcess(ctx, prefix);
  if (read !== null) return read;
  const output = await gitOk(ctx, ["for-each-ref", "--format=%(objectname) %(refname)", prefix]);
  return output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => ({ object: line.slice(0, line.indexOf(" ")), name: line.slice(line.indexOf(" ") + 1) }));
}

/** Another process may hold a ref's lock for a moment; two more tries are given to it. */
async function refCommand(ctx: GitContext, args: readonly string[], options: GitOptions = {}): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await git(ctx, args, options);
    if (result.code === 0) return;
    if (attempt === 3 || !/Unable to create '.*\.lock'/.test(result.stderr)) throw gitFailed(ctx, args, result);
    await ctx.clock.sleep(100, ctx.signal);
  }
}
