import { expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gitPlace } from "../../../src/git/place.ts";
import {
  branchInProcess,
  pathInProcess,
  readRefInProcess,
  refsInProcess,
  type WorktreeEntry,
  worktreesInProcess,
} from "../../../src/git/refs/in-process.ts";
import { type GitContext, splitRecords } from "../../../src/git/run.ts";
import { parseWorktrees } from "../../../src/git/worktrees.ts";
import { Repository } from "../../support/repository.ts";

function context(root: string): GitContext {
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

function prepared(repo = new Repository()): Repository {
  repo.write({ a: "1" });
  repo.commit("one");
  repo.write({ a: "2" });
  repo.commit("two");
  return repo;
}

/** A repository of another kind, in place of the usual one. */
function ofKind(kind: string): Repository | null {
  const repo = new Repository({ git: false });
  try {
    repo.git("init", "--quiet", "--initial-branch=main", kind);
  } catch {
    repo[Symbol.dispose]();
    return null;
  }
  repo.git("config", "user.name", "Ada");
  repo.git("config", "user.email", "ada@example.invalid");
  return prepared(repo);
}

function byPath(entries: readonly WorktreeEntry[]): WorktreeEntry[] {
  return entries.toSorted((a, b) => a.path.localeCompare(b.path));
}

/** What git says, null where it says no. */
function asked(repo: Repository, root: string, ...args: string[]): string | null {
  try {
    return repo.git("-C", root, ...args).trim();
  } catch {
    return null;
  }
}

const REFS = [
  "HEAD",
  "refs/heads/main",
  "refs/heads/feature/one.two",
  "refs/heads/feature",
  "refs/heads/main/below",
  "refs/heads/none",
  "refs/tags/main",
  "refs/remotes/origin/HEAD",
  "refs/cueloop/task/RQ-0001/base",
  "refs/bisect/bad",
  "refs/worktree/own",
  "refs/heads/ma..in",
  "refs/heads/main@{0}",
  "refs/heads/\u00e9t\u00e9",
];
const NAMES = [
  "index",
  "index.lock",
  "HEAD",
  "ORIG_HEAD",
  "MERGE_HEAD",
  "CHERRY_PICK_HEAD",
  "rebase-merge",
  "rebase-merge/onto",
  "BISECT_LOG",
];
const OTHER_NAMES = ["config", "objects", "hooks/pre-commit", "info/exclude", "packed-refs", "refs/heads/main"];

/** Whatever is answered without git is what git answers; returns the questions that were git's. */
async function compare(repo: Repository, root: string): Promise<string[]> {
  const ctx = context(root);
  const left: string[] = [];
  for (const ref of REFS) {
    const read = await readRefInProcess(ctx, ref);
    if (read === null) left.push(ref);
    else expect([ref, read.value]).toEqual([ref, asked(repo, root, "rev-parse", "--verify", "--quiet", "--end-of-options", ref)]);
  }
  const branch = await branchInProcess(ctx);
  if (branch === null) left.push("branch");
  else expect(branch.value).toBe(asked(repo, root, "symbolic-ref", "--quiet", "HEAD")?.replace("refs/heads/", "") ?? null);
  for (const name of [...NAMES, ...OTHER_NAMES]) {
    const path = pathInProcess(ctx, name);
    if (path === null) left.push(name);
    else expect([name, path]).toEqual([name, resolve(root, asked(repo, root, "rev-parse", "--git-path", name) ?? "")]);
  }
  const common = gitPlace(ctx)?.common ?? null;
  if (common === null) left.push("common");
  else expect(common).toBe(resolve(root, asked(repo, root, "rev-parse", "--git-common-dir") ?? ""));
  const worktrees = await worktreesInProcess(ctx);
  const listed = parseWorktrees(splitRecords(asked(repo, root, "worktree", "list", "--porcelain", "-z") ?? ""));
  if (worktrees === null) left.push("worktrees");
  else expect(byPath(worktrees.value)).toEqual(byPath(listed));
  for (const prefix of ["refs/heads/", "refs/cueloop/task/", "refs/none/"]) {
    const refs = await refsInProcess(ctx, prefix);
    const lines = refs?.map(({ name, object }) => `${name} ${object}`).join("\n");
    if (lines === undefined) left.push(prefix);
    else expect(lines).toBe(asked(repo, root, "for-each-ref", "--format=%(refname) %(objectname)", prefix) ?? "");
  }
  return left;
}

/** Only odd names, and what is configured, are git's to answer. */
const ODD = ["refs/heads/ma..in", "refs/heads/main@{0}", "refs/heads/\u00e9t\u00e9", ...OTHER_NAMES];

function withRefs(repo: Repository): void {
  const tree = repo.git("rev-parse", "HEAD^{tree}").trim();
  for (const name of ["RQ-0002/base", "RQ-0001/phase/2", "RQ-0001/base"]) repo.git("update-ref", `refs/cueloop/task/${name}`, tree);
  repo.git("branch", "feature/one.two", "HEAD~1");
  repo.git("branch", "\u00e9t\u00e9");
  repo.git("tag", "-a", "main", "-m", "x");
  repo.git("update-ref", "refs/remotes/origin/main", "HEAD~1");
  repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main");
  repo.git("update-ref", "refs/bisect/bad", "HEAD");
  repo.git("worktree", "add", "--quiet", "-b", "other", "../linked", "HEAD~1");
  repo.git("-C", "../linked", "update-ref", "refs/worktree/own", "HEAD");
}

function inConflict(repo: Repository, root: string): void {
  writeFileSync(join(root, "a"), "3");
  repo.git("-C", root, "commit", "--quiet", "-am", "three");
  expect(() => repo.git("-C", root, "rebase", "--quiet", "main")).toThrow();
}

const SITUATIONS: [string, (repo: Repository, linked: string) => void][] = [
  ["loose refs", () => undefined],
  ["packed refs", (repo) => repo.git("pack-refs", "--all")],
  [
    "refs packed and changed since",
    (repo) => {
      repo.git("pack-refs", "--all", "--no-prune");
      repo.git("update-ref", "refs/heads/main", "HEAD~1");
      repo.git("branch", "-D", "feature/one.two");
    },
  ],
  [
    "a branch in place of a directory of branches",
    (repo) => {
      repo.git("branch", "-m", "feature/one.two", "x");
      repo.git("branch", "feature", "HEAD");
    },
  ],
  [
    "a detached HEAD",
    (repo, linked) => {
      repo.git("checkout", "-q", "--detach");
      repo.git("-C", linked, "checkout", "-q", "--detach");
    },
  ],
  ["a rebase in progress", inConflict],
  ["a branch without a commit", (repo, linked) => repo.git("-C", linked, "switch", "--quiet", "--orphan", "new")],
  [
    "worktrees that are locked, and one whose directory is gone",
    (repo, linked) => {
      repo.git("worktree", "lock", "--reason", "cueloop run-1 RQ-0001", linked);
      for (const name of ["two", "three"]) repo.git("worktree", "add", "--quiet", "--detach", `../${name}`);
      repo.git("worktree", "lock", "../two");
      rmSync(join(repo.base, "three"), { recursive: true });
    },
  ],
  ["a worktree that was moved", (repo, linked) => repo.git("worktree", "move", linked, `${linked}-2`)],
];

test.each(SITUATIONS)("%s: what is read is what git says, in the main checkout and in a linked worktree", async (_, change) => {
  using repo = prepared();
  withRefs(repo);
  const linked = join(repo.base, "linked");
  change(repo, linked);
  const packed = (left: string[]) => left.filter((question) => !question.endsWith("/") && !ODD.includes(question));
  expect(packed(await compare(repo, repo.root))).toEqual([]);
  const moved = asked(repo, linked, "rev-parse", "--git-dir") === null ? `${linked}-2` : linked;
  expect(packed(await compare(repo, moved))).toEqual([]);
});

test.each(["--object-format=sha256", "--ref-format=reftable"])("git is asked in a repository made with %s", async (kind) => {
  using repo = ofKind(kind);
  if (repo === null) return;
  withRefs(repo);
  for (const root of [repo.root, join(repo.base, "linked")]) expect(await compare(repo, root)).toContain("HEAD");
});

function withFile(repo: Repository, file: string, text: string, at = ""): GitContext {
  repo.write({ [file]: text });
  return context(repo.path(at));
}

test.each<[string, (repo: Repository) => GitContext]>([
  ["below the top level", (repo) => withFile(repo, "sub/b", "", "sub")],
  ["outside a repository", (repo) => context(repo.home)],
  ["where `.git` is something else", (repo) => withFile(repo, "sub/.git", "elsewhere\n", "sub")],
  ["where `.git` is no git directory", (repo) => withFile(repo, "sub/.git/HEAD", "ref: refs/heads/main\n", "sub")],
  ["with refs in another store", (repo) => withFile(repo, ".git/reftable/tables.list", "")],
  ["with the HEAD of another store", (repo) => withFile(repo, ".git/HEAD", "ref: refs/heads/.invalid\n")],
  ["with a damaged HEAD", (repo) => withFile(repo, ".git/HEAD", "nothing\n")],
  ["with another common directory", (repo) => ({ ...context(repo.root), gitEnv: { GIT_COMMON_DIR: repo.home } })],
])("git is asked %s", async (_, place) => {
  using repo = prepared();
  const ctx = place(repo);
  expect(await readRefInProcess(ctx, "HEAD")).toBeNull();
  expect(await branchInProcess(ctx)).toBeNull();
});

test("a git directory that is set counts, and another index is git's to find", async () => {
  using repo = prepared();
  withRefs(repo);
  const admin = repo.path(".git/worktrees/linked");
  const ctx = { ...context(repo.home), gitEnv: { GIT_DIR: admin } };
  expect((await readRefInProcess(ctx, "HEAD"))?.value).toBe(repo.git("rev-parse", "other").trim());
  expect(pathInProcess(ctx, "index")).toBe(join(admin, "index"));
  expect(pathInProcess({ ...context(repo.root), gitEnv: { GIT_INDEX_FILE: "/elsewhere" } }, "index")).toBeNull();
});

test("a damaged ref is git's to complain about", async () => {
  using repo = prepared();
  repo.write({ ".git/refs/heads/broken": "0123\n" });
  expect(await readRefInProcess(context(repo.root), "refs/heads/broken")).toBeNull();
});
