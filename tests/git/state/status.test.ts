import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import {
  commonDir,
  currentBranch,
  hasIdentity,
  headCommit,
  isIgnored,
  isTracked,
  isWorkTree,
  requireWorkTree,
  resolveCommit,
  treeOf,
} from "../../../src/git/repository.ts";
import { git } from "../../../src/git/run.ts";
import { parseStatus, readStatus } from "../../../src/git/state/status.ts";
import { contextAt, ENVIRONMENT, emptyDirectory, removeDirectories, TestRepository } from "../repository.ts";

afterAll(removeDirectories);

test("every kind of change, with its code and source", async () => {
  const repository = TestRepository.committed({
    "a.txt": "a",
    "old name.txt": "some content to find again\n",
    "gone.txt": "g",
    ".gitignore": "*.log\n",
  });
  repository.write("a.txt", "b");
  repository.git("mv", "old name.txt", "new\nname.txt");
  repository.git("rm", "-q", "gone.txt");
  repository.write("dir/one.txt", "1");
  repository.write("x.log", "ignored");
  expect(await readStatus(repository.ctx)).toEqual([
    { path: "a.txt", code: " M", tracked: true },
    { path: "gone.txt", code: "D ", tracked: true },
    { path: "new\nname.txt", code: "R ", tracked: true, from: "old name.txt" },
    { path: "dir/", code: "??", tracked: false },
  ]);
  const all = await readStatus(repository.ctx, { untracked: "all" });
  expect(all.at(-1)).toEqual({ path: "dir/one.txt", code: "??", tracked: false });
});

test("untracked files are seen whatever the user's configuration hides", async () => {
  const repository = TestRepository.committed({ "a.txt": "a" });
  repository.git("config", "status.showUntrackedFiles", "no");
  repository.write("b.txt", "b");
  expect(await readStatus(repository.ctx)).toEqual([{ path: "b.txt", code: "??", tracked: false }]);
});

test("paths count from the directory that was asked in", async () => {
  const repository = TestRepository.committed({ "a.txt": "a", "app/b.txt": "b", "apple/c.txt": "c" });
  for (const path of ["a.txt", "app/b.txt", "apple/c.txt"]) repository.write(path, "changed");
  const entries = await readStatus(contextAt(join(repository.root, "app")));
  expect(entries.map((entry) => entry.path).sort()).toEqual(["../a.txt", "../apple/c.txt", "b.txt"]);
});

test("a clean repository has no entries", async () => {
  expect(await readStatus(TestRepository.committed({ "a.txt": "a" }).ctx)).toEqual([]);
});

test.each([
  [
    ["R  to", "from", "?? x"],
    ["to", "x"],
  ],
  [["RM to", "from"], ["to"]],
  [
    [" C to", "from", " M y"],
    ["to", "y"],
  ],
  [[], []],
])("records %o", (records, expected) => {
  expect(parseStatus(records).map((entry) => entry.path)).toEqual(expected);
});

test("a branch without a commit, with one, and a detached HEAD", async () => {
  const repository = TestRepository.init({ "a.txt": "a" });
  expect([await currentBranch(repository.ctx), await headCommit(repository.ctx)]).toEqual(["main", null]);
  expect(repository.tree(await treeOf(repository.ctx, null))).toEqual([]);
  const commit = repository.commitAll("first");
  expect([await currentBranch(repository.ctx), await headCommit(repository.ctx)]).toEqual(["main", commit]);
  expect(await treeOf(repository.ctx, commit)).toBe(repository.git("rev-parse", "HEAD^{tree}"));
  repository.git("tag", "-a", "-m", "t", "v1");
  expect(await resolveCommit(repository.ctx, "v1")).toBe(commit);
  expect(await resolveCommit(repository.ctx, "no-such-thing")).toBeNull();
  repository.git("checkout", "-q", "--detach");
  expect([await currentBranch(repository.ctx), await headCommit(repository.ctx)]).toEqual([null, commit]);
});

test("a work tree, its git directory, a bare repository and a plain directory", async () => {
  const repository = TestRepository.committed({ "a.txt": "a", "dir/b.txt": "b" });
  const plain = contextAt(emptyDirectory());
  repository.git("clone", "-q", "--bare", ".", join(plain.root, "bare.git"));
  const answers = [
    repository.ctx,
    contextAt(join(repository.root, "dir")),
    contextAt(join(repository.root, ".git")),
    contextAt(join(plain.root, "bare.git")),
    plain,
  ];
  expect(await Promise.all(answers.map(isWorkTree))).toEqual([true, true, false, false, false]);
  expect(requireWorkTree(plain)).rejects.toThrow("is not in the work tree of a git repository");
});

test("a repository git does not trust is refused with git's own reason", async () => {
  const repository = TestRepository.committed({ "a.txt": "a" });
  const ctx = contextAt(repository.root, { ...ENVIRONMENT, GIT_TEST_ASSUME_DIFFERENT_OWNER: "1" });
  expect(requireWorkTree(ctx)).rejects.toThrow("dubious ownership");
});

test("linked worktrees share one git directory", async () => {
  const repository = TestRepository.committed({ "a.txt": "a", "dir/b.txt": "b" });
  repository.git("worktree", "add", "-q", `${repository.root}-wt`);
  const expected = join(repository.root, ".git");
  for (const root of [repository.root, join(repository.root, "dir"), `${repository.root}-wt`]) {
    expect(await commonDir(contextAt(root))).toBe(expected);
  }
});

test.each([
  ["a.txt", true, false],
  ["dir", true, false],
  ["new.txt", false, false],
  ["x.log", false, true],
  ["tracked.log", true, false],
  ["global.tmp", false, true],
  ["absent", false, false],
  ["*.txt", false, false],
])("%s is tracked: %p, ignored: %p", async (path, tracked, ignored) => {
  const repository = TestRepository.init({ "a.txt": "a", "dir/b": "b", ".gitignore": "*.log\n", excludes: "*.tmp\n", "tracked.log": "t" });
  repository.git("config", "core.excludesFile", join(repository.root, "excludes"));
  repository.git("add", "-f", "tracked.log");
  repository.commitAll("first");
  for (const name of ["new.txt", "x.log", "global.tmp"]) repository.write(name, "x");
  expect([await isTracked(repository.ctx, path), await isIgnored(repository.ctx, path)]).toEqual([tracked, ignored]);
});

test("an identity is there, or git's reason why not", async () => {
  const repository = TestRepository.init();
  expect(await hasIdentity(repository.ctx)).toEqual({ ok: true });
  repository.git("config", "user.useConfigOnly", "true");
  const { PATH, HOME } = ENVIRONMENT;
  const identity = await hasIdentity(contextAt(repository.root, { PATH, HOME, GIT_CONFIG_NOSYSTEM: "1" }));
  expect(identity).toEqual({ ok: false, reason: expect.stringContaining("no email was given") });
});

test("a missing git is named, and so is a call that takes too long", async () => {
  const repository = TestRepository.init();
  expect(git(contextAt(repository.root, { PATH: "/nowhere" }), ["status"])).rejects.toThrow("`git` was not found on PATH");
  repository.git("config", "alias.slow", "!sleep 30");
  expect(git(repository.ctx, ["slow"], { timeoutMs: 100 })).rejects.toThrow("`git slow` was ended after 0 s");
});
