import { describe, expect, test } from "bun:test";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { statuses } from "../support/books.ts";
import { leftBehind } from "../support/left-behind.ts";
import { executable } from "../support/repository.ts";
import { Team } from "../support/team.ts";

const ONE = { "RQ-0001": {} };
const TWO = { "RQ-0001": {}, "RQ-0002": {} };

/** The whole output of a loop that was started, once it has ended. */
async function endOf(loop: Bun.Subprocess<Blob, "pipe", "pipe">): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr, code] = await Promise.all([new Response(loop.stdout).text(), new Response(loop.stderr).text(), loop.exited]);
  return { code, stdout, stderr };
}

describe("the checkout is the person's while workers run", () => {
  test.each([true, false])("with --target HEAD, index and edits stay as they are (books tracked: %p)", async (tracked) => {
    using repo = new Team(ONE, { tracked, files: { "mine.txt": "1\n", "RQ-0001.txt": "before\n" } });
    repo.write({ "mine.txt": "2\n", "staged.txt": "s\n" }).git("add", "staged.txt", "mine.txt");
    repo.write({ "mine.txt": "3\n", "RQ-0001.txt": "edited\n", "new.txt": "n\n" });
    const look = () => [
      repo.git("rev-parse", "HEAD"),
      repo.git("status", "--porcelain=v2"),
      repo.git("diff"),
      repo.git("diff", "--cached"),
    ];
    const before = look();
    const refused = await repo.loop(1, "--target", "night");
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("mine.txt")]);
    const run = await repo.cueloop("--force", "run", "loop", "--parallel", "1", "--target", "night");
    expect([run.code, run.stdout]).toEqual([0, expect.stringContaining("Tasks: 1 landed on night.")]);
    expect(look()).toEqual(before);
    expect(repo.on("night", "RQ-0001.txt")).toBe("RQ-0001\n");
    expect(run.stdout).toContain("git merge night");

    // The task is not taken again before the merge, sequentially neither; after it the checkout has everything.
    repo.git("restore", "--staged", "--worktree", ".");
    for (const file of ["new.txt", "staged.txt"]) rmSync(repo.path(file), { force: true });
    for (const flags of [["--parallel", "1", "--target", "night"], []]) {
      expect(await repo.cueloop("run", "loop", ...flags)).toMatchObject({ code: 0 });
      expect(repo.turns("RQ-0001")).toBe(1);
    }
    repo.git("merge", "--quiet", "night");
    expect([repo.active(), statuses(repo.done())]).toEqual([[], ["RQ-0001 done"]]);
    expect(await repo.loop(1)).toMatchObject({ code: 0, stdout: expect.stringContaining("No task was worked.") });
    expect(leftBehind(repo, { branches: ["night"] })).toEqual([]);
  });

  test("edits that are in the way are not touched: the landing waits, and is blocked by them at the end", async () => {
    using repo = new Team(TWO, { files: { "shared.txt": "start\n" } });
    repo.deeds({ "RQ-0001": "tell began; await edited; echo agent > shared.txt", "RQ-0002": "await edited; echo 2 > RQ-0002.txt" });
    const loop = repo.startLoop(2);
    await repo.appeared("began");
    repo.write({ "shared.txt": "person\n" }).tell("edited");
    const { code, stdout } = await endOf(loop);
    expect([code, stdout]).toEqual([0, expect.stringContaining("Tasks: 1 landed on main, 1 blocked.")]);
    expect(stdout).toMatch(/RQ-0001 Do RQ-0001: blocked: .*not committed.*: shared\.txt/);
    expect(stdout).toContain("Edited in your checkout meanwhile: shared.txt.");
    expect([repo.read("shared.txt"), repo.landed()]).toEqual(["person\n", ["RQ-0002"]]);
    expect(repo.on("cueloop/RQ-0001", "shared.txt")).toBe("agent\n");

    repo.git("restore", "shared.txt");
    await repo.cueloop("run", "parallel", "retry", "--task", "RQ-0001");
    expect(await repo.loop(1)).toMatchObject({ code: 0, stdout: expect.stringContaining("Tasks: 1 landed on main.") });
    expect([repo.read("shared.txt"), repo.turns("RQ-0001")]).toEqual(["agent\n", 1]);
    expect(leftBehind(repo)).toEqual([]);
  });

  test("edits that are gone before the end of the run: the landing has waited for that", async () => {
    using repo = new Team(TWO, { files: { "shared.txt": "start\n" } });
    repo.deeds({ "RQ-0001": "tell began; await edited; echo agent > shared.txt", "RQ-0002": "await restored; echo 2 > RQ-0002.txt" });
    const loop = repo.startLoop(2);
    await repo.appeared("began");
    repo.write({ "shared.txt": "person\n" }).tell("edited");
    const output = Bun.readableStreamToText(loop.stdout);
    while (repo.worker("RQ-0001")["step"] !== "waiting_checkout") await Bun.sleep(20);
    repo.git("restore", "shared.txt");
    repo.tell("restored");
    expect([await loop.exited, await output]).toEqual([0, expect.stringContaining("Tasks: 2 landed on main.")]);
    expect(repo.read("shared.txt")).toBe("agent\n");
    expect(leftBehind(repo)).toEqual([]);
  });

  test("what an agent does there is told, and undone by nobody", async () => {
    using repo = new Team(ONE);
    const there = `cd ${repo.root}; echo x > outside.txt; git add outside.txt; git commit --quiet -m outside; echo y > staged.txt; git add staged.txt; cd - > /dev/null`;
    repo.deeds({ "RQ-0001": `${there}; echo 1 > RQ-0001.txt` });
    const { code, stdout } = await repo.loop(1);
    expect([code, stdout]).toEqual([0, expect.stringContaining("Tasks: 1 landed on main.")]);
    expect(stdout).toMatch(/The checkout .*repo changed \(HEAD moved, staged\.txt\) while agents worked on RQ-0001/);
    expect(repo.git("diff", "--cached", "--name-only")).toBe("staged.txt\n");
    expect([repo.on("main", "outside.txt"), repo.on("main", "RQ-0001.txt")]).toEqual(["x\n", "1\n"]);
    expect(repo.subjects()).toEqual(["outside", "RQ-0001: Do RQ-0001", "cueloop: archive RQ-0001 queue bookkeeping"]);
  });

  test("a person who switches to another branch meanwhile stays there, and the results go where they were to go", async () => {
    using repo = new Team(TWO);
    repo.deeds({ "RQ-0001": "tell began; await switched; echo 1 > RQ-0001.txt", "RQ-0002": "await switched; echo 2 > RQ-0002.txt" });
    const loop = repo.startLoop(2);
    await repo.appeared("began");
    repo.git("switch", "--quiet", "--create", "mine");
    repo.tell("switched");
    const { code, stdout } = await endOf(loop);
    expect([code, stdout]).toEqual([0, expect.stringContaining("Tasks: 2 landed on main.")]);
    expect([repo.git("branch", "--show-current"), repo.git("status", "--porcelain"), repo.has("RQ-0001.txt")]).toEqual([
      "mine\n",
      "",
      false,
    ]);
    expect(repo.landed().toSorted()).toEqual(["RQ-0001", "RQ-0002"]);
    expect(statuses(repo.booksOn("main", "done")).toSorted()).toEqual(["RQ-0001 done", "RQ-0002 done"]);
    repo.git("switch", "--quiet", "main");
    expect(await repo.loop(2)).toMatchObject({ code: 0, stdout: expect.stringContaining("No task was worked.") });
    expect(leftBehind(repo, { branches: ["mine"] })).toEqual([]);
  });
});

