import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NewWorktree } from "../../../src/parallel/worktree/create.ts";
import { inspectWorktree } from "../../../src/parallel/worktree/inspect.ts";
import { findOurWorktree, listOurWorktrees } from "../../../src/parallel/worktree/list.ts";
import { dropWorktree, removeWorktree } from "../../../src/parallel/worktree/remove.ts";
import { salvage } from "../../../src/parallel/worktree/salvage.ts";
import { codeOf } from "../../support/errors.ts";
import { type Place, place } from "../../support/worktrees.ts";

const keep = (at: Place, { taskId, path, base, branch }: NewWorktree, seeded: readonly string[] = []) =>
  salvage(at.ctx, { taskId, path, base, branch, seeded });
const remove = (at: Place, { path, branch }: NewWorktree) =>
  removeWorktree(at.ctx, at.admin, { path, branch: { name: branch, tip: null } });
const drop = (at: Place, { path, branch }: NewWorktree) => dropWorktree(at.ctx, at.admin, { path, branch: { name: branch, tip: null } });

function commitIn(at: Place, path: string, file: string, text: string): string {
  writeFileSync(join(path, file), text);
  at.git(path, "add", file);
  at.git(path, "commit", "--quiet", "-m", file);
  return at.git(path, "rev-parse", "HEAD").trim();
}

test("nothing beyond the base: nothing to salvage, and all of it goes", async () => {
  using at = await place();
  const worktree = await at.create("RQ-0001");
  expect(await keep(at, worktree)).toBeNull();
  await remove(at, worktree);
  expect([existsSync(worktree.path), await listOurWorktrees(at.ctx), at.repo.git("branch", "--list", "cueloop/*")]).toEqual([
    false,
    [],
    "",
  ]);
});

test("commits, staged, changed and untracked files are under the salvage ref before anything goes", async () => {
  using at = await place();
  const worktree = await at.create("RQ-0001");
  const { path } = worktree;
  const tip = commitIn(at, path, "b.txt", "committed\n");
  writeFileSync(join(path, "a.txt"), "changed\n");
  writeFileSync(join(path, "new.txt"), "untracked\n");
  writeFileSync(join(path, "c.txt"), "staged\n");
  at.git(path, "add", "c.txt");
  writeFileSync(join(path, "c.txt"), "staged, then changed\n");
  writeFileSync(join(path, ".env"), "ignored");
  writeFileSync(join(path, "seeded.txt"), "seeded");
  expect(await codeOf(remove(at, worktree))).toBe("parallel.unsaved_work");
  const ref = await keep(at, worktree, ["seeded.txt"]);
  expect(ref).toMatch(/^refs\/cueloop\/salvage\/RQ-0001\/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d+Z$/);
  const shown = (file: string) => at.repo.git("show", `${ref}:${file}`);
  expect(["a.txt", "b.txt", "c.txt", "new.txt"].map(shown)).toEqual(["changed\n", "committed\n", "staged, then changed\n", "untracked\n"]);
  expect(at.repo.git("ls-tree", "-r", "--name-only", `${ref}`).split("\n")).not.toContain("seeded.txt");
  expect(at.repo.git("rev-parse", `${ref}^1`).trim()).toBe(tip);
  expect(at.repo.git("show", `${ref}^2:c.txt`)).toBe("staged\n");
  rmSync(join(path, "seeded.txt"));
  await remove(at, worktree);
  expect(existsSync(path)).toBe(false);
  expect(shown("new.txt")).toBe("untracked\n");
});

test("file and directory that changed places, odd names, a deletion and an ignored directory", async () => {
  using at = await place({ x: "file\n", "y/inside.txt": "dir\n", "gone.txt": "gone\n", "ignored.txt": "i\n" });
  const worktree = await at.create("RQ-0001");
  const { path } = worktree;
  rmSync(join(path, "x"));
  mkdirSync(join(path, "x"));
  writeFileSync(join(path, "x/now.txt"), "dir now");
  rmSync(join(path, "y"), { recursive: true });
  writeFileSync(join(path, "y"), "file now");
  rmSync(join(path, "gone.txt"));
  mkdirSync(join(path, "ignored"));
  writeFileSync(join(path, "ignored/z"), "z");
  const odd = ['"quoted"', "new\nline", " blank ", "-dash", ":(top)", "ünï"];
  for (const name of odd) writeFileSync(join(path, name), name);
  symlinkSync("nowhere", join(path, "link"));
  const ref = await keep(at, worktree);
  const names = at.repo.git("ls-tree", "-r", "-z", "--name-only", `${ref}`).split("\0").filter(Boolean);
  expect(names.sort()).toEqual([...odd, ".gitignore", "ignored.txt", "link", "x/now.txt", "y"].sort());
  await remove(at, worktree);
  expect(existsSync(path)).toBe(false);
});

