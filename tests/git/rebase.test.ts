import { expect, test } from "bun:test";
import { predictConflicts } from "../../src/git/merge.ts";
import { abortRebase, continueRebase, isRebasing, rebaseTarget, startRebase, unmergedPaths } from "../../src/git/rebase.ts";
import { restoreToHead } from "../../src/git/restore.ts";
import { contextOf } from "../config/context.ts";
import { Repository } from "../support/repository.ts";

/** `main` and `work` both changed `a`; `work` is checked out. */
function diverged(): Repository {
  const repository = new Repository();
  repository.write({ a: "base\n", b: "b\n" }).commit("base");
  repository.git("switch", "-qc", "work");
  repository.write({ a: "work\n" }).commit("work");
  repository.git("switch", "-q", "main");
  repository.write({ a: "main\n" }).commit("main");
  repository.git("switch", "-q", "work");
  return repository;
}

const at = (repository: Repository) => ({ ...contextOf(repository), root: repository.root });

test("a rebase stops at a conflict, says where, and goes on with what is staged", async () => {
  using repository = diverged();
  const ctx = at(repository);
  const main = repository.git("rev-parse", "main").trim();
  expect(await predictConflicts(ctx, "main", "work")).toEqual(["a"]);
  expect(await startRebase(ctx, "main")).toMatchObject({ kind: "stopped", conflicts: ["a"] });
  expect([await isRebasing(ctx), await rebaseTarget(ctx), await unmergedPaths(ctx)]).toEqual([true, main, ["a"]]);
  repository.write({ a: "both\n" }).git("add", "a");
  expect(await continueRebase(ctx)).toEqual({ kind: "finished" });
  expect([await isRebasing(ctx), repository.git("log", "--format=%s", "-2").trim()]).toEqual([false, "work\nmain"]);
});

test("an aborted rebase leaves branch and files as they were", async () => {
  using repository = diverged();
  const ctx = at(repository);
  await startRebase(ctx, "main");
  await abortRebase(ctx);
  expect([await isRebasing(ctx), repository.read("a"), repository.git("branch", "--show-current").trim()]).toEqual([
    false,
    "work\n",
    "work",
  ]);
});

test("without a contradiction nothing is predicted", async () => {
  using repository = diverged();
  repository.git("switch", "-q", "-c", "other", "HEAD~1");
  repository.write({ c: "c\n" }).commit("other");
  expect(await predictConflicts(at(repository), "main", "other")).toEqual([]);
});

test("restoring takes changed, deleted, new and staged files back, and leaves ignored and excluded ones", async () => {
  using repository = new Repository();
  repository.write({ changed: "1\n", gone: "1\n", "dir/staged": "1\n", ".gitignore": "ignored\n" }).commit("base");
  repository.write({ changed: "2\n", "new dir/fresh": "2\n", "dir/staged": "2\n", added: "2\n", ignored: "2\n", kept: "2\n" });
  repository.git("add", "dir/staged", "added");
  repository.git("rm", "-q", "gone");
  const paths = await restoreToHead(at(repository), ["kept"]);
  expect([...paths].sort()).toEqual(["added", "changed", "dir/staged", "gone", "new dir/fresh"]);
  expect(repository.git("status", "--porcelain")).toBe("?? kept\n");
  expect([repository.read("changed"), repository.read("gone"), repository.has("added"), repository.read("ignored")]).toEqual([
    "1\n",
    "1\n",
    false,
    "2\n",
  ]);
  expect(await restoreToHead(at(repository), ["kept"])).toEqual([]);
});