test.each([true, false])("tasks that are added and edited while workers run are kept, and worked (books tracked: %p)", async (tracked) => {
  using repo = new Team(TWO, { tracked });
  repo.deeds({ "RQ-0001": "tell began; await added; echo 1 > RQ-0001.txt", "RQ-0003": "echo 3 > RQ-0003.txt" });
  const loop = repo.startLoop(1);
  await repo.appeared("began");
  expect(await repo.cueloop("task", "add", "Do RQ-0003")).toMatchObject({ code: 0, stdout: "RQ-0003\tDo RQ-0003\n" });
  expect(await repo.cueloop("task", "status", "draft", "RQ-0002")).toMatchObject({ code: 0 });
  repo.tell("added");
  const { code, stdout } = await endOf(loop);
  expect([code, stdout]).toEqual([0, expect.stringContaining("Tasks: 2 landed on main.")]);
  expect(statuses(repo.active())).toEqual(["RQ-0002 draft"]);
  expect(statuses(repo.done()).toSorted()).toEqual(["RQ-0001 done", "RQ-0003 done"]);
  expect(await repo.cueloop("queue", "validate")).toMatchObject({ code: 0 });
  // What the person edited and no landing has committed yet is theirs to commit.
  const edits = new Set(tracked ? [" M .cueloop/queue.jsonc", " M .cueloop/done.jsonc"] : []);
  expect(leftBehind(repo).filter((left) => !edits.has(left))).toEqual([]);
});

