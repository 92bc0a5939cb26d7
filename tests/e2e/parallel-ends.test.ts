import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { record, statuses } from "../support/books.ts";
import { leftBehind } from "../support/left-behind.ts";
import { Team } from "../support/team.ts";

const ONE = { "RQ-0001": {} };
const TWO = { "RQ-0001": {}, "RQ-0002": {} };
const THREE = { ...TWO, "RQ-0003": {} };

/** Events of the run that are about a task, as lines. */
function runLog(repo: Team, id: string): string {
  const folder = repo.path(".cueloop/logs/runs");
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const lines = files.flatMap((file) => readFileSync(join(folder, file), "utf8").split("\n"));
  return lines.filter((line) => line.includes(`"task_id":"${id}"`)).join("\n");
}

/** The exit code and standard output of a loop that was started. */
async function endOf(loop: Bun.Subprocess<Blob, "pipe", "pipe">): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr, code] = await Promise.all([new Response(loop.stdout).text(), new Response(loop.stderr).text(), loop.exited]);
  return { code, stdout, stderr };
}

describe("publish mode off", () => {
  test.each([true, false])("the result is held; merged by hand, the next start archives it (books tracked: %p)", async (tracked) => {
    using repo = new Team(ONE, { tracked, publish: "off" });
    const before = repo.git("rev-parse", "main");
    const { code, stdout } = await repo.loop(1);
    expect([code, stdout]).toEqual([0, expect.stringContaining("Tasks: 1 finished and held on their branches.")]);
    expect(stdout).toContain("git merge cueloop/RQ-0001");
    expect([repo.git("rev-parse", "main"), repo.git("status", "--porcelain")]).toEqual([before, ""]);
    expect([statuses(repo.active()), existsSync(repo.worktree("RQ-0001"))]).toEqual([["RQ-0001 todo"], false]);
    expect((await repo.cueloop("run", "parallel", "status")).stdout).toContain("git merge cueloop/RQ-0001");

    expect(await repo.loop(1)).toMatchObject({ code: 0, stdout: expect.stringContaining("No task was worked.") });
    repo.git("merge", "--quiet", "cueloop/RQ-0001");
    expect(await repo.loop(1)).toMatchObject({ code: 0, stdout: expect.stringContaining("No task was worked.") });
    expect([repo.turns("RQ-0001"), repo.active(), statuses(repo.done())]).toEqual([1, [], ["RQ-0001 done"]]);
    expect(repo.archived("RQ-0001")).toMatchObject({
      custom_fields: { "cueloop.evidence": expect.stringContaining(`tree=${repo.treeWithoutBooks("main")} `) },
    });
    const edits = new Set([" M .cueloop/queue.jsonc", " M .cueloop/done.jsonc"]);
    expect(leftBehind(repo).filter((left) => !edits.has(left))).toEqual([]);
  });

  test("a branch that is deleted instead: the task is worked anew", async () => {
    using repo = new Team(ONE, { publish: "off" });
    await repo.loop(1);
    repo.git("branch", "-D", "cueloop/RQ-0001");
    expect(await repo.loop(1)).toMatchObject({ code: 0, stdout: expect.stringContaining("1 finished and held") });
    expect(repo.turns("RQ-0001")).toBe(2);
  });
});

describe("an agent that says the task should not be done", () => {
  test.each([
    [true, "commit"],
    [false, "commit"],
    [true, "off"],
  ] as const)("is believed: rejected, its work kept (books tracked: %p, publish %s)", async (tracked, publish) => {
    using repo = new Team(TWO, { tracked, publish });
    repo.deeds({ "RQ-0001": "echo half > half.txt; cueloop task reject --note 'makes no sense' RQ-0001", "RQ-0002": "true" });
    const { code, stdout } = await repo.loop(2);
    expect([code, stdout]).toEqual([0, expect.stringContaining("1 rejected by the agent")]);
    expect(record(repo.done(), "RQ-0001")).toMatchObject({ status: "rejected", notes: expect.arrayContaining(["makes no sense"]) });
    expect(statuses(repo.active())).toEqual(publish === "off" ? ["RQ-0002 todo"] : []);
    expect([repo.on("main", "half.txt"), repo.landed().includes("RQ-0001")]).toEqual([null, false]);
    const [ref = ""] = repo.salvaged("RQ-0001");
    expect(repo.on(ref, "half.txt")).toBe("half\n");
    const mine =
      publish === "off"
        ? ["refs/heads/cueloop/RQ-0002", " M .cueloop/queue.jsonc", " M .cueloop/done.jsonc", "?? .cueloop/done.jsonc"]
        : [];
    const left = leftBehind(repo).filter((name) => !mine.includes(name) && !name.startsWith("cache/parallel/workers/RQ-0002"));
    expect(left).toEqual([]);
  });
});

