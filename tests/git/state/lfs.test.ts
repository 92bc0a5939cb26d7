import { afterAll, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { inspectLfs, parseLfsStatus } from "../../../src/git/state/lfs.ts";
import { needs } from "../../support/needs.ts";
import { contextAt, ENVIRONMENT, emptyDirectory, removeDirectories, TestRepository } from "../repository.ts";

afterAll(removeDirectories);

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${"4d7a".repeat(16)}\nsize 12\n`;
const ATTRIBUTES = { ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n" };

test("what git lfs status lists, staged and not", () => {
  const text = `On branch main

Objects to be committed:

\ta.bin (LFS: 73cb385 -> LFS: c865f6c)
\tb (1).bin (Git: dc5e6f7)
\tnew name.bin (LFS: 73cb385 -> File: deleted)

Objects not staged for commit:

\tb (1).bin (File: dc5e6f7)
\tgone.bin (?: <missing>)

`;
  expect(parseLfsStatus(text)).toEqual([
    { path: "a.bin", staged: true, as: "LFS" },
    { path: "b (1).bin", staged: true, as: "Git" },
    { path: "new name.bin", staged: true, as: "File" },
    { path: "b (1).bin", staged: false, as: "File" },
    { path: "gone.bin", staged: false, as: "?" },
  ]);
});

/** A repository with a program `git-lfs` that says what it is told to; the filters keep the files as they are. */
function repositoryWith(files: Readonly<Record<string, string>>, status = "", exit = 0) {
  const repository = TestRepository.committed(files);
  for (const name of ["clean", "smudge"]) repository.git("config", `filter.lfs.${name}`, "cat");
  const programs = emptyDirectory();
  const said = new TestRepository(programs);
  said.write("said", status);
  said.write("git-lfs", `#!/bin/sh\necho "git-lfs $*" >> '${programs}/calls'\ncat '${programs}/said'\nexit ${exit}\n`, 0o755);
  const ctx = contextAt(repository.root, { ...ENVIRONMENT, PATH: `${programs}:${process.env["PATH"]}` });
  return { repository, ctx, programs };
}

test("a repository without LFS, and one without changes, are not looked at", async () => {
  const without = repositoryWith({ "a.bin": "a" });
  without.repository.write("a.bin", "b");
  expect(await inspectLfs(without.ctx)).toBeNull();
  expect(await inspectLfs(repositoryWith({ ...ATTRIBUTES, "a.bin": POINTER }).ctx)).toBeNull();
});

test("the directory of LFS in the git directory tells of it too", async () => {
  const { repository, ctx } = repositoryWith({ "a.txt": "a" });
  mkdirSync(join(repository.root, ".git/lfs"));
  repository.write("a.txt", "b");
  expect(await inspectLfs(ctx)).toEqual({ findings: [], modified: [] });
});

test("changed LFS files are named, and nothing is wrong with them when they are staged as they should be", async () => {
  const { repository, ctx } = repositoryWith(
    { ...ATTRIBUTES, "a.bin": POINTER, "b.txt": "b" },
    "Objects to be committed:\n\n\ta.bin (LFS: 1 -> LFS: 2)\n\tb.txt (Git: 1 -> Git: 2)\n",
  );
  repository.write("a.bin", POINTER.replace("4d7a", "5e8b"));
  repository.write("b.txt", "other");
  repository.git("add", "-A");
  expect(await inspectLfs(ctx)).toEqual({ findings: [], modified: ["a.bin"] });
});

test.each<[what: string, status: string, finding: RegExp]>([
  ["staged in git itself", "Objects to be committed:\n\n\ta.bin (Git: 1)\n\tb.txt (Git: 1)\n", /^Staged in Git itself.*: a\.bin\.$/],
  [
    "changed, not staged",
    "Objects not staged for commit:\n\n\ta.bin (LFS: 1 -> File: 2)\n\tb.txt (Git: 1 -> File: 2)\n",
    /not staged: a\.bin\.$/,
  ],
])("%s", async (_what, status, finding) => {
  const { repository, ctx } = repositoryWith({ ...ATTRIBUTES, "a.bin": POINTER, "b.txt": "b" }, status);
  repository.write("b.txt", "other");
  expect((await inspectLfs(ctx))?.findings).toEqual([expect.stringMatching(finding)]);
});

test("filters that are not configured and a git lfs that fails are findings", async () => {
  const { repository, ctx } = repositoryWith({ ...ATTRIBUTES, "a.bin": POINTER, "b.txt": "b" }, "it is broken", 3);
  for (const name of ["clean", "smudge"]) repository.git("config", "--unset", `filter.lfs.${name}`);
  repository.write("b.txt", "other");
  const report = await inspectLfs(ctx);
  expect(report?.findings).toEqual([
    expect.stringContaining("filter.lfs.smudge"),
    expect.stringContaining("filter.lfs.clean"),
    expect.stringContaining("it is broken"),
  ]);
});

test("a tracked LFS file of which git keeps no pointer is found, however large; an empty one is as it should be", async () => {
  const { repository, ctx } = repositoryWith({
    ...ATTRIBUTES,
    "small.bin": "no pointer",
    "dir/large.bin": "\0x".repeat(5000),
    "empty.bin": "",
    "good.bin": POINTER,
    "b.txt": "b",
  });
  repository.write("b.txt", "other");
  expect((await inspectLfs(ctx))?.findings).toEqual([expect.stringMatching(/no pointer: dir\/large\.bin, small\.bin\.$/)]);
});

needs("git-lfs")("the real git-lfs: a file taken in without its filter is found, one with it is not", async () => {
  const repository = TestRepository.committed({ "b.txt": "b" });
  const git = (...args: string[]) => repository.git(...args);
  git("lfs", "install", "--local");
  git("lfs", "track", "*.bin");
  repository.write("good.bin", "kept by LFS\n");
  git("add", "-A");
  git("commit", "-qm", "start");
  repository.write("good.bin", "changed\n");
  git("add", "-A");
  expect(await inspectLfs(repository.ctx)).toEqual({ findings: [], modified: ["good.bin"] });
  repository.write("bad.bin", "in git itself\n");
  git("-c", "filter.lfs.clean=cat", "-c", "filter.lfs.process=", "-c", "filter.lfs.required=false", "add", "bad.bin");
  const findings = (await inspectLfs(repository.ctx))?.findings.join("\n");
  expect(findings).toMatch(/Staged in Git itself.*: bad\.bin\./);
  expect(findings).toMatch(/no pointer: bad\.bin\./);
});
