import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { updateRef } from "../../src/git/refs/refs.ts";
import { captureTree, changedPaths, filterTree, indexTree, treesEqual, withTemporaryObjects } from "../../src/git/tree.ts";
import { contextAt, ENVIRONMENT, removeDirectories, TestRepository } from "./repository.ts";

afterAll(removeDirectories);

/** What must not change when the tree is captured: index, HEAD, refs, staged content. */
function fixedParts(repository: TestRepository): string[] {
  const index = readFileSync(join(repository.root, ".git/index"));
  return [Bun.hash(index).toString(), repository.git("for-each-ref"), readFileSync(join(repository.root, ".git/HEAD"), "utf8")];
}

describe("captureTree", () => {
  test("takes in changed, new, removed and staged files, links and modes; not the ignored ones", async () => {
    const repository = TestRepository.committed({
      "keep.txt": "k",
      "change.txt": "a",
      "gone.txt": "g",
      "tool.sh": "x",
      ".gitignore": "*.log\n",
    });
    repository.write("change.txt", "b");
    repository.remove("gone.txt");
    repository.write("tool.sh", "x", 0o755);
    repository.write("new/dir/file.txt", "n");
    repository.write("debug.log", "ignored");
    repository.link("link", "keep.txt");
    repository.write("staged.txt", "s");
    repository.git("add", "staged.txt");
    const before = fixedParts(repository);
    const { tree, nested } = await captureTree(repository.ctx);
    expect(repository.tree(tree)).toEqual([
      "100644 .gitignore",
      "100644 change.txt",
      "100644 keep.txt",
      "120000 link",
      "100644 new/dir/file.txt",
      "100644 staged.txt",
      "100755 tool.sh",
    ]);
    expect(repository.git("show", `${tree}:change.txt`)).toBe("b");
    expect(nested).toEqual([]);
    expect(fixedParts(repository)).toEqual(before);
  });

  test("is the tree of HEAD when nothing changed", async () => {
    const repository = TestRepository.committed({ "a.txt": "a", "dir/b.txt": "b" });
    expect((await captureTree(repository.ctx)).tree).toBe(repository.git("rev-parse", "HEAD^{tree}"));
  });

  test("works before the first commit, with nothing and with files", async () => {
    const repository = TestRepository.init();
    expect(repository.tree((await captureTree(repository.ctx)).tree)).toEqual([]);
    repository.write("a.txt", "a");
    expect(repository.tree((await captureTree(repository.ctx)).tree)).toEqual(["100644 a.txt"]);
  });

  test("works on a detached HEAD and in a linked worktree", async () => {
    const repository = TestRepository.committed({ "a.txt": "a" });
    repository.git("checkout", "-q", "--detach");
    repository.git("worktree", "add", "-q", `${repository.root}-linked`, "-b", "other");
    const linked = new TestRepository(`${repository.root}-linked`);
    linked.write("b.txt", "b");
    expect(linked.tree((await captureTree(linked.ctx)).tree)).toEqual(["100644 a.txt", "100644 b.txt"]);
    expect(repository.tree((await captureTree(repository.ctx)).tree)).toEqual(["100644 a.txt"]);
  });

  test("needs no identity", async () => {
    const repository = TestRepository.init({ "a.txt": "a" });
    const env = { PATH: ENVIRONMENT["PATH"], HOME: ENVIRONMENT["HOME"], TMPDIR: ENVIRONMENT["TMPDIR"], GIT_CONFIG_NOSYSTEM: "1" };
    expect(repository.tree((await captureTree(contextAt(repository.root, env))).tree)).toEqual(["100644 a.txt"]);
  });

  test.each([
    "with\nnewline.txt",
    "tab\there.txt",
    "ünï çødé 日本.txt",
    'quote".txt',
    "-dash",
    " lead and trail ",
    "100644 abc 0\todd",
    "star*?[x].txt",
  ])("keeps the name %p", async (name) => {
    const repository = TestRepository.committed({ "a.txt": "a" });
    repository.write(name, "1");
    expect(repository.tree((await captureTree(repository.ctx)).tree)).toContain(`100644 ${name}`);
    repository.commitAll("with it");
    repository.write(name, "2");
    const { tree } = await captureTree(repository.ctx);
    expect(await changedPaths(repository.ctx, "HEAD", tree)).toEqual([name]);
  });

  test("follows a file that became a directory, and the reverse", async () => {
    const repository = TestRepository.committed({ file: "f", "dir/inner": "i", "dir/other": "o" });
    repository.remove("file");
    repository.write("file/now/deep", "d");
    repository.remove("dir");
    repository.write("dir", "flat");
    expect(repository.tree((await captureTree(repository.ctx)).tree)).toEqual(["100644 dir", "100644 file/now/deep"]);
  });

  test.each(["f", "other"])("follows a directory that became a link to one with the same file names, content %p", async (content) => {
    const repository = TestRepository.committed({ "dir/file": "f", "elsewhere/file": content });
    repository.remove("dir");
    repository.link("dir", "elsewhere");
    expect(repository.tree((await captureTree(repository.ctx)).tree)).toEqual(["120000 dir", "100644 elsewhere/file"]);
  });

  test("takes in files marked with intent to add, and leaves out those that are gone again", async () => {
    const repository = TestRepository.committed({ "a.txt": "a" });
    repository.write("intent.txt", "content");
    repository.write("gone.txt", "x");
    repository.git("add", "-N", "intent.txt", "gone.txt");
    repository.remove("gone.txt");
    const { tree } = await captureTree(repository.ctx);
    expect(repository.tree(tree)).toEqual(["100644 a.txt", "100644 intent.txt"]);
    expect(repository.git("show", `${tree}:intent.txt`)).toBe("content");
  });

  test("takes in files with conflict markers as they stand", async () => {
    const repository = TestRepository.committed({ "a.txt": "base\n", "b.txt": "base\n" });
    repository.git("checkout", "-q", "-b", "side");
    repository.write("a.txt", "side\n");
    repository.write("b.txt", "side\n");
    repository.commitAll("side");
    repository.git("checkout", "-q", "main");
    repository.write("a.txt", "main\n");
    repository.remove("b.txt");
    repository.commitAll("main");
    expect(() => repository.git("merge", "side")).toThrow();
    repository.remove("b.txt");
    const { tree } = await captureTree(repository.ctx);
    expect(repository.tree(tree)).toEqual(["100644 a.txt"]);
    expect(repository.git("show", `${tree}:a.txt`)).toContain("<<<<<<<");
    expect(repository.git("ls-files", "-u")).not.toBe("");
  });

  test("leaves nested repositories out and names them; their directory's other content stays in", async () => {
    const repository = TestRepository.committed({ "a.txt": "a", ".gitignore": "ignored/\n" });
    repository.write("vendor/readme", "r");
    repository.write("vendor/nested/file", "n");
    repository.git("init", "-q", "vendor/nested");
    repository.git("init", "-q", "empty");
    repository.git("init", "-q", "ignored/one");
    const { tree, nested } = await captureTree(repository.ctx);
    expect(nested).toEqual(["empty/", "vendor/nested/"]);
    expect(repository.tree(tree)).toEqual(["100644 .gitignore", "100644 a.txt", "100644 vendor/readme"]);
  });

  test("keeps submodules as links to the commit they have checked out", async () => {
    const inner = TestRepository.committed({ "inner.txt": "i" });
    const repository = TestRepository.committed({ "a.txt": "a" });
    repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.root, "sub");
    repository.commitAll("sub");
    const moved = new TestRepository(join(repository.root, "sub"));
    moved.write("inner.txt", "changed");
    const commit = moved.commitAll("second");
    const { tree, nested } = await captureTree(repository.ctx);
    expect(nested).toEqual([]);
    expect(repository.git("ls-tree", tree, "sub")).toBe(`160000 commit ${commit}\tsub`);
  });

  test("leaves excluded paths out, tracked or not, changed or not", async () => {
    const files = {
      ".cueloop/queue.jsonc": "q",
      ".cueloop/config.jsonc": "c",
      ".cueloop/cache/x": "x",
      "a.txt": "a",
      ".cueloop/cachet": "t",
    };
    const repository = TestRepository.committed(files);
    repository.write(".cueloop/cache/new", "n");
    repository.write(".cueloop/queue.jsonc", "changed");
    const { tree } = await captureTree(repository.ctx, { exclude: [".cueloop/queue.jsonc", ".cueloop/cache/", ".cueloop/absent"] });
    expect(repository.tree(tree)).toEqual(["100644 .cueloop/cachet", "100644 .cueloop/config.jsonc", "100644 a.txt"]);
  });

  test("takes excluded names literally", async () => {
    const repository = TestRepository.committed({ "x[1].txt": "a", "x1.txt": "a", "*": "a", "-o": "a" });
    const exclude = ["x[1].txt", "*", "-o", ":(top)"];
    const { tree } = await captureTree(repository.ctx, { exclude });
    expect(repository.tree(tree)).toEqual(["100644 x1.txt"]);
    repository.write("x1.txt", "changed");
    const changed = (await captureTree(repository.ctx)).tree;
    expect(await treesEqual(repository.ctx, "HEAD", changed, { exclude })).toBe(false);
    expect(await treesEqual(repository.ctx, "HEAD", changed, { exclude: ["x1.txt"] })).toBe(true);
  });

  test("from a directory below the top level it still takes the whole work tree; exclusions count from there", async () => {
    const repository = TestRepository.committed({ "top.txt": "t", "app/.cueloop/queue.jsonc": "q", "app/a.txt": "a" });
    repository.write("top.txt", "changed");
    repository.git("init", "-q", "beside");
    repository.git("init", "-q", "app/inside");
    const { tree, nested } = await captureTree(contextAt(join(repository.root, "app")), { exclude: [".cueloop/"] });
    expect(repository.tree(tree)).toEqual(["100644 app/a.txt", "100644 top.txt"]);
    expect(repository.git("show", `${tree}:top.txt`)).toBe("changed");
    expect(nested).toEqual(["inside/", "../beside/"]);
  });

  test("is not misled by the variables git sets for its hooks", async () => {
    const repository = TestRepository.committed({ "a.txt": "a" });
    const other = TestRepository.committed({ "b.txt": "b" });
    const env = {
      ...ENVIRONMENT,
      GIT_DIR: join(other.root, ".git"),
      GIT_INDEX_FILE: join(other.root, ".git/index"),
      GIT_WORK_TREE: other.root,
    };
    expect(repository.tree((await captureTree(contextAt(repository.root, env))).tree)).toEqual(["100644 a.txt"]);
  });

  test.each<[string, (repository: TestRepository) => void]>([
    ["an index of version 4", (repository) => repository.git("update-index", "--index-version", "4")],
    ["a sparse checkout", (repository) => repository.git("sparse-checkout", "set", "--cone", "dir")],
    ["a sparse index", (repository) => repository.git("sparse-checkout", "set", "--cone", "--sparse-index", "dir")],
    [
      "line endings that would be refused",
      (repository) => {
        repository.git("config", "core.autocrlf", "input");
        repository.git("config", "core.safecrlf", "true");
      },
    ],
    ["modes that do not count", (repository) => repository.git("config", "core.fileMode", "false")],
  ])("copes with %s", async (_, prepare) => {
    const repository = TestRepository.committed({ "a.txt": "a", "dir/b.txt": "b", "other/c.txt": "c" });
    prepare(repository);
    repository.write("dir/b.txt", "changed\r\n");
    const { tree } = await captureTree(repository.ctx);
    expect(await changedPaths(repository.ctx, "HEAD", tree)).toEqual(["dir/b.txt"]);
    expect(repository.tree(tree)).toEqual(["100644 a.txt", "100644 dir/b.txt", "100644 other/c.txt"]);
  });

  test("works in a repository of the longer hash", async () => {
    const repository = new TestRepository();
    repository.git("init", "-q", "--object-format=sha256", "-b", "main");
    repository.write("a.txt", "a");
    const { tree } = await captureTree(repository.ctx);
    expect(tree).toHaveLength(64);
    await updateRef(repository.ctx, "refs/cueloop/x", tree, { expected: null });
    expect(repository.tree("refs/cueloop/x")).toEqual(["100644 a.txt"]);
  });

  test("keeps a split index's shared half out of the repository", async () => {
    const repository = TestRepository.committed({ "a.txt": "a" });
    repository.git("config", "core.splitIndex", "true");
    repository.git("update-index", "--split-index");
    const shared = () => readdirSync(join(repository.root, ".git")).filter((name) => name.startsWith("sharedindex"));
    const before = shared();
    repository.write("b.txt", "b");
    expect(repository.tree((await captureTree(repository.ctx)).tree)).toEqual(["100644 a.txt", "100644 b.txt"]);
    expect(shared()).toEqual(before);
  });
});

