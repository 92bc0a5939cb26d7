import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commonDir } from "../../src/git/repository.ts";
import { salvage } from "../../src/parallel/worktree/salvage.ts";
import { takeClaim } from "../../src/queue/claims/claim.ts";
import { json } from "../support/books.ts";
import { executable, task } from "../support/repository.ts";
import { onTerminal } from "../support/terminal.ts";
import { type Place, place } from "../support/worktrees.ts";

/** A repository with a queue, and the worktree of a dead run with a commit, a change, a staged and an untracked file. */
async function withLeftOver(): Promise<{ at: Place; path: string; tip: string }> {
  const at = await place({ "a.txt": "one\n", "gone.txt": "gone\n" });
  at.repo.books([task("RQ-0001")]);
  const { path } = await at.create("RQ-0001");
  writeFileSync(join(path, "b.txt"), "committed\n");
  at.git(path, "add", "b.txt");
  at.git(path, "commit", "--quiet", "-m", "b");
  const tip = at.git(path, "rev-parse", "HEAD").trim();
  writeFileSync(join(path, "a.txt"), "changed\n");
  rmSync(join(path, "gone.txt"));
  writeFileSync(join(path, "new.txt"), "untracked\n");
  return { at, path, tip };
}

function writeState(at: Place, record: Readonly<Record<string, unknown>>): void {
  const workers = [{ started_at: "2026-03-02T08:15:00Z", ...record }];
  at.repo.write({ ".cueloop/cache/parallel/state.json": JSON.stringify({ schema_version: 3, target_branch: "main", workers }) });
}

async function listed(at: Place): Promise<Record<string, unknown>> {
  return json((await at.repo.cueloop("worktree", "list", "--format", "json")).stdout);
}

const salvageRefs = (at: Place) => at.repo.git("for-each-ref", "--format=%(refname)", "refs/cueloop/salvage").split("\n").filter(Boolean);

describe("worktree list", () => {
  test("nothing there", async () => {
    using at = await place();
    expect(await at.repo.cueloop("worktree", "list")).toMatchObject({
      code: 0,
      stdout: "No worktrees, branches or salvaged work of tasks.\n",
    });
    expect(await listed(at)).toEqual({ version: 1, worktrees: [] });
  });

  test("what a dead run left, with its state and what is in it", async () => {
    const { at, path } = await withLeftOver();
    using _at = at;
    const found = await listed(at);
    expect(found).toEqual({
      version: 1,
      worktrees: [
        {
          task_id: "RQ-0001",
          branch: "cueloop/RQ-0001",
          path,
          state: "left over",
          ahead: 1,
          dirty: 2,
          untracked: 1,
          created_at: expect.stringMatching(/^\d{4}-.*Z$/),
          salvage: [],
          bytes: expect.any(Number),
        },
      ],
    });
    const { stdout } = await at.repo.cueloop("worktree", "list");
    expect(stdout).toContain("1 commit ahead of the target, 2 changed files, 1 untracked file");
    expect(stdout).toContain("cueloop worktree gc --dry-run");
  });

  test.each([
    ["blocked", { lifecycle: "blocked_push" }],
    ["held", { lifecycle: "completed", integration: "held" }],
    ["left over", { lifecycle: "running", pid: 2 ** 22 + 1, pid_start: "1" }],
    ["left over", { lifecycle: "failed" }],
  ])("%s, as its record says", async (state, record) => {
    const { at, path } = await withLeftOver();
    using _at = at;
    writeState(at, { task_id: "RQ-0001", workspace_path: path, branch: "cueloop/RQ-0001", ...record });
    expect(await listed(at)).toMatchObject({ worktrees: [{ state }] });
  });

  test("a task that somebody has in hand is running; a state file that cannot be read is told", async () => {
    const { at } = await withLeftOver();
    using _at = at;
    const taken = takeClaim(at.ctx, await commonDir(at.ctx), "RQ-0001", { label: "run loop", runId: "run-1", root: at.repo.root });
    expect(taken.kind).toBe("taken");
    expect(await listed(at)).toMatchObject({ worktrees: [{ state: "running" }] });
    at.repo.write({ ".cueloop/cache/parallel/state.json": "{" });
    const bad = await at.repo.cueloop("worktree", "list");
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain("state.json");
  });
});