test("a task that is done on the target meanwhile does not land again: done elsewhere", async () => {
  using repo = new Team(ONE);
  repo.deeds({ "RQ-0001": "tell began; await done; echo 1 > RQ-0001.txt" });
  const loop = repo.startLoop(1);
  await repo.appeared("began");
  repo.books([], [{ ...record(repo.active(), "RQ-0001"), status: "done", completed_at: "2026-11-20T08:00:00Z" }]);
  repo.git("commit", "--quiet", "--all", "--message", "RQ-0001: by hand");
  repo.tell("done");
  const { code, stdout } = await endOf(loop);
  expect([code, stdout]).toEqual([0, expect.stringContaining("done elsewhere")]);
  expect([repo.on("main", "RQ-0001.txt"), repo.on("cueloop/RQ-0001", "RQ-0001.txt")]).toEqual([null, "1\n"]);
  expect([repo.active(), statuses(repo.done())]).toEqual([[], ["RQ-0001 done"]]);
});

test("a repository that an agent makes survives everything, and the worktree with it", async () => {
  using repo = new Team(TWO, { config: { parallel: { push_backoff_ms: [0] } } });
  repo.deeds({ "RQ-0001": "mkdir -p inner && cd inner && git init --quiet && echo precious > file.txt; cd ..; echo 1 > RQ-0001.txt" });
  const precious = join(repo.worktree("RQ-0001"), "inner/file.txt");
  const { code, stdout } = await repo.loop(2, "--max-turns", "3");
  expect([code, stdout]).toEqual([0, expect.stringContaining("Tasks: 1 landed on main, 1 blocked.")]);
  expect(String(repo.worker("RQ-0001")["last_error"])).toContain("inner");
  for (const words of [
    ["run", "loop", "--parallel", "2"],
    ["worktree", "gc", "--yes", "--older-than", "0d"],
    ["run", "parallel", "retry", "--task", "RQ-0001", "--restart"],
    ["run", "loop", "--parallel", "2", "--max-turns", "3"],
    ["worktree", "gc", "--yes", "--older-than", "0d"],
  ]) {
    await repo.cueloop(...words);
    expect([words, await Bun.file(precious).text()]).toEqual([words, "precious\n"]);
  }
  expect(statuses(repo.active())).toEqual(["RQ-0001 todo"]);
});

test("half of a task that was kept is not brought in by a retry: the task starts over", async () => {
  using repo = new Team(ONE);
  repo.deeds({ "RQ-0001": "git init --quiet inner && echo precious > inner/file.txt; echo half > half.txt; exit 3" });
  expect(await repo.loop(1)).toMatchObject({ code: 0, stdout: expect.stringContaining("Tasks: 1 blocked.") });
  rmSync(join(repo.worktree("RQ-0001"), "inner"), { recursive: true });
  repo.deeds({ "RQ-0001": "echo 1 > RQ-0001.txt" });
  await repo.cueloop("run", "parallel", "retry", "--task", "RQ-0001");
  expect(await repo.loop(1)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/so the task starts over.*\n[\s\S]*Tasks: 1 landed on main\./),
  });
  expect([repo.on("main", "RQ-0001.txt"), repo.on("main", "half.txt")]).toEqual(["1\n", null]);
  expect(repo.on(repo.salvaged("RQ-0001").at(-1) ?? "", "half.txt")).toBe("half\n");
  expect(leftBehind(repo)).toEqual([]);
});

