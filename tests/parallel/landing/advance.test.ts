import { afterAll, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { advanceTarget, pathsInTheWay } from "../../../src/parallel/landing/advance.ts";
import { healFastForward } from "../../../src/parallel/landing/checkout/heal.ts";
import { emptyDirectory, removeDirectories, TestRepository } from "../../git/repository.ts";

afterAll(removeDirectories);

/** `main` at the first commit, and a second one that no branch of the checkout has. */
function twoCommits(): { repo: TestRepository; old: string; next: string } {
  const repo = TestRepository.committed({ "a.txt": "a1\n", "b.txt": "b1\n", "gone.txt": "g\n", ".gitignore": ".env\n" });
  const old = repo.git("rev-parse", "HEAD");
  repo.git("switch", "-q", "-c", "work");
  repo.write("a.txt", "a2\n");
  repo.write("new/deep.txt", "n\n");
  repo.remove("gone.txt");
  const next = repo.commitAll("next");
  repo.git("switch", "-q", "main");
  return { repo, old, next };
}

function advance(repo: TestRepository, to: string) {
  return advanceTarget(repo.ctx, { branch: "main", to, reason: "cueloop: land RQ-0001", runtimeDir: join(repo.root, ".cueloop") });
}

test("the checkout's branch is fast-forwarded with its files; unrelated edits stay, staged or not", async () => {
  const { repo, next } = twoCommits();
  repo.write("b.txt", "mine\n");
  repo.write("staged.txt", "s\n");
  repo.git("add", "staged.txt");
  expect(await advance(repo, next)).toEqual({ kind: "moved" });
  expect(repo.git("rev-parse", "main")).toBe(next);
  expect(
    repo
      .git("status", "--porcelain")
      .split("\n")
      .map((line) => line.trim())
      .sort(),
  ).toEqual(["A  staged.txt", "M b.txt"]);
  expect(repo.git("reflog", "-1", "--format=%gs")).toBe("cueloop: land RQ-0001: Fast-forward");
  expect(await advance(repo, next)).toEqual({ kind: "moved" });
});

test.each([
  ["an edit of a file that changes", (repo: TestRepository) => repo.write("a.txt", "mine\n"), ["a.txt"]],
  ["an untracked file where one comes", (repo: TestRepository) => repo.write("new/deep.txt", "mine\n"), ["new/deep.txt"]],
])("%s defers, and nothing changes", async (_, edit, paths) => {
  const { repo, old, next } = twoCommits();
  edit(repo);
  const before = repo.git("status", "--porcelain");
  expect(await advance(repo, next)).toMatchObject({ kind: "deferred", paths });
  expect(repo.git("rev-parse", "HEAD")).toBe(old);
  expect(repo.git("status", "--porcelain")).toBe(before);
});

test("an ignored file where a tracked one comes is not overwritten", async () => {
  const { repo, next } = twoCommits();
  repo.git("switch", "-q", "work");
  repo.write(".env", "theirs\n");
  repo.git("add", "-f", ".env");
  const withEnv = repo.commitAll("env");
  repo.git("switch", "-q", "main");
  repo.write(".env", "mine\n");
  expect(await advance(repo, withEnv)).toMatchObject({ kind: "deferred", paths: [".env"] });
  expect(readFileSync(join(repo.root, ".env"), "utf8")).toBe("mine\n");
  expect(await advance(repo, next)).toEqual({ kind: "moved" });
});

test("a branch that is checked out nowhere is moved alone; one in another worktree, or in a rebase, is not", async () => {
  const { repo, old, next } = twoCommits();
  repo.git("switch", "-q", "-c", "mine");
  const elsewhere = join(emptyDirectory(), "tree");
  repo.git("worktree", "add", "-q", elsewhere, "main");
  expect(await advance(repo, next)).toMatchObject({ kind: "deferred", paths: [elsewhere] });
  expect(repo.git("rev-parse", "main")).toBe(old);
  repo.git("worktree", "remove", elsewhere);
  const before = repo.git("status", "--porcelain");
  expect(await advance(repo, next)).toEqual({ kind: "moved" });
  expect(repo.git("rev-parse", "main")).toBe(next);
  expect(repo.git("rev-parse", "HEAD")).toBe(old);
  expect(repo.git("status", "--porcelain")).toBe(before);

  repo.git("switch", "-q", "main");
  repo.write("a.txt", "conflict\n");
  repo.commitAll("mine");
  expect(() => repo.git("rebase", "-q", "--onto", old, "HEAD~1")).toThrow();
  repo.git("branch", "-f", "later", "main");
  const target = {
    branch: "main",
    to: repo.git("commit-tree", "-p", "main", "-m", "x", "main^{tree}"),
    reason: "x",
    runtimeDir: repo.root,
  };
  expect(await advanceTarget(repo.ctx, target)).toMatchObject({ kind: "deferred", paths: [repo.root] });
});

test("a branch that went another way is a lost race; one that is ahead already has it", async () => {
  const { repo, old, next } = twoCommits();
  repo.write("mine.txt", "m\n");
  const mine = repo.commitAll("mine");
  expect(await advance(repo, next)).toEqual({ kind: "raced", tip: mine });
  expect(await advance(repo, old)).toEqual({ kind: "moved" });
  expect(repo.git("rev-parse", "main")).toBe(mine);
});

test("a lock on the branch that stays leaves the checkout as it was, not half of the new commit staged", async () => {
  const { repo, old, next } = twoCommits();
  repo.write("b.txt", "mine\n");
  const lock = join(repo.root, ".git", "refs", "heads", "main.lock");
  writeFileSync(lock, "");
  expect((await advance(repo, next)).kind).toBe("deferred");
  expect(repo.git("rev-parse", "HEAD")).toBe(old);
  expect(repo.git("status", "--porcelain").trim()).toBe("M b.txt");
  expect(existsSync(join(repo.root, "new"))).toBe(false);
});

test("a fast-forward that was killed half-way is set back; what is of neither commit is kept aside", async () => {
  const { repo, old, next } = twoCommits();
  repo.write("b.txt", "mine\n");
  repo.write("new/deep.txt", "n\n");
  repo.write("a.txt", "a");
  const keep = join(emptyDirectory(), "kept");
  expect(await healFastForward(repo.ctx, { old, new: next, keep, certain: false })).toEqual({ healed: true, kept: ["a.txt"] });
  expect(readFileSync(join(keep, "a.txt"), "utf8")).toBe("a");
  expect(repo.git("status", "--porcelain").trim()).toBe("M b.txt");
});

test("everything of the new commit staged, the branch not moved: set back", async () => {
  const { repo, old, next } = twoCommits();
  repo.write("other.txt", "o\n");
  repo.git("add", "other.txt");
  repo.git("read-tree", "-m", "-u", "HEAD", next);
  expect(await healFastForward(repo.ctx, { old, new: next, keep: emptyDirectory(), certain: false })).toEqual({ healed: true, kept: [] });
  expect(repo.git("status", "--porcelain").trim()).toBe("A  other.txt");
});

test("edits that kept a fast-forward from beginning are not taken for a half one", async () => {
  const { repo, old, next } = twoCommits();
  repo.write("a.txt", "mine\n");
  const keep = join(emptyDirectory(), "kept");
  expect(await healFastForward(repo.ctx, { old, new: next, keep, certain: false })).toEqual({ healed: false, kept: [] });
  expect(readFileSync(join(repo.root, "a.txt"), "utf8")).toBe("mine\n");
});

test("the paths git complains of", () => {
  const said =
    "error: Your local changes to the following files would be overwritten by merge:\n\ta b.txt\n\tc.txt\nPlease commit\nAborting\n";
  expect(pathsInTheWay(said)).toEqual(["a b.txt", "c.txt"]);
  expect(pathsInTheWay("error: Entry 'x/y' not uptodate. Cannot merge.\nfatal: …")).toEqual(["x/y"]);
  expect(pathsInTheWay("fatal: Not possible to fast-forward, aborting.")).toEqual([]);
});