test("a file name that is no UTF-8 is named instead of lost", async () => {
  const repository = TestRepository.committed({ "a.txt": "a" });
  const name = Buffer.concat([Buffer.from(`${repository.root}/bad-`), Buffer.from([0xff]), Buffer.from(".txt")]);
  const { writeFileSync } = await import("node:fs");
  writeFileSync(name, "x");
  expect(captureTree(repository.ctx)).rejects.toThrow("is not valid UTF-8");
});

test("the index's own tree holds what is staged only", async () => {
  const repository = TestRepository.committed({ "a.txt": "a" });
  repository.write("staged.txt", "s");
  repository.git("add", "staged.txt");
  repository.write("loose.txt", "l");
  expect(repository.tree(await indexTree(repository.ctx))).toEqual(["100644 a.txt", "100644 staged.txt"]);
});

test("a tree can be filtered; filtering nothing gives the same tree", async () => {
  const repository = TestRepository.committed({ "a.txt": "a", "books/q": "q", "books/d": "d", bookshelf: "s" });
  expect(repository.tree(await filterTree(repository.ctx, "HEAD", ["books/"]))).toEqual(["100644 a.txt", "100644 bookshelf"]);
  expect(await filterTree(repository.ctx, "HEAD", [])).toBe(repository.git("rev-parse", "HEAD^{tree}"));
  expect(await filterTree(repository.ctx, "HEAD", ["absent"])).toBe(repository.git("rev-parse", "HEAD^{tree}"));
});

