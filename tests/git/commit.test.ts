import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { amendPaths, commitPaths, commitStaged, commitTree, headRef, stageAll, takeBack } from "../../src/git/commit.ts";
import { taskCommits } from "../../src/git/history.ts";
import { hasIdentity } from "../../src/git/repository.ts";
import { errorOf } from "../support/errors.ts";
import { contextAt, ENVIRONMENT, removeDirectories, TestRepository } from "./repository.ts";

afterAll(removeDirectories);

function hook(repository: TestRepository, name: string, script: string): void {
  repository.write(`.git/hooks/${name}`, `#!/bin/sh\n${script}\n`, 0o755);
}

describe("stageAll", () => {
  test("stages all but the excluded and the nested, and gives the index's tree", async () => {
    const repository = TestRepository.committed({ "a.txt": "a", "gone.txt": "g", "tracked/runtime": "1", file: "f" });
    repository.write("a.txt", "b");
    repository.remove("gone.txt");
    repository.write("tracked/runtime", "2");
    repository.write("cache/new", "n");
    repository.remove("file");
    repository.write("file/inner", "i");
    repository.git("init", "-q", "nested");
    const tree = await stageAll(repository.ctx, { exclude: ["cache/", "tracked/runtime"] });
    expect(repository.tree(tree)).toEqual(["100644 a.txt", "100644 file/inner", "100644 tracked/runtime"]);
    expect(repository.git("show", `${tree}:tracked/runtime`)).toBe("1");
    expect(repository.git("write-tree")).toBe(tree);
    expect(repository.git("status", "--porcelain", "-uall")).toContain(" M tracked/runtime\n?? cache/new\n?? nested/");
  });

  test("gives HEAD's tree when nothing changed", async () => {
    const repository = TestRepository.committed({ "a.txt": "a" });
    expect(await stageAll(repository.ctx)).toBe(repository.git("rev-parse", "HEAD^{tree}"));
  });

  test("refuses while conflicts are unresolved, naming the files, and changes nothing", async () => {
    const repository = TestRepository.committed({ "a.txt": "base" });
    repository.git("checkout", "-q", "-b", "side");
    repository.write("a.txt", "side");
    repository.commitAll("side");
    repository.git("checkout", "-q", "main");
    repository.write("a.txt", "main");
    repository.commitAll("main");
    expect(() => repository.git("merge", "side")).toThrow();
    const error = await errorOf(stageAll(repository.ctx));
    expect(error).toMatchObject({ code: "git.unmerged", message: "Merge conflicts are unresolved in 1 file: a.txt." });
    expect(repository.git("ls-files", "-u")).not.toBe("");
  });

  test("from below the top level stages the whole work tree", async () => {
    const repository = TestRepository.committed({ "top.txt": "t", "app/a.txt": "a" });
    repository.write("top.txt", "t2");
    repository.write("app/a.txt", "a2");
    repository.write("app/cache/x", "x");
    await stageAll(contextAt(join(repository.root, "app")), { exclude: ["cache/"] });
    expect(repository.git("diff", "--cached", "--name-only")).toBe("app/a.txt\ntop.txt");
  });

  test("waits for another process to give up the index", async () => {
    const repository = TestRepository.committed({ "a.txt": "a" });
    repository.write("a.txt", "b");
    const lock = join(repository.root, ".git/index.lock");
    writeFileSync(lock, "");
    let waits = 0;
    const clock = {
      ...repository.ctx.clock,
      sleep: async (ms: number, signal?: AbortSignal) => {
        if (ms !== 200) return repository.ctx.clock.sleep(ms, signal);
        waits += 1;
        if (waits === 3) repository.remove(".git/index.lock");
      },
    };
    await stageAll({ ...repository.ctx, clock });
    expect(waits).toBe(3);
    expect(repository.git("diff", "--cached", "--name-only")).toBe("a.txt");
  });
});

