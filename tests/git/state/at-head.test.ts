import { expect, test } from "bun:test";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAtHead } from "../../../src/git/state/at-head.ts";
import { Repository } from "../../support/repository.ts";
import { contextAt } from "../repository.ts";

const FILES = { "a.txt": "a\n", "sub/b.txt": "b\n", "own/c.txt": "c\n", ".gitignore": "ignored\n" };

test.each<[string, boolean, (repo: Repository) => unknown]>([
  ["nothing", true, () => undefined],
  ["an ignored file", true, (repo) => repo.write({ ignored: "x" })],
  ["a file touched and as it was", true, (repo) => repo.write({ "a.txt": "a\n" })],
  ["an excluded file edited", true, (repo) => repo.write({ "own/c.txt": "d\n" })],
  ["an excluded file that is new", true, (repo) => repo.write({ "own/d.txt": "d\n" })],
  ["an excluded file staged", false, (repo) => [repo.write({ "own/c.txt": "d\n" }), repo.git("add", "own")]],
  ["an excluded file staged and set back", false, (repo) => [repo.git("rm", "--cached", "own/c.txt")]],
  ["a file edited", false, (repo) => repo.write({ "a.txt": "b\n" })],
  ["a file removed", false, (repo) => repo.git("rm", "sub/b.txt")],
  ["a file moved into an excluded directory", false, (repo) => repo.git("mv", "sub/b.txt", "own/b.txt")],
  ["a new file in a new directory", false, (repo) => repo.write({ "new/d.txt": "d\n" })],
  ["a file that is to be added", false, (repo) => [repo.write({ "d.txt": "" }), repo.git("add", "--intent-to-add", "d.txt")]],
  ["a link in place of a file", false, (repo) => [repo.git("rm", "-q", "a.txt"), symlinkSync("sub/b.txt", join(repo.root, "a.txt"))]],
  ["a mode", false, (repo) => repo.git("update-index", "--chmod=+x", "a.txt")],
  ["a repository inside", false, (repo) => repo.git("init", "--quiet", "inner")],
])("%s: at HEAD %p", async (_, expected, change) => {
  using repo = new Repository().write(FILES);
  repo.commit();
  // An index whose entries are newer than itself would be taken on trust by a careless look.
  writeFileSync(join(repo.root, "a.txt"), "a\n");
  change(repo);
  expect(await isAtHead(contextAt(repo.root), ["own/"])).toBe(expected);
});

test("changes inside a submodule, and in an unborn repository, count", async () => {
  using library = new Repository().write({ "l.txt": "l\n" });
  library.commit();
  using repo = new Repository();
  expect(await isAtHead(contextAt(repo.root), [])).toBe(true);
  repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", library.root, "library");
  expect(await isAtHead(contextAt(repo.root), [])).toBe(false);
  repo.commit();
  repo.git("config", "diff.ignoreSubmodules", "all");
  expect(await isAtHead(contextAt(repo.root), [])).toBe(true);
  repo.write({ "library/l.txt": "m\n" });
  expect(await isAtHead(contextAt(repo.root), [])).toBe(false);
});
