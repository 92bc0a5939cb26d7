import { expect, test } from "bun:test";
import { branchInProcess, indexInProcess, readRefInProcess, refsInProcess } from "../../src/git/in-process.ts";
import { Repository } from "../support/repository.ts";

function context(root: string) {
  const silent = () => undefined;
  return {
    root,
    env: {},
    cwd: root,
    clock: { now: () => 0n, monotonicMs: () => 0, sleep: () => Promise.resolve() },
    log: { error: silent, warn: silent, info: silent, debug: silent },
    signal: new AbortController().signal,
    redact: (text: string) => text,
  };
}

function prepared(): Repository {
  const repo = new Repository().write({ a: "1" });
  repo.commit();
  return repo;
}

test.each<[string, (repo: Repository) => void]>([
  ["a loose ref", () => undefined],
  ["packed refs", (repo) => repo.git("pack-refs", "--all")],
  ["a branch with slashes", (repo) => repo.git("switch", "--quiet", "--create", "feature/one.two")],
  ["an annotated tag beside it", (repo) => repo.git("tag", "-a", "main-tag", "-m", "x")],
])("%s reads as git reads it", async (_, change) => {
  using repo = prepared();
  change(repo);
  expect(await readRefInProcess(context(repo.root), "HEAD")).toBe(repo.git("rev-parse", "HEAD").trim());
  expect(await branchInProcess(context(repo.root))).toBe(repo.git("symbolic-ref", "--short", "HEAD").trim());
});

test("a ref of ours that names a tree is read unpeeled", async () => {
  using repo = prepared();
  const tree = repo.git("rev-parse", "HEAD^{tree}").trim();
  repo.git("update-ref", "refs/cueloop/task/RQ-0001/base", tree);
  expect(await readRefInProcess(context(repo.root), "refs/cueloop/task/RQ-0001/base")).toBe(tree);
});

test.each<[string, (repo: Repository) => string]>([
  ["a linked worktree", (repo) => `${repo.base}/linked`],
  ["no repository", (repo) => repo.home],
])("git is asked in %s", async (_, place) => {
  using repo = prepared();
  repo.git("worktree", "add", "--quiet", "../linked");
  const root = place(repo);
  expect(await readRefInProcess(context(root), "HEAD")).toBeNull();
  expect(await branchInProcess(context(root))).toBeNull();
});

test("git is asked about an unborn or detached HEAD and a missing ref", async () => {
  using unborn = new Repository();
  expect(await readRefInProcess(context(unborn.root), "HEAD")).toBeNull();
  using repo = prepared();
  expect(await readRefInProcess(context(repo.root), "refs/heads/none")).toBeNull();
  repo.git("switch", "--quiet", "--detach");
  expect(await branchInProcess(context(repo.root))).toBeNull();
});

test("git is asked for the index of a linked worktree, and for another index", async () => {
  using repo = prepared();
  repo.git("worktree", "add", "--quiet", "../linked");
  const linked = context(`${repo.base}/linked`);
  expect(indexInProcess(linked)).toBeNull();
  expect(indexInProcess(context(repo.root))).toBe(`${repo.root}/.git/index`);
  expect(indexInProcess({ ...context(repo.root), gitEnv: { GIT_INDEX_FILE: "/elsewhere" } })).toBeNull();
});

test("refs below a prefix are listed as git lists them; packed ones are git's to list", async () => {
  using repo = prepared();
  const tree = repo.git("rev-parse", "HEAD^{tree}").trim();
  const prefix = "refs/cueloop/task/";
  expect(await refsInProcess(context(repo.root), prefix)).toEqual([]);
  for (const name of ["RQ-0002/base", "RQ-0001/phase/2", "RQ-0001/base"]) repo.git("update-ref", `${prefix}${name}`, tree);
  const listed = repo.git("for-each-ref", "--format=%(refname) %(objectname)", prefix).trim().split("\n");
  const read = await refsInProcess(context(repo.root), prefix);
  expect(read?.map(({ name, object }) => `${name} ${object}`)).toEqual(listed);
  repo.git("pack-refs", "--all");
  expect(await refsInProcess(context(repo.root), prefix)).toBeNull();
  expect((await refsInProcess(context(repo.root), "refs/cueloop/run/"))?.length).toBe(0);
});