describe("worktree gc", () => {
  test("shows, asks nobody, and with --yes removes what is left over, all of it kept", async () => {
    const { at, path, tip } = await withLeftOver();
    using _at = at;
    const dry = await at.repo.cueloop("worktree", "gc", "--dry-run");
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.stdout).toContain(path);
    const unasked = await at.repo.cueloop("worktree", "gc");
    expect(unasked.code).toBe(1);
    expect(unasked.stderr).toContain("--yes");
    expect(existsSync(path)).toBe(true);
    const { code, stdout } = await at.repo.cueloop("worktree", "gc", "--yes");
    expect(code).toBe(0);
    const [ref = ""] = salvageRefs(at);
    expect(stdout).toContain(ref);
    expect([existsSync(path), at.repo.git("branch", "--list", "cueloop/*"), at.repo.git("worktree", "list").split("\n").length]).toEqual([
      false,
      "",
      2,
    ]);
    expect(at.repo.git("show", `${ref}:new.txt`)).toBe("untracked\n");
    expect(at.repo.git("rev-parse", `${ref}^1`).trim()).toBe(tip);
    expect(await listed(at)).toMatchObject({
      worktrees: [{ task_id: "RQ-0001", branch: null, path: null, ahead: 1, salvage: [{ ref }] }],
    });
    expect((await at.repo.cueloop("worktree", "gc", "--yes")).stdout).toContain("Nothing is left over");
  });

  test("asks on a terminal", async () => {
    const { at, path } = await withLeftOver();
    using _at = at;
    const no = await onTerminal(at.repo, [executable, "worktree", "gc"], "Remove this?", "n");
    expect(no.code).toBe(0);
    expect(existsSync(path)).toBe(true);
    await onTerminal(at.repo, [executable, "worktree", "gc"], "Remove this?", "y");
    expect(existsSync(path)).toBe(false);
  });

  test("leaves alone what is blocked, held or in hand, what has a repository inside, and foreign worktrees", async () => {
    const { at, path } = await withLeftOver();
    using _at = at;
    writeState(at, { task_id: "RQ-0001", workspace_path: path, lifecycle: "blocked_push" });
    const inHand = await at.create("RQ-0002");
    takeClaim(at.ctx, await commonDir(at.ctx), "RQ-0002", { label: "run loop", runId: "run-1", root: at.repo.root });
    const nested = await at.create("RQ-0003");
    at.git(nested.path, "init", "--quiet", "inner");
    const foreign = join(at.repo.base, ".workspaces/repo/parallel/RQ-0004");
    at.repo.git("worktree", "add", "--quiet", "-b", "theirs", foreign);
    const { code, stdout } = await at.repo.cueloop("worktree", "gc", "--yes");
    expect(code).toBe(0);
    expect(stdout).toContain("inner/");
    expect([path, inHand.path, nested.path, foreign].map((place) => existsSync(place))).toEqual([true, true, true, true]);
    expect(salvageRefs(at)).toEqual([]);
  });

  test("work whose phases are finished waits for the next parallel run", async () => {
    const { at, path } = await withLeftOver();
    using _at = at;
    writeState(at, { task_id: "RQ-0001", workspace_path: path, lifecycle: "integrating", pid: 2 ** 22 + 1, pid_start: "1" });
    const { code, stdout } = await at.repo.cueloop("worktree", "gc", "--yes");
    expect(code).toBe(0);
    expect(stdout).toContain("the next parallel run goes on with it");
    expect(existsSync(path)).toBe(true);
  });

  test("what another checkout's coordinator has blocked stays too", async () => {
    const { at, path } = await withLeftOver();
    using _at = at;
    const linked = join(at.repo.base, "linked");
    at.repo.git("worktree", "add", "--quiet", "-b", "side", linked);
    writeState(at, { task_id: "RQ-0001", workspace_path: path, lifecycle: "blocked_push" });
    const { code } = await at.repo.run([executable, "worktree", "gc", "--yes"], { cwd: "../linked" });
    expect(code).toBe(0);
    expect(existsSync(path)).toBe(true);
  });

  test("a repository that was moved still knows its worktrees", async () => {
    const { at, path } = await withLeftOver();
    using _at = at;
    renameSync(at.repo.root, join(at.repo.base, "moved"));
    mkdirSync(at.repo.root);
    const { code, stdout } = await at.repo.run([executable, "worktree", "gc", "--yes"], { cwd: "../moved" });
    expect(code).toBe(0);
    expect(stdout).toContain("refs/cueloop/salvage/RQ-0001/");
    expect(existsSync(path)).toBe(false);
  });

  test("salvage refs go when they are old, or in the target; merged branches go, others stay", async () => {
    using at = await place();
    const old = "refs/cueloop/salvage/RQ-0001/2026-01-01T00-00-00-000000000Z";
    at.repo.git("checkout", "--quiet", "-b", "cueloop/RQ-0005");
    at.repo.write({ "c.txt": "c" }).commit("not merged");
    at.repo.git("update-ref", old, "HEAD");
    at.repo.git("checkout", "--quiet", "main");
    const now = new Date().toISOString().replaceAll(":", "-").replace(".", "-");
    at.repo.git("update-ref", `refs/cueloop/salvage/RQ-0002/${now}`, "cueloop/RQ-0005");
    at.repo.git("update-ref", `refs/cueloop/salvage/RQ-0003/${now}`, "main");
    at.repo.git("branch", "cueloop/RQ-0004", "main");
    const { code, stdout } = await at.repo.cueloop("worktree", "gc", "--yes");
    expect(code).toBe(0);
    expect(salvageRefs(at)).toEqual([`refs/cueloop/salvage/RQ-0002/${now}`]);
    expect(at.repo.git("for-each-ref", "--format=%(refname:short)", "refs/heads/cueloop/").trim()).toBe("cueloop/RQ-0005");
    expect(stdout).toContain(`${old} (old)`);
    expect((await at.repo.cueloop("worktree", "gc", "--older-than", "0h", "--yes")).code).toBe(0);
    expect(salvageRefs(at)).toEqual([]);
  });

  test.each(["30", "d", "-1d", "30 years"])("--older-than %p is a mistake", async (age) => {
    using at = await place();
    expect((await at.repo.cueloop("worktree", "gc", `--older-than=${age}`)).code).toBe(2);
  });
});