describe("started from an odd place", () => {
  test("a linked worktree is the coordinator's checkout", async () => {
    using repo = new Team(TWO);
    const linked = join(repo.base, "linked");
    repo.git("worktree", "add", "--quiet", "-b", "side", linked);
    await Bun.write(join(linked, ".cueloop/trust.jsonc"), repo.read(".cueloop/trust.jsonc"));
    repo.deeds({ "RQ-0001": "echo 1 > RQ-0001.txt", "RQ-0002": "landed RQ-0001 side; test -e .git && echo 2 > RQ-0002.txt" });
    const run = await repo.run(["sh", "-c", `cd ${linked} && exec "${executable}" run loop --parallel 2`]);
    expect([run.code, run.stdout]).toEqual([0, expect.stringContaining("Tasks: 2 landed on side.")]);
    expect(repo.landed("side")).toEqual(["RQ-0001", "RQ-0002"]);
    expect(existsSync(join(linked, "RQ-0002.txt"))).toBe(true);
    expect([repo.landed("main"), statuses(repo.active())]).toEqual([[], ["RQ-0001 todo", "RQ-0002 todo"]]);
    repo.git("worktree", "remove", "--force", linked);
    expect(leftBehind(repo, { branches: ["side"] }).filter((left) => !/^linked(\/parallel)?$/.test(left))).toEqual([]);
  });

  test("git variables of another repository in the environment change nothing", async () => {
    using other = new Team(ONE);
    using repo = new Team(ONE);
    repo.deeds({ "RQ-0001": 'git rev-parse --show-toplevel > "$HOME/top"; echo 1 > RQ-0001.txt' });
    const before = other.git("for-each-ref") + other.git("status", "--porcelain");
    const env = { GIT_DIR: other.path(".git"), GIT_WORK_TREE: other.root, GIT_INDEX_FILE: other.path(".git/index"), GIT_PREFIX: "x/" };
    const run = await repo.run([executable, "run", "loop", "--parallel", "1"], { env });
    expect([run.code, run.stdout]).toEqual([0, expect.stringContaining("Tasks: 1 landed on main.")]);
    expect(repo.landed()).toEqual(["RQ-0001"]);
    expect((await Bun.file(join(repo.home, "top")).text()).trim()).toBe(repo.worktree("RQ-0001"));
    expect(other.git("for-each-ref") + other.git("status", "--porcelain")).toBe(before);
    expect(leftBehind(repo)).toEqual([]);
  });
});
