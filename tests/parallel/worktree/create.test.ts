import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createWorktree } from "../../../src/parallel/worktree/create.ts";
import { listOurWorktrees } from "../../../src/parallel/worktree/list.ts";
import { branchPrefix, workspaceRoot } from "../../../src/parallel/worktree/names.ts";
import { codeOf } from "../../support/errors.ts";
import { place } from "../../support/worktrees.ts";

test("six worktrees made at once are all there, each locked and on its own branch", async () => {
  using at = await place();
  const ids = [1, 2, 3, 4, 5, 6].map((count) => `RQ-000${count}`);
  await Promise.all(ids.map((id) => at.create(id)));
  const found = await listOurWorktrees(at.ctx);
  expect(found.map(({ taskId, runId, branch, head, exists }) => ({ taskId, runId, branch, head, exists }))).toEqual(
    ids.map((taskId) => ({ taskId, runId: "run-1", branch: `cueloop/${taskId}`, head: at.base, exists: true })),
  );
  expect(found.map(({ path }) => readFileSync(join(path, "a.txt"), "utf8"))).toEqual(ids.map(() => "one\n"));
  expect(existsSync(at.repo.path(".git/cueloop/admin.lock"))).toBe(false);
});

test("making a worktree runs no git hook, the user's own checkout still does", async () => {
  using at = await place();
  const marker = join(at.repo.base, "hook-ran");
  at.repo.write({ ".git/hooks/post-checkout": `#!/bin/sh\necho ran >> ${marker}\n` });
  await at.create("RQ-0001");
  expect(existsSync(marker)).toBe(false);
  at.repo.git("checkout", "--quiet", "-b", "other");
  expect(existsSync(marker)).toBe(true);
});

test("a directory of somebody else at the path is refused and stays; an empty one is used", async () => {
  using at = await place();
  const path = join(workspaceRoot(at.ctx), "RQ-0001");
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "theirs.txt"), "theirs");
  expect(await codeOf(at.create("RQ-0001"))).toBe("parallel.path_taken");
  expect(readFileSync(join(path, "theirs.txt"), "utf8")).toBe("theirs");
  expect(at.repo.git("branch", "--list", "cueloop/*")).toBe("");
  mkdirSync(join(workspaceRoot(at.ctx), "RQ-0002"));
  await at.create("RQ-0002");
  expect((await listOurWorktrees(at.ctx)).map(({ taskId }) => taskId)).toEqual(["RQ-0002"]);
});

test("a second worktree for a task is refused, as is a branch that exists", async () => {
  using at = await place();
  await at.create("RQ-0001");
  expect(await codeOf(at.create("RQ-0001"))).toBe("parallel.path_taken");
  at.repo.git("branch", "cueloop/RQ-0002");
  expect(await codeOf(at.create("RQ-0002"))).toBe("parallel.branch_taken");
  expect(at.repo.git("branch", "--list", "cueloop/RQ-0002").trim()).toBe("cueloop/RQ-0002");
});

test("where the checkout fails, neither entry nor branch is left", async () => {
  using at = await place();
  at.repo.git("config", "filter.broken.smudge", "false");
  at.repo.git("config", "filter.broken.required", "true");
  writeFileSync(at.repo.path(".git/info/attributes"), "a.txt filter=broken\n");
  expect(await codeOf(at.create("RQ-0001"))).toBe("git.failed");
  expect(await listOurWorktrees(at.ctx)).toEqual([]);
  expect(at.repo.git("branch", "--list", "cueloop/*")).toBe("");
  expect(existsSync(join(workspaceRoot(at.ctx), "RQ-0001"))).toBe(false);
});

test("a branch named cueloop leaves room below another name only", async () => {
  using at = await place();
  expect(await branchPrefix(at.ctx)).toBe("cueloop/");
  at.repo.git("branch", "cueloop");
  expect(await branchPrefix(at.ctx)).toBe("cueloop-work/");
  at.repo.git("branch", "cueloop-work");
  expect(await codeOf(branchPrefix(at.ctx))).toBe("parallel.branch_names_taken");
});

test("a sparse checkout has sparse worktrees", async () => {
  using at = await place({ "in/a.txt": "a\n", "out/b.txt": "b\n" });
  at.repo.git("sparse-checkout", "set", "in");
  const { path } = await at.create("RQ-0001");
  expect([existsSync(join(path, "in/a.txt")), existsSync(join(path, "out/b.txt"))]).toEqual([true, false]);
});

test("a submodule the checkout has initialised is initialised in the worktree, another is not", async () => {
  using at = await place();
  at.repo.git("config", "--file", join(at.repo.home, ".gitconfig"), "protocol.file.allow", "always");
  for (const name of ["one", "two"]) {
    const source = join(at.repo.base, name);
    at.repo.git("init", "--quiet", "--initial-branch=main", source);
    writeFileSync(join(source, "f.txt"), name);
    at.git(source, "add", "f.txt");
    at.git(source, "-c", "user.name=Ada", "-c", "user.email=ada@example.invalid", "commit", "--quiet", "-m", name);
    at.repo.git("submodule", "--quiet", "add", source, name);
  }
  at.repo.commit("submodules");
  at.repo.git("submodule", "--quiet", "deinit", "--force", "two");
  const { path } = await at.create("RQ-0001", { base: at.repo.git("rev-parse", "HEAD").trim() });
  expect([existsSync(join(path, "one/f.txt")), existsSync(join(path, "two/f.txt"))]).toEqual([true, false]);
  expect(at.warnings).toEqual([]);
});

test("a linked worktree can be the checkout the others are made from", async () => {
  using at = await place();
  const linked = join(at.repo.base, "linked");
  at.repo.git("worktree", "add", "--quiet", "-b", "side", linked);
  const path = join(at.repo.base, "elsewhere/RQ-0001");
  await createWorktree({ ...at.ctx, root: linked }, at.admin, {
    taskId: "RQ-0001",
    runId: "run-1",
    path,
    branch: "cueloop/RQ-0001",
    base: at.base,
  });
  expect((await listOurWorktrees(at.ctx)).map((worktree) => worktree.path)).toEqual([path]);
  expect(at.git(path, "branch", "--show-current").trim()).toBe("cueloop/RQ-0001");
});