describe("worktree recover", () => {
  test("committed work on a new branch, the rest uncommitted; nothing else is touched", async () => {
    const { at, path, tip } = await withLeftOver();
    using _at = at;
    await at.repo.cueloop("worktree", "gc", "--yes");
    const queue = at.repo.read(".cueloop/queue.jsonc");
    const { code, stdout } = await at.repo.cueloop("worktree", "recover", "RQ-0001");
    expect(code).toBe(0);
    const recovered = `${path}-recovered`;
    expect(stdout).toContain(`${recovered}, on the new branch recovered/RQ-0001`);
    expect(at.git(recovered, "rev-parse", "HEAD").trim()).toBe(tip);
    expect(at.git(recovered, "status", "--porcelain")).toBe(" M a.txt\n D gone.txt\n?? new.txt\n");
    expect(readFileSync(join(recovered, "a.txt"), "utf8")).toBe("changed\n");
    expect(at.repo.read(".cueloop/queue.jsonc")).toBe(queue);
    expect(salvageRefs(at).length).toBe(1);
    const again = await at.repo.cueloop("worktree", "recover", "RQ-0001", "--into", "../again");
    expect(again.stdout).toContain("recovered/RQ-0001-2");
    expect(readFileSync(join(at.repo.base, "again/new.txt"), "utf8")).toBe("untracked\n");
    expect((await at.repo.cueloop("worktree", "recover", "RQ-0001", "--into", "../again")).code).toBe(1);
  });

  test("from a named ref, and from the kept branch", async () => {
    const { at, path, tip } = await withLeftOver();
    using _at = at;
    const first = await salvage(at.ctx, { taskId: "RQ-0001", path, base: at.base, branch: "cueloop/RQ-0001", seeded: [] });
    writeFileSync(join(path, "new.txt"), "later\n");
    await salvage(at.ctx, { taskId: "RQ-0001", path, base: at.base, branch: "cueloop/RQ-0001", seeded: [] });
    const name = first?.split("/").at(-1) ?? "";
    expect((await at.repo.cueloop("worktree", "recover", "RQ-0001", "--ref", name, "--into", "../one")).code).toBe(0);
    expect((await at.repo.cueloop("worktree", "recover", "RQ-0001", "--into", "../two")).code).toBe(0);
    const text = (directory: string) => readFileSync(join(at.repo.base, directory, "new.txt"), "utf8");
    expect([text("one"), text("two")]).toEqual(["untracked\n", "later\n"]);
    for (const ref of salvageRefs(at)) at.repo.git("update-ref", "-d", ref);
    expect((await at.repo.cueloop("worktree", "recover", "RQ-0001", "--into", "../three")).code).toBe(0);
    expect(at.git(join(at.repo.base, "three"), "rev-parse", "HEAD").trim()).toBe(tip);
    expect(existsSync(join(at.repo.base, "three/new.txt"))).toBe(false);
    const none = await at.repo.cueloop("worktree", "recover", "RQ-0009");
    expect(none.code).toBe(1);
    expect(none.stderr).toContain("Nothing is kept of RQ-0009");
  });
});
