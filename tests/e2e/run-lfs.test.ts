import { expect, test } from "bun:test";
import { join } from "node:path";
import { type Step, scriptedAgent } from "../support/agent.ts";
import { executable, type Finished, Repository, task } from "../support/repository.ts";

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${"4d7a".repeat(16)}\nsize 12\n`;

/** A repository that uses LFS, with a program `git-lfs` that says what it is told to. */
function repositoryWith(steps: readonly Step[], status: string, exit = 0): Repository {
  const repo = new Repository();
  scriptedAgent(repo, [steps], {
    agent: { git_publish_mode: "commit", ci_gate: { enabled: true, argv: ["touch", join(repo.home, "gated")] } },
  });
  for (const name of ["clean", "smudge"]) repo.git("config", `filter.lfs.${name}`, "cat");
  repo.write({
    ".gitattributes": "*.bin filter=lfs -text\n",
    "a.bin": POINTER,
    "../programs/git-lfs": `#!/bin/sh\ncat '${repo.home}/status'\nexit ${exit}\n`,
    "../home/status": status,
  });
  repo.books([task("RQ-0001")]).commit("start");
  return repo;
}

const run = (repo: Repository, ...flags: string[]): Promise<Finished> =>
  repo.run([executable, "run", "one", ...flags], { env: { PATH: `${join(repo.base, "programs")}:${process.env["PATH"]}` } });

const CHANGED: readonly Step[] = [{ write: "a.bin", text: POINTER.replace("4d7a", "5e8b") }];
const UNSTAGED = "Objects not staged for commit:\n\n\ta.bin (LFS: 4d7a -> File: 5e8b)\n";

test("what is wrong with LFS files, and which ones changed, is warned of before the gate", async () => {
  using repo = repositoryWith(CHANGED, UNSTAGED);
  const { code, stdout } = await run(repo);
  expect(code).toBe(0);
  expect(stdout).toContain("Git LFS: Kept by LFS and changed, but not staged: a.bin.");
  expect(stdout).toContain("changes files that LFS keeps: a.bin.");
  expect(stdout.indexOf("Git LFS:")).toBeLessThan(stdout.indexOf("gate:"));
  expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "done" }]);
});

test("with --lfs-check it ends the task before the gate, which stays doing with its work", async () => {
  using repo = repositoryWith(CHANGED, UNSTAGED);
  const { code, stderr } = await run(repo, "--lfs-check");
  expect(code).toBe(1);
  expect(stderr).toContain("not staged: a.bin.");
  expect(stderr).toContain("without --lfs-check");
  expect(await Bun.file(join(repo.home, "gated")).exists()).toBeFalse();
  expect(repo.active()).toMatchObject([{ id: "RQ-0001", status: "doing" }]);
});

test("with --lfs-check a git-lfs that fails is an error too", async () => {
  using repo = repositoryWith(CHANGED, "it is broken", 2);
  const { code, stderr } = await run(repo, "--lfs-check");
  expect(code).toBe(1);
  expect(stderr).toContain("it is broken");
});

test("with --lfs-check and everything as it should be the task is done", async () => {
  using repo = repositoryWith(CHANGED, "");
  const { code, stdout } = await run(repo, "--lfs-check");
  expect(code).toBe(0);
  expect(stdout).toContain("changes files that LFS keeps: a.bin.");
});

test("a repository without LFS hears nothing of it", async () => {
  using repo = repositoryWith([{ write: "b.txt", text: "b" }], "it is broken", 2);
  repo.git("rm", "-q", ".gitattributes", "a.bin");
  repo.commit("no LFS");
  const { code, stdout, stderr } = await run(repo, "--lfs-check");
  expect(code).toBe(0);
  expect(stdout + stderr).not.toContain("LFS");
});