describe("commits", () => {
  test("a staged commit carries the message as it is and runs the user's hooks", async () => {
    const repository = TestRepository.init({ "a.txt": "a" });
    hook(repository, "pre-commit", "touch .git/pre-commit-ran");
    await stageAll(repository.ctx);
    const commit = await commitStaged(repository.ctx, "RQ-0001: # not a comment\n\n# nor this\n");
    expect(commit).toBe(repository.git("rev-parse", "HEAD"));
    expect(repository.git("log", "-1", "--format=%B")).toBe("RQ-0001: # not a comment\n\n# nor this");
    expect(existsSync(join(repository.root, ".git/pre-commit-ran"))).toBe(true);
  });

  test("a hook's refusal keeps the work staged and says what the hook said", async () => {
    const repository = TestRepository.committed({ "a.txt": "a" });
    hook(repository, "pre-commit", "echo 'no ticket' >&2; exit 1");
    repository.write("a.txt", "b");
    await stageAll(repository.ctx);
    const error = await errorOf(commitStaged(repository.ctx, "m"));
    expect(error).toMatchObject({ code: "git.commit_refused", message: expect.stringContaining("no ticket") });
    expect(repository.git("diff", "--cached", "--name-only")).toBe("a.txt");
    expect(repository.git("rev-list", "--count", "HEAD")).toBe("1");
    await commitStaged(repository.ctx, "m", { noVerify: true });
    expect(repository.git("rev-list", "--count", "HEAD")).toBe("2");
  });

  test("without an identity the hint says what to set", async () => {
    const repository = TestRepository.init({ "a.txt": "a" });
    repository.git("config", "user.useConfigOnly", "true");
    const { PATH, HOME, TMPDIR } = ENVIRONMENT;
    const ctx = contextAt(repository.root, { PATH, HOME, TMPDIR, GIT_CONFIG_NOSYSTEM: "1" });
    await stageAll(ctx);
    expect((await errorOf(commitStaged(ctx, "m"))).hint).toBe("Set `git config user.name` and `git config user.email`.");
  });

  test("a commit of some paths leaves everything else as it is, staged or not", async () => {
    const repository = TestRepository.committed({ "books/q": "1", "books/d": "1", "a.txt": "a", ".gitignore": "ignored\n" });
    repository.write("books/q", "2");
    repository.remove("books/d");
    repository.write("books/new", "n");
    repository.write("ignored", "i");
    repository.write("a.txt", "b");
    repository.git("add", "a.txt");
    const commit = await commitPaths(repository.ctx, "RQ-1: books", ["books/q", "books/d", "books/new", "ignored", "absent"]);
    expect(repository.git("show", "--name-status", "--format=", commit ?? "")).toBe("D\tbooks/d\nA\tbooks/new\nM\tbooks/q");
    expect(repository.git("status", "--porcelain")).toBe("M  a.txt");
    expect(await commitPaths(repository.ctx, "again", ["books/q", "books/d"])).toBeNull();
  });

  test("a commit of some paths can be the first one, and made below the top level", async () => {
    const repository = TestRepository.init({ "app/books/q": "1", "app/a.txt": "a" });
    const commit = await commitPaths(contextAt(join(repository.root, "app")), "books", ["books/q"]);
    expect(repository.tree(commit ?? "")).toEqual(["100644 app/books/q"]);
  });

  test("amending adds the paths without hooks and keeps the message, only while HEAD is still that commit", async () => {
    const repository = TestRepository.committed({ "books/d": "1", "a.txt": "a" });
    hook(repository, "pre-commit", "exit 1");
    repository.write("books/d", "2");
    repository.write("a.txt", "b");
    const first = repository.git("rev-parse", "HEAD");
    const amended = await amendPaths(repository.ctx, { expected: first, paths: ["books/d"] });
    expect(repository.git("show", `${amended}:books/d`)).toBe("2");
    expect(repository.git("show", `${amended}:a.txt`)).toBe("a");
    expect(repository.git("log", "--format=%s")).toBe("first");
    expect((await errorOf(amendPaths(repository.ctx, { expected: first, paths: ["a.txt"] }))).code).toBe("git.head_moved");
    expect(await amendPaths(repository.ctx, { expected: amended, paths: ["books/d"] })).toBe(amended);
  });

  test("a commit of our own needs no identity and runs no hook", async () => {
    const repository = TestRepository.committed({ "a.txt": "a" });
    hook(repository, "pre-commit", "exit 1");
    repository.git("config", "commit.gpgSign", "true");
    const { PATH, HOME, TMPDIR } = ENVIRONMENT;
    const ctx = contextAt(repository.root, { PATH, HOME, TMPDIR });
    const head = repository.git("rev-parse", "HEAD");
    const commit = await commitTree(ctx, { tree: repository.git("rev-parse", "HEAD^{tree}"), parents: [head], message: "undone" });
    expect(repository.git("log", "-1", "--format=%an|%P|%s", commit)).toBe(`CueLoop|${head}|undone`);
  });
});