test.each<[string, string[], boolean]>([
  ["everything counts", [], false],
  ["the book is left out", ["books/q"], true],
  ["its directory is left out", ["books/"], true],
  ["something else is left out", ["a.txt"], false],
])("trees that differ in a book: %s", async (_, exclude, expected) => {
  const repository = TestRepository.committed({ "a.txt": "a", "books/q": "q" });
  repository.write("books/q", "changed");
  const { tree } = await captureTree(repository.ctx);
  expect(await treesEqual(repository.ctx, "HEAD", tree, { exclude })).toBe(expected);
  expect(await treesEqual(repository.ctx, tree, tree, { exclude })).toBe(true);
});

test("equality sees a mode bit and a removed file", async () => {
  const repository = TestRepository.committed({ "a.txt": "a", "b.txt": "b" });
  repository.write("a.txt", "a", 0o755);
  const executable = (await captureTree(repository.ctx)).tree;
  expect(await treesEqual(repository.ctx, "HEAD", executable)).toBe(false);
  repository.write("a.txt", "a", 0o644);
  repository.remove("b.txt");
  const without = (await captureTree(repository.ctx)).tree;
  expect(await treesEqual(repository.ctx, "HEAD", without)).toBe(false);
  expect(await changedPaths(repository.ctx, executable, without)).toEqual(["a.txt", "b.txt"]);
});