test("a worktree with a repository inside survives everything, until the repository is gone", async () => {
  using at = await place();
  const worktree = await at.create("RQ-0001");
  const { path, branch } = worktree;
  at.git(path, "init", "--quiet", "inner");
  writeFileSync(join(path, "inner/f.txt"), "only here");
  expect((await inspectWorktree(at.ctx, { path, base: at.base, seeded: [] }))?.nested).toEqual(["inner/"]);
  writeFileSync(join(path, "new.txt"), "new");
  expect(await keep(at, worktree)).not.toBeNull();
  expect(await codeOf(remove(at, worktree))).toBe("parallel.nested_repository");
  expect(await codeOf(drop(at, worktree))).toBe("parallel.nested_repository");
  expect(readFileSync(join(path, "inner/f.txt"), "utf8")).toBe("only here");
  expect(at.repo.git("branch", "--list", branch).trim()).toContain(branch);
  rmSync(join(path, "inner"), { recursive: true });
  await remove(at, worktree);
  expect(existsSync(path)).toBe(false);
});

test("a repository inside an ignored directory is ignored content", async () => {
  using at = await place();
  const worktree = await at.create("RQ-0001");
  mkdirSync(join(worktree.path, "ignored"));
  at.git(worktree.path, "init", "--quiet", "ignored/inner");
  await remove(at, worktree);
  expect(existsSync(worktree.path)).toBe(false);
});

test("a worktree that was made a repository of its own is not removed", async () => {
  using at = await place();
  const worktree = await at.create("RQ-0001");
  rmSync(join(worktree.path, ".git"));
  at.git(worktree.path, "init", "--quiet");
  expect(await codeOf(remove(at, worktree))).toBe("parallel.nested_repository");
  expect(existsSync(join(worktree.path, ".git/HEAD"))).toBe(true);
});

test("a rebase that stopped: both the branch and what was rebased are kept, conflicts with their markers", async () => {
  using at = await place();
  const worktree = await at.create("RQ-0001");
  const { path, branch } = worktree;
  commitIn(at, path, "b.txt", "first\n");
  const tip = commitIn(at, path, "a.txt", "worker\n");
  at.repo.write({ "a.txt": "person\n" }).commit("person");
  try {
    at.git(path, "rebase", "--quiet", "main");
  } catch {}
  const found = await findOurWorktree(at.ctx, path);
  expect({ branch: found?.branch, rebasing: found?.rebasing }).toEqual({ branch, rebasing: true });
  expect((await inspectWorktree(at.ctx, { path, base: at.base, seeded: [] }))?.tip).toBe(tip);
  const ref = await keep(at, worktree);
  expect(at.repo.git("show", `${ref}:a.txt`)).toContain("<<<<<<<");
  expect(at.repo.git("merge-base", "--is-ancestor", tip, `${ref}`)).toBe("");
  await remove(at, worktree);
  expect([existsSync(path), at.repo.git("branch", "--list", branch)]).toEqual([false, ""]);
});

test("a branch that moved, or that somebody works on, is not deleted", async () => {
  using at = await place();
  const worktree = await at.create("RQ-0001");
  const tip = commitIn(at, worktree.path, "b.txt", "b\n");
  expect(await codeOf(remove(at, worktree))).toBe("parallel.unsaved_work");
  at.repo.git("merge", "--quiet", "--ff-only", worktree.branch);
  const at2 = { path: worktree.path, branch: { name: worktree.branch, tip: at.base } };
  expect(await codeOf(removeWorktree(at.ctx, at.admin, at2))).toBe("parallel.branch_moved");
  at.repo.git("checkout", "--quiet", worktree.branch);
  expect(await codeOf(remove(at, worktree))).toBe("parallel.branch_in_use");
  at.repo.git("checkout", "--quiet", "main");
  await removeWorktree(at.ctx, at.admin, { path: worktree.path, branch: { name: worktree.branch, tip } });
  expect(at.repo.git("branch", "--list", "cueloop/*")).toBe("");
});