describe("takeBack", () => {
  test("moves the branch back, resets the index and keeps the work in the tree", async () => {
    const repository = TestRepository.committed({ "a.txt": "a" });
    const to = repository.git("rev-parse", "HEAD");
    repository.write("a.txt", "b");
    repository.write("new.txt", "n");
    await stageAll(repository.ctx);
    const branchRef = await headRef(repository.ctx);
    const from = await commitStaged(repository.ctx, "RQ-1: work");
    await takeBack(repository.ctx, { branchRef, from, to });
    expect(repository.git("rev-parse", "HEAD")).toBe(to);
    expect(repository.git("status", "--porcelain")).toBe(" M a.txt\n?? new.txt");
    expect(readFileSync(join(repository.root, "a.txt"), "utf8")).toBe("b");
  });

  test("takes back a first commit and one on a detached HEAD", async () => {
    const first = TestRepository.init({ "a.txt": "a" });
    await stageAll(first.ctx);
    const root = await commitStaged(first.ctx, "first");
    await takeBack(first.ctx, { branchRef: "refs/heads/main", from: root, to: null });
    expect(first.git("status", "--porcelain")).toBe("?? a.txt");

    const detached = TestRepository.committed({ "a.txt": "a" });
    const to = detached.git("rev-parse", "HEAD");
    detached.git("checkout", "-q", "--detach");
    detached.write("a.txt", "b");
    await stageAll(detached.ctx);
    const branchRef = await headRef(detached.ctx);
    const from = await commitStaged(detached.ctx, "x");
    expect(branchRef).toBe("HEAD");
    await takeBack(detached.ctx, { branchRef, from, to });
    expect(detached.git("rev-parse", "HEAD")).toBe(to);
    expect(detached.git("rev-parse", "main")).toBe(to);
  });

  test("does nothing when the branch has moved on, or another one is checked out", async () => {
    const repository = TestRepository.committed({ "a.txt": "a" });
    const to = repository.git("rev-parse", "HEAD");
    const from = repository.commitAll("ours");
    const later = repository.commitAll("theirs");
    expect((await errorOf(takeBack(repository.ctx, { branchRef: "refs/heads/main", from, to }))).code).toBe("git.failed");
    expect(repository.git("rev-parse", "HEAD")).toBe(later);
    repository.git("checkout", "-q", "-b", "other");
    expect((await errorOf(takeBack(repository.ctx, { branchRef: "refs/heads/main", from: later, to: from }))).code).toBe("git.head_moved");
    expect(repository.git("rev-parse", "main")).toBe(later);
  });

  test("is not torn apart by a Ctrl-C that comes when the branch has moved", async () => {
    const repository = TestRepository.committed({ "a.txt": "a" });
    const to = repository.git("rev-parse", "HEAD");
    repository.write("a.txt", "b");
    const from = repository.commitAll("ours");
    const controller = new AbortController();
    const ctx = { ...repository.ctx, signal: controller.signal };
    const done = takeBack(ctx, { branchRef: await headRef(ctx), from, to });
    while (repository.git("rev-parse", "main") === from) await Bun.sleep(0);
    controller.abort();
    await done;
    expect(repository.git("status", "--porcelain")).toBe(" M a.txt");
    expect((await errorOf(hasIdentity(ctx))).code).toBe("git.interrupted");
  });
});

test("a task's commits are those whose message begins with its id, newest first", async () => {
  const repository = TestRepository.init();
  expect(await taskCommits(repository.ctx, "RQ-1")).toEqual([]);
  const first = repository.commitAll("RQ-1: one");
  repository.commitAll("RQ-10: other");
  repository.commitAll("See RQ-1: no");
  repository.commitAll("x\n\nRQ-1: in the body");
  const second = repository.commitAll("RQ-1: two words\n\nbody");
  const tree = repository.git("rev-parse", "HEAD^{tree}");
  expect(await taskCommits(repository.ctx, "RQ-1")).toEqual([
    { commit: second, tree },
    { commit: first, tree },
  ]);
});