test("looking at the live tree through temporary objects leaves the repository byte-identical", async () => {
  const repository = TestRepository.committed({ "a.txt": "a" });
  repository.write("b.txt", "new content");
  const everything = () => {
    const git = join(repository.root, ".git");
    const names = readdirSync(git, { recursive: true, encoding: "utf8" }).filter((name) => statSync(join(git, name)).isFile());
    return names.sort().map((name) => [name, Bun.hash(readFileSync(join(git, name))).toString()]);
  };
  const before = everything();
  const changed = await withTemporaryObjects(repository.ctx, async (live) => {
    const { tree } = await captureTree(live);
    return changedPaths(live, "HEAD", tree);
  });
  expect(changed).toEqual(["b.txt"]);
  expect(everything()).toEqual(before);
});

test("nothing is left in the temporary directory", async () => {
  const repository = TestRepository.committed({ "a.txt": "a" });
  const temporary = new TestRepository();
  const ctx = contextAt(repository.root, { ...ENVIRONMENT, TMPDIR: temporary.root });
  await withTemporaryObjects(ctx, async (live) => captureTree(live));
  expect(filterTree(ctx, "no-such-commit", ["a"])).rejects.toThrow("no-such-commit");
  await filterTree(ctx, "HEAD", ["a.txt"]);
  expect(readdirSync(temporary.root)).toEqual([]);
});