test("a directory deleted by hand: what was staged is kept, then entry and branch go", async () => {
  using at = await place();
  const worktree = await at.create("RQ-0001");
  const tip = commitIn(at, worktree.path, "b.txt", "b\n");
  writeFileSync(join(worktree.path, "staged.txt"), "staged\n");
  at.git(worktree.path, "add", "staged.txt");
  rmSync(worktree.path, { recursive: true });
  expect(await codeOf(drop(at, worktree))).toBe("parallel.unsaved_work");
  const ref = await keep(at, worktree);
  expect(at.repo.git("show", `${ref}:staged.txt`)).toBe("staged\n");
  expect(at.repo.git("rev-parse", `${ref}^1`).trim()).toBe(tip);
  await drop(at, worktree);
  expect([await listOurWorktrees(at.ctx), at.repo.git("branch", "--list", "cueloop/*")]).toEqual([[], ""]);
});

test("a vanished workspace root leaves everything as it is", async () => {
  using at = await place();
  const worktree = await at.create("RQ-0001");
  rmSync(join(worktree.path, ".."), { recursive: true });
  expect(await codeOf(drop(at, worktree))).toBe("parallel.workspace_root_gone");
  expect((await listOurWorktrees(at.ctx)).length).toBe(1);
});

test("a removal that was interrupted is finished, with and without the .git file", async () => {
  using at = await place({ "a.txt": "a\n", "b.txt": "b\n" });
  for (const [id, isGitLeft] of [
    ["RQ-0001", true],
    ["RQ-0002", false],
  ] as const) {
    const worktree = await at.create(id);
    writeFileSync(join(worktree.path, "new.txt"), "new");
    await keep(at, worktree);
    // The state a removal leaves that is killed: begun, unlocked, some files gone.
    const { admin, note } = (await findOurWorktree(at.ctx, worktree.path)) ?? {};
    const tree = at.repo
      .git("rev-parse", `${at.repo.git("for-each-ref", "--format=%(refname)", `refs/cueloop/salvage/${id}/`).trim()}^{tree}`)
      .trim();
    writeFileSync(join(admin ?? "", "cueloop.json"), JSON.stringify({ ...note, removing: tree }));
    at.repo.git("worktree", "unlock", worktree.path);
    rmSync(join(worktree.path, "a.txt"));
    if (!isGitLeft) rmSync(join(worktree.path, ".git"));
    await drop(at, worktree);
    expect([existsSync(worktree.path), await findOurWorktree(at.ctx, worktree.path)]).toEqual([false, null]);
  }
});

test("work in a worktree that has lost its .git file is not lost with it", async () => {
  using at = await place();
  const worktree = await at.create("RQ-0001");
  writeFileSync(join(worktree.path, "new.txt"), "new");
  rmSync(join(worktree.path, ".git"));
  expect(await codeOf(drop(at, worktree))).toBe("parallel.unsaved_work");
  const ref = await keep(at, worktree);
  expect(at.repo.git("show", `${ref}:new.txt`)).toBe("new");
  await drop(at, worktree);
  expect(existsSync(worktree.path)).toBe(false);
});

test("a foreign directory, and a foreign worktree, are never removed", async () => {
  using at = await place();
  const theirs = join(at.repo.base, ".workspaces/repo/parallel/RQ-0009");
  at.repo.git("worktree", "add", "--quiet", "-b", "theirs", theirs);
  expect(await codeOf(removeWorktree(at.ctx, at.admin, { path: theirs, branch: null }))).toBe("parallel.not_ours");
  expect(await codeOf(dropWorktree(at.ctx, at.admin, { path: theirs, branch: null }))).toBe("parallel.not_ours");
  expect(existsSync(join(theirs, "a.txt"))).toBe(true);
  expect(
    await codeOf(removeWorktree(at.ctx, at.admin, { path: join(theirs, "..", "RQ-0010"), branch: { name: "theirs", tip: null } })),
  ).toBe("parallel.not_ours");
});

test("a submodule with work of its own keeps its worktree", async () => {
  using at = await place();
  at.repo.git("config", "--file", join(at.repo.home, ".gitconfig"), "protocol.file.allow", "always");
  const source = join(at.repo.base, "source");
  at.repo.git("init", "--quiet", "--initial-branch=main", source);
  writeFileSync(join(source, "f.txt"), "f");
  at.git(source, "add", "f.txt");
  at.git(source, "-c", "user.name=Ada", "-c", "user.email=ada@example.invalid", "commit", "--quiet", "-m", "f");
  at.repo.git("submodule", "--quiet", "add", source, "sub");
  at.repo.commit("submodule");
  const worktree = await at.create("RQ-0001", { base: at.repo.git("rev-parse", "HEAD").trim() });
  writeFileSync(join(worktree.path, "sub/g.txt"), "only here");
  expect(await codeOf(remove(at, worktree))).toBe("parallel.nested_repository");
  rmSync(join(worktree.path, "sub/g.txt"));
  await remove(at, worktree);
  expect(existsSync(worktree.path)).toBe(false);
});

