import { describe, expect, test } from "bun:test";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { writeScript } from "../support/agent.ts";
import { statuses } from "../support/books.ts";
import { expectRefused, readyRepository } from "../support/refusal.ts";
import { executable, Repository } from "../support/repository.ts";

const NEEDS_GIT = ["run one", "run loop", "task diff RQ-0001"];

/** A directory with links to these programs, to be all of a `PATH`. */
function pathOf(repo: Repository, ...programs: string[]): { readonly PATH: string } {
  const directory = join(repo.base, "path");
  mkdirSync(directory);
  for (const program of programs) symlinkSync(Bun.which(program) ?? "", join(directory, program));
  return { PATH: directory };
}

describe("outside a git repository", () => {
  test.each(NEEDS_GIT)("cueloop %s says so, and how to make one", async (line) => {
    using repo = readyRepository();
    rmSync(repo.path(".git"), { recursive: true });
    await expectRefused(repo, line, { says: [repo.root, "not in the work tree of a git repository", "git init"] });
  });

  test("init sets the directory up, and says what is missing", async () => {
    using repo = new Repository({ git: false });
    const init = await repo.cueloop("init", "--non-interactive");
    expect(init).toMatchObject({ code: 0, stdout: "" });
    expect(init.stderr.match(/WARN/g)).toHaveLength(1);
    expect(init.stderr).toContain("`git init` first");
    expect(await repo.cueloop("task", "add", "One")).toMatchObject({ code: 0, stdout: "RQ-0001\tOne\n" });
  });
});

describe("without git installed", () => {
  test.each([...NEEDS_GIT, "gate"])("cueloop %s names the program", async (line) => {
    using repo = readyRepository();
    await expectRefused(repo, line, { env: pathOf(repo), says: ["`git` was not found on PATH", "Install git"] });
  });

  test("init works, and so do tasks", async () => {
    using repo = new Repository({ git: false });
    const env = pathOf(repo);
    const init = await repo.run([executable, "init", "--non-interactive"], { env });
    expect(init).toMatchObject({ code: 0, stdout: "" });
    expect(init.stderr).toContain("git was not found");
    expect(await repo.run([executable, "task", "add", "One"], { env })).toMatchObject({ code: 0, stdout: "RQ-0001\tOne\n" });
    expect(await repo.run([executable, "queue", "list"], { env })).toMatchObject({ code: 0, stdout: "RQ-0001\ttodo\tmedium\tOne\n" });
  });
});

describe("without a git identity", () => {
  function withoutIdentity(mode: string): Repository {
    const repo = readyRepository({ agent: { git_publish_mode: mode } });
    for (const key of ["user.name", "user.email"]) repo.git("config", "--unset", key);
    repo.git("config", "user.useConfigOnly", "true");
    return repo;
  }

  test.each(["commit", "commit_and_push"])("publishing by %s is refused before an agent has worked", async (mode) => {
    using repo = withoutIdentity(mode);
    const says = ["git cannot commit here", "git config user.name", "--git-publish-mode off"];
    const { stderr } = await expectRefused(repo, "run one", { says });
    expect(stderr.split("\n").length).toBeLessThan(6);
  });

  test("with publishing off nothing is missing", async () => {
    using repo = withoutIdentity("off");
    expect(await repo.cueloop("run", "one")).toMatchObject({ code: 0 });
    expect(statuses(repo.done())).toEqual(["RQ-0001 done"]);
  });
});

