import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { diffFiles, diffPatch, diffStat, parseDiff } from "../../src/git/diff.ts";
import { captureTree } from "../../src/git/tree.ts";
import { contextAt, removeDirectories, TestRepository } from "./repository.ts";

afterAll(removeDirectories);

const LINES = Array.from({ length: 20 }, (_, line) => `line ${line}\n`).join("");

async function changedRepository() {
  const repository = TestRepository.committed({
    "a.txt": "1\n2\n",
    "moved from.txt": LINES,
    "gone.txt": "g\n",
    "type.txt": "t\n",
    ".cueloop/queue.jsonc": "q\n",
  });
  repository.write("a.txt", "1\n3\n4\n");
  repository.remove("moved from.txt");
  repository.write("moved\tto ü.txt", `${LINES}one more\n`);
  repository.remove("gone.txt");
  repository.remove("type.txt");
  repository.link("type.txt", "a.txt");
  repository.write("binary.bin", "\0\x01\x02");
  repository.write(".cueloop/queue.jsonc", "changed\n");
  repository.write(".cueloop/cache/x", "x\n");
  const { tree } = await captureTree(repository.ctx);
  return { repository, range: { from: "HEAD", to: tree, exclude: [".cueloop/queue.jsonc", ".cueloop/cache/"] } };
}

test("files with status, counts and the old name of a rename, books left out", async () => {
  const { repository, range } = await changedRepository();
  expect(await diffFiles(repository.ctx, range)).toEqual([
    { path: "a.txt", status: "modified", insertions: 2, deletions: 1 },
    { path: "binary.bin", status: "added", insertions: null, deletions: null },
    { path: "gone.txt", status: "deleted", insertions: 0, deletions: 1 },
    { path: "moved\tto ü.txt", old_path: "moved from.txt", status: "renamed", insertions: 1, deletions: 0 },
    { path: "type.txt", status: "type_changed", insertions: 1, deletions: 1 },
  ]);
});

test("the patch and the summary are git's own", async () => {
  const { repository, range } = await changedRepository();
  const patch = await diffPatch(repository.ctx, range);
  expect(patch).toContain("diff --git a/a.txt b/a.txt");
  expect(patch).toContain("rename from moved from.txt");
  expect(patch).not.toContain(".cueloop");
  expect(patch).not.toContain("\u001b[");
  expect(await diffPatch(repository.ctx, range, true)).toContain("\u001b[");
  const stat = await diffStat(repository.ctx, range, { columns: 100 });
  expect(stat).toContain("5 files changed, 4 insertions(+), 3 deletions(-)");
});

test("no difference is empty", async () => {
  const repository = TestRepository.committed({ "a.txt": "a" });
  expect(await diffFiles(repository.ctx, { from: "HEAD", to: "HEAD" })).toEqual([]);
  expect(await diffPatch(repository.ctx, { from: "HEAD", to: "HEAD" })).toBe("");
});

test("exclusions count from a root below the top level", async () => {
  const repository = TestRepository.committed({ "app/.cueloop/queue.jsonc": "q", "app/a.txt": "a", "b.txt": "b" });
  for (const path of ["app/.cueloop/queue.jsonc", "app/a.txt", "b.txt"]) repository.write(path, "changed");
  const ctx = contextAt(join(repository.root, "app"));
  const { tree } = await captureTree(ctx);
  const files = await diffFiles(ctx, { from: "HEAD", to: tree, exclude: [".cueloop/"] });
  expect(files.map((file) => file.path)).toEqual(["app/a.txt", "b.txt"]);
});

test("no program of the repository's attributes is run", async () => {
  const repository = TestRepository.committed({ "a.txt": "a\n", ".gitattributes": "*.txt diff=evil\n" });
  repository.git("config", "diff.evil.textconv", "touch textconv-ran; cat");
  repository.git("config", "diff.evil.command", "touch command-ran; true");
  repository.write("a.txt", "b\n");
  const { tree } = await captureTree(repository.ctx);
  expect(await diffPatch(repository.ctx, { from: "HEAD", to: tree })).toContain("+b");
  expect(repository.git("status", "--porcelain")).toBe(" M a.txt");
});

test("a name that looks like a raw record is a name", () => {
  const records = [":100644 100644 a b M", ":odd", "1\t2\t:odd"];
  expect(parseDiff(records)).toEqual([{ path: ":odd", status: "modified", insertions: 1, deletions: 2 }]);
});