test("a worktree whose making was killed goes as it is, and can be made again", async () => {
  using at = await place();
  const marker = join(at.repo.home, "checking-out");
  at.repo.git("config", "filter.slow.smudge", `touch ${marker}; exec sleep 60`);
  writeFileSync(at.repo.path(".git/info/attributes"), "a.txt filter=slow\n");
  const path = join(at.repo.base, ".workspaces/repo/parallel/RQ-0001");
  const add = [
    "worktree",
    "add",
    "--quiet",
    "--lock",
    "--reason",
    "cueloop run-1 RQ-0001",
    "--no-track",
    "-b",
    "cueloop/RQ-0001",
    path,
    at.base,
  ];
  const child = Bun.spawn(["git", ...add], { cwd: at.repo.root, env: at.repo.env, detached: true, stdout: "ignore", stderr: "ignore" });
  await at.repo.appeared("checking-out");
  process.kill(-child.pid, "SIGKILL");
  await child.exited;
  writeFileSync(at.repo.path(".git/info/attributes"), "");
  expect(await findOurWorktree(at.ctx, path)).toMatchObject({ taskId: "RQ-0001", runId: "run-1", note: null, exists: true });
  await dropWorktree(at.ctx, at.admin, { path, branch: { name: "cueloop/RQ-0001", tip: at.base } });
  expect([existsSync(path), at.repo.git("branch", "--list", "cueloop/*")]).toEqual([false, ""]);
  await at.create("RQ-0001");
  expect(existsSync(join(path, "a.txt"))).toBe(true);
});

test("the same state salvaged twice has one ref", async () => {
  using at = await place();
  const worktree = await at.create("RQ-0001");
  writeFileSync(join(worktree.path, "new.txt"), "new");
  const first = await keep(at, worktree);
  expect(await keep(at, worktree)).toBe(first);
  writeFileSync(join(worktree.path, "new.txt"), "newer");
  expect(await keep(at, worktree)).not.toBe(first);
});

test("a note that cannot be read makes nothing go unseen", async () => {
  using at = await place();
  const worktree = await at.create("RQ-0001");
  const { admin } = (await findOurWorktree(at.ctx, worktree.path)) ?? {};
  writeFileSync(join(admin ?? "", "cueloop.json"), "{");
  writeFileSync(join(worktree.path, "new.txt"), "new");
  expect(await codeOf(remove(at, worktree))).toBe("parallel.unsaved_work");
  await keep(at, worktree);
  await remove(at, worktree);
  expect(existsSync(worktree.path)).toBe(false);
});

test("what is staged only is not lost, nor is it by a lock that a killed git left", async () => {
  using at = await place();
  const worktree = await at.create("RQ-0001");
  writeFileSync(join(worktree.path, "a.txt"), "staged\n");
  at.git(worktree.path, "add", "a.txt");
  writeFileSync(join(worktree.path, "a.txt"), "one\n");
  const { admin } = (await findOurWorktree(at.ctx, worktree.path)) ?? {};
  writeFileSync(join(admin ?? "", "index.lock"), "");
  expect(await codeOf(remove(at, worktree))).toBe("parallel.unsaved_work");
  const ref = await keep(at, worktree);
  expect(at.repo.git("show", `${ref}^2:a.txt`)).toBe("staged\n");
  await remove(at, worktree);
  expect(existsSync(worktree.path)).toBe(false);
});

test("a directory deleted in the middle of a rebase", async () => {
  using at = await place();
  const worktree = await at.create("RQ-0001");
  const tip = commitIn(at, worktree.path, "a.txt", "worker\n");
  at.repo.write({ "a.txt": "person\n" }).commit("person");
  try {
    at.git(worktree.path, "rebase", "--quiet", "main");
  } catch {}
  rmSync(worktree.path, { recursive: true });
  expect(await codeOf(drop(at, worktree))).toBe("parallel.unsaved_work");
  const ref = await keep(at, worktree);
  expect(at.repo.git("merge-base", "--is-ancestor", tip, `${ref}`)).toBe("");
  await drop(at, worktree);
  expect([await listOurWorktrees(at.ctx), at.repo.git("branch", "--list", "cueloop/*")]).toEqual([[], ""]);
});