test("a usage limit of one worker holds up those of its runner, and costs no attempt", async () => {
  using repo = new Team(TWO, { gate: "test ! -e red.txt" });
  const limit = `printf '{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":%s}}\\n' $(($(date +%s) + 3600))`;
  const state = repo.path(".cueloop/cache/parallel/state.json");
  repo.deeds({
    "RQ-0001": `tell began-1; await began-2; ${limit}; exit 1`,
    // Ends its turn when the limit is known; the red gate asks for another turn then.
    "RQ-0002": `tell began-2; await began-1; echo 2 > red.txt; until grep -q '"limits"' ${state}; do sleep 0.02; done`,
  });
  const loop = repo.startLoop(2);
  const output = endOf(loop);
  const end = Date.now() + 20_000;
  while (!/limit/i.test(runLog(repo, "RQ-0002")) && Date.now() < end) await Bun.sleep(50);
  const status = (await repo.cueloop("run", "parallel", "status")).stdout;
  loop.kill("SIGINT");
  const { stdout } = await output;
  expect([status, stdout]).toEqual([expect.stringMatching(/limit/i), expect.stringMatching(/RQ-0001 \|.*limit/i)]);
  expect(stdout).toMatch(/RQ-0002 \|.*limit/i);
  expect([repo.turns("RQ-0001"), repo.turns("RQ-0002")]).toEqual([1, 1]);
  for (const id of Object.keys(TWO)) expect([id, repo.worker(id)["push_attempts"]]).toEqual([id, 0]);
});

describe("tasks that change the same file", () => {
  test("are told of when they were worked together; declared scopes keep them apart while there is something else", async () => {
    using repo = new Team(
      { "RQ-0001": { scope: ["lib"] }, "RQ-0002": { scope: ["./lib/a.txt:3"] }, "RQ-0003": {} },
      { files: { "lib/a.txt": "1\n2\n3\n4\n5\n6\n7\n8\n" } },
    );
    repo.deeds({
      "RQ-0001": 'tell began-1; await began-3; test ! -e "$HOME/began-2" || exit 9; sed -i s/1/one/ lib/a.txt',
      "RQ-0002": "tell began-2; sed -i s/8/eight/ lib/a.txt",
      "RQ-0003": "tell began-3; landed RQ-0001; echo 3 > RQ-0003.txt",
    });
    const apart = await repo.loop(2);
    expect([apart.code, apart.stdout]).toEqual([0, expect.stringContaining("Tasks: 3 landed on main.")]);
    expect(apart.stdout).not.toContain("were worked together");

    using other = new Team(TWO, { files: { "lib/a.txt": "1\n2\n3\n4\n5\n6\n7\n8\n" } });
    other.deeds({
      "RQ-0001": "tell began-1; await began-2; sed -i s/1/one/ lib/a.txt",
      "RQ-0002": "tell began-2; await began-1; sed -i s/8/eight/ lib/a.txt",
    });
    const together = await other.loop(2);
    expect(together.code).toBe(0);
    expect(together.stdout).toMatch(
      /RQ-000\d and RQ-000\d were worked together and both changed lib\/a\.txt; with that in the `scope` of both/,
    );
    expect(other.on("main", "lib/a.txt")).toBe("one\n2\n3\n4\n5\n6\n7\neight\n");
  });
});

describe("how many, and how long", () => {
  test("--max-tasks counts the workers that are begun", async () => {
    using repo = new Team(THREE);
    repo.deeds({ "RQ-0001": "exit 3" });
    const { code, stdout } = await repo.loop(2, "--max-tasks", "2");
    expect([code, stdout]).toEqual([0, expect.stringContaining("Tasks: 1 landed on main, 1 failed.")]);
    expect([repo.turns("RQ-0003"), statuses(repo.active())]).toEqual([0, ["RQ-0001 todo", "RQ-0003 todo"]]);
  });

  test("`queue stop`: what runs is finished and landed, nothing more is begun", async () => {
    using repo = new Team(THREE);
    repo.deeds({ "RQ-0001": "tell began; await stop; echo 1 > RQ-0001.txt", "RQ-0002": "await stop; echo 2 > RQ-0002.txt" });
    const loop = repo.startLoop(2);
    await repo.appeared("began");
    expect(await repo.cueloop("queue", "stop")).toMatchObject({ code: 0 });
    const output = endOf(loop);
    repo.tell("stop");
    expect(await output).toMatchObject({ code: 0, stdout: expect.stringMatching(/Stopped on request\.\nTasks: 2 landed on main\./) });
    expect([repo.turns("RQ-0003"), repo.landed().toSorted()]).toEqual([0, ["RQ-0001", "RQ-0002"]]);
    expect(leftBehind(repo)).toEqual([]);
  });

  test("--keep-going: everything is worked, and the exit code tells of what failed", async () => {
    using repo = new Team(TWO);
    repo.deeds({ "RQ-0001": "echo half > half.txt; exit 3" });
    expect((await repo.loop(2, "--keep-going")).code).toBe(1);
    expect([repo.landed(), repo.salvaged("RQ-0001").length]).toEqual([["RQ-0002"], 1]);
    expect((await repo.loop(2)).code).toBe(0);
    repo.deeds({ "RQ-0001": "echo 1 > RQ-0001.txt" });
    expect((await repo.loop(2, "--keep-going")).code).toBe(0);
    expect(repo.landed()).toEqual(["RQ-0002", "RQ-0001"]);
  });

  test("parallel.workers is the number where none is typed; flags that do not go with it are named", async () => {
    using repo = new Team(TWO, { config: { parallel: { workers: 2 } } });
    repo.deeds({
      "RQ-0001": "tell began-1; await began-2; echo 1 > RQ-0001.txt",
      "RQ-0002": "tell began-2; await began-1; echo 2 > RQ-0002.txt",
    });
    const { code, stdout, stderr } = await repo.cueloop("run", "loop", "--wait-when-blocked", "--resume");
    expect([code, stdout]).toEqual([0, expect.stringContaining("Tasks: 2 landed on main.")]);
    expect(stdout + stderr).toContain("--wait-when-blocked");
    expect(stdout + stderr).toContain("--resume");
    expect(leftBehind(repo)).toEqual([]);
  });
});