describe("on a detached HEAD", () => {
  function detached(mode: string): Repository {
    const repo = readyRepository({ agent: { git_publish_mode: mode } });
    repo.git("checkout", "--quiet", "--detach");
    return repo;
  }

  test("with publishing off the work stays in the tree", async () => {
    using repo = detached("off");
    expect(await repo.cueloop("run", "one")).toMatchObject({ code: 0 });
    expect(repo.git("log", "--format=%s").trim()).toBe("start");
    expect(repo.read("work.txt")).toBe("right\n");
  });

  test("a commit is made where HEAD is, and no branch moves", async () => {
    using repo = detached("commit");
    expect(await repo.cueloop("run", "one")).toMatchObject({ code: 0 });
    expect(repo.git("log", "--format=%s").trim().split("\n")).toEqual(["RQ-0001: Write the file", "start"]);
    expect(repo.git("log", "--format=%s", "main").trim()).toBe("start");
    expect(repo.git("rev-parse", "--abbrev-ref", "HEAD").trim()).toBe("HEAD");
  });

  test("a push has no branch to go to, which is said before an agent has worked", async () => {
    using repo = detached("commit_and_push");
    await expectRefused(repo, "run one", { says: ["HEAD is detached", "git switch", "--git-publish-mode commit"] });
    expect(await repo.cueloop("run", "one", "--git-publish-mode", "commit")).toMatchObject({ code: 0 });
  });
});

describe("a git repository inside the repository", () => {
  test("that is not ignored stands in the way, with what git can do about it", async () => {
    using repo = readyRepository();
    repo.write({ "vendor/lib/x.txt": "x\n" });
    repo.git("init", "--quiet", "vendor/lib");
    await expectRefused(repo, "run one", { says: ["vendor/lib/", ".gitignore", "submodule"] });
  });

  test("that is ignored is left alone", async () => {
    using repo = readyRepository({
      files: { ".gitignore": ".cueloop/cache/\n.cueloop/logs/\n.cueloop/lock/\n.cueloop/trust.jsonc\nvendor/\n" },
    });
    repo.write({ "vendor/x.txt": "x\n" });
    repo.git("init", "--quiet", "vendor");
    expect(await repo.cueloop("run", "one")).toMatchObject({ code: 0 });
    expect(repo.read("vendor/x.txt")).toBe("x\n");
    expect(repo.git("show", "--format=", "--name-only").trim().split("\n")).not.toContain("vendor/x.txt");
  });

  test("that appears during the run ends it: nothing is committed, nothing deleted, and it is named", async () => {
    using repo = readyRepository();
    writeScript(repo, [[{ write: "work.txt", text: "right\n" }, { run: "git init --quiet sub && echo x > sub/x.txt" }]]);
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(1);
    expect(run.stderr.match(/Error:/g)).toHaveLength(1);
    for (const words of ["sub/", ".gitignore", "submodule"]) expect(run.stderr).toContain(words);
    expect(repo.read("sub/x.txt")).toBe("x\n");
    expect(repo.read("work.txt")).toBe("right\n");
    expect(repo.git("log", "--format=%s").trim()).toBe("start");
    expect(statuses(repo.active())).toEqual(["RQ-0001 doing"]);
    expect(repo.done()).toEqual([]);
  });
});

describe("an agent that is not there", () => {
  test.each([
    ["not on the PATH", { runner: "claude" }, "run one", ["claude was not found on your PATH", "agent.claude_bin", "codex"]],
    ["not on the PATH, in a loop", { runner: "codex" }, "run loop", ["codex was not found on your PATH", "agent.codex_bin"]],
    [
      "not on the PATH, for a later phase",
      { phases: 3, phase_overrides: { phase3: { runner: "opencode" } } },
      "run one",
      ["opencode was not found"],
    ],
    ["at a path where nothing is", { runner: "claude", claude_bin: "/nowhere/claude" }, "run one", ["/nowhere/claude was not found"]],
    ["at a path below the repository", { runner: "claude", claude_bin: "./tools/claude" }, "run one", ["./tools/claude was not found"]],
    [
      "not executable",
      { runner: "claude", claude_bin: "./package.json" },
      "run one",
      ["./package.json is not executable", "agent.claude_bin"],
    ],
    ["a directory", { runner: "claude", claude_bin: "./src" }, "run one", ["./src is not a file"]],
  ])("%s", async (_name, agent, line, says) => {
    using repo = readyRepository({ agent, files: { "package.json": "{}\n", "src/x.ts": "" } });
    await expectRefused(repo, line, { env: pathOf(repo, "git", "bun", "sh"), says });
  });
});
