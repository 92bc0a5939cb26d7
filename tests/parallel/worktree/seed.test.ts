import { expect, test } from "bun:test";
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isCueLoopError } from "../../../src/base/errors.ts";
import type { WorktreeContext } from "../../../src/parallel/worktree/context.ts";
import { inspectWorktree } from "../../../src/parallel/worktree/inspect.ts";
import { globTest } from "../../../src/parallel/worktree/seeding/glob.ts";
import { seedWorktree } from "../../../src/parallel/worktree/seeding/seed.ts";
import { type Place, place } from "../../support/worktrees.ts";

function allowing(at: Place, ...entries: string[]): WorktreeContext {
  const { config } = at.ctx;
  return { ...at.ctx, config: { ...config, parallel: { ...config.parallel, ignored_file_allowlist: entries } } };
}

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "";
  } catch (error) {
    return isCueLoopError(error, "parallel.seed_refused") ? error.message : String(error);
  }
}

test("environment files come along with their mode, as files of their own, and nothing else that is ignored", async () => {
  using at = await place();
  at.repo.write({
    ".env": "A=1\n",
    "app/.env.local": "B=2\n",
    "ignored/c.txt": "c",
    "node_modules/x/.env": "no",
    ".cueloop/cache/.env": "no",
  });
  chmodSync(at.repo.path(".env"), 0o600);
  const { path } = await at.create("RQ-0001");
  expect(await seedWorktree(at.ctx, { path, copyBooks: false })).toEqual({ seeded: [] });
  expect(readFileSync(join(path, ".env"), "utf8")).toBe("A=1\n");
  expect(readFileSync(join(path, "app/.env.local"), "utf8")).toBe("B=2\n");
  expect(statSync(join(path, ".env")).mode & 0o777).toBe(0o600);
  expect(statSync(join(path, ".env")).ino).not.toBe(statSync(at.repo.path(".env")).ino);
  expect(["ignored", "node_modules", ".cueloop/cache"].map((name) => existsSync(join(path, name)))).toEqual([false, false, false]);
  writeFileSync(join(path, ".env"), "changed");
  expect(at.repo.read(".env")).toBe("A=1\n");
});

test("the allowlist adds ignored files, below ignored directories too, never from the denied ones", async () => {
  using at = await place();
  at.repo.write({ "ignored/a.txt": "a", "ignored/deep/b.txt": "b", "ignored/c.md": "c", "ignored/node_modules/d.txt": "d" });
  const { path } = await at.create("RQ-0001");
  await seedWorktree(allowing(at, "./ignored/**/*.txt"), { path, copyBooks: false });
  const there = ["a.txt", "deep/b.txt", "c.md", "node_modules/d.txt"].map((name) => existsSync(join(path, "ignored", name)));
  expect(there).toEqual([true, true, false, false]);
});

test("a link inside the repository becomes a file, one that leads out of it is refused", async () => {
  using at = await place();
  symlinkSync("a.txt", at.repo.path(".env"));
  const first = await at.create("RQ-0001");
  await seedWorktree(at.ctx, { path: first.path, copyBooks: false });
  expect(lstatSync(join(first.path, ".env")).isFile()).toBe(true);
  expect(readFileSync(join(first.path, ".env"), "utf8")).toBe("one\n");
  writeFileSync(join(at.repo.base, "secret"), "secret");
  symlinkSync(join(at.repo.base, "secret"), at.repo.path(".env.out"));
  const second = await at.create("RQ-0002");
  expect(await refusal(seedWorktree(at.ctx, { path: second.path, copyBooks: false }))).toContain("leads out of the repository");
  expect(existsSync(join(second.path, ".env.out"))).toBe(false);
});

test.each([
  ["a directory", "a directory", (at: Place) => symlinkSync("sub", at.repo.path(".env"))],
  ["a denied directory", "leads into `node_modules/`", (at: Place) => symlinkSync("node_modules/x", at.repo.path(".env"))],
] as const)("a link that leads to %s is refused", async (_name, message, link) => {
  using at = await place();
  at.repo.write({ "sub/f.txt": "f", "node_modules/x": "x" });
  link(at);
  const { path } = await at.create("RQ-0001");
  expect(await refusal(seedWorktree(at.ctx, { path, copyBooks: false }))).toContain(message);
});

test("what git does not ignore in the worktree is remembered and not counted as a change", async () => {
  using at = await place();
  at.repo.write({ ".gitignore": ".env*\nignored/\nlocal.txt\n", "local.txt": "local" }).books([]);
  const { path } = await at.create("RQ-0001");
  const { seeded } = await seedWorktree(allowing(at, "local.txt"), { path, copyBooks: true });
  expect([...seeded].sort()).toEqual(
    [".cueloop/done.jsonc", ".cueloop/queue.jsonc", "local.txt"].filter((file) => existsSync(join(path, file))),
  );
  expect(seeded).toContain("local.txt");
  expect(readFileSync(join(path, ".cueloop/queue.jsonc"), "utf8")).toBe(at.repo.read(".cueloop/queue.jsonc"));
  writeFileSync(join(path, "new.txt"), "new");
  const found = await inspectWorktree(at.ctx, { path, base: at.base, seeded });
  expect(found).toEqual({ tip: at.base, ahead: 0, changed: 0, untracked: 1, nested: [] });
});

test("seeding neither overwrites what the checkout brought nor writes through a link", async () => {
  using at = await place();
  const outside = join(at.repo.base, "outside");
  mkdirSync(outside);
  symlinkSync(outside, at.repo.path("conf"));
  at.repo.git("add", "conf");
  at.repo.git("commit", "--quiet", "-m", "link");
  const base = at.repo.git("rev-parse", "HEAD").trim();
  const { path } = await at.create("RQ-0001", { base });
  at.repo.git("rm", "--quiet", "conf");
  at.repo.write({ "conf/.env": "C=3\n" });
  await seedWorktree(at.ctx, { path, copyBooks: false });
  expect(existsSync(join(outside, ".env"))).toBe(false);
});

test.each([
  ["*.txt", "a.txt", true],
  ["*.txt", "d/a.txt", false],
  ["d/*", "d/e/a.txt", false],
  ["d/**", "d/e/a.txt", true],
  ["**/a.txt", "a.txt", true],
  ["**/a.txt", "d/e/a.txt", true],
  ["d/**/a.txt", "d/a.txt", true],
  ["a?.txt", "ab.txt", true],
  ["a?.txt", "a/.txt", false],
  ["a[0-9].txt", "a7.txt", true],
  ["a[!0-9].txt", "a7.txt", false],
  ["a[!0-9].txt", "a/.txt", false],
  ["a+(b).txt", "a+(b).txt", true],
  ["*", ".hidden", true],
  ["!a.txt", "b.txt", false],
  ["{a,b}.txt", "a.txt", false],
] as const)("pattern %s and %s: %p", (pattern, path, expected) => {
  expect(globTest(pattern)(path)).toBe(expected);
});