describe("Ctrl-C", () => {
  test("once: agents may wind up, what they had is kept, and the next run works the tasks", async () => {
    using repo = new Team(TWO);
    const hang = "trap 'echo last words > last.txt; exit 1' INT; echo half > half.txt; tell began-$id; sleep 300 & wait";
    repo.deeds({ "RQ-0001": hang, "RQ-0002": hang });
    const loop = repo.startLoop(2);
    for (const id of Object.keys(TWO)) await repo.appeared(`began-${id}`);
    loop.kill("SIGINT");
    expect(await endOf(loop)).toMatchObject({ code: 1, stderr: expect.stringContaining("interrupted") });
    for (const id of Object.keys(TWO)) {
      const [ref = ""] = repo.salvaged(id);
      expect([repo.on(ref, "half.txt"), repo.on(ref, "last.txt")]).toEqual(["half\n", "last words\n"]);
    }
    expect(leftBehind(repo)).toEqual([]);
    repo.deeds({ "RQ-0001": "echo 1 > RQ-0001.txt", "RQ-0002": "echo 2 > RQ-0002.txt" });
    expect(await repo.loop(2)).toMatchObject({ code: 0, stdout: expect.stringContaining("Tasks: 2 landed on main.") });
  });

  test("twice: an agent that ignores the first is not waited for, and no work is lost", async () => {
    using repo = new Team(ONE);
    repo.deeds({ "RQ-0001": "trap '' TERM; trap 'tell interrupted' INT; echo half > half.txt; tell began; while :; do sleep 0.05; done" });
    const loop = repo.startLoop(1);
    await repo.appeared("began");
    loop.kill("SIGINT");
    await repo.appeared("interrupted");
    loop.kill("SIGINT");
    expect((await endOf(loop)).code).not.toBe(0);
    repo.deeds({ "RQ-0001": "echo 1 > RQ-0001.txt" });
    expect(await repo.loop(1)).toMatchObject({ code: 0, stdout: expect.stringContaining("Tasks: 1 landed on main.") });
    expect(repo.on(repo.salvaged("RQ-0001")[0] ?? "", "half.txt")).toBe("half\n");
    expect(leftBehind(repo)).toEqual([]);
  });
});

test.each([
  [["--parallel", "0"]],
  [["--parallel", "256"]],
  [["--parallel", "two"]],
  [["--parallel", "1.5"]],
  [["--target", "night"]],
  [["--parallel", "2", "--dry-run"]],
  [["--parallel", "2", "--wait-when-blocked"]],
  [["--parallel", "2", "--wait-when-empty"]],
])("%j is a usage error", async (flags) => {
  using repo = new Team(ONE);
  const { code, stdout, stderr } = await repo.cueloop("run", "loop", ...flags);
  expect([code, stdout, stderr]).toEqual([
    2,
    "",
    expect.stringContaining(flags.at(-1)?.startsWith("--") === true ? (flags.at(-1) ?? "") : "--"),
  ]);
  expect(repo.turns("RQ-0001")).toBe(0);
  expect(leftBehind(repo)).toEqual([]);
});
