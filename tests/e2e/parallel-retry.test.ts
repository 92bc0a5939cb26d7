import { describe, expect, test } from "bun:test";
import { json } from "../support/books.ts";
import { Repository, task } from "../support/repository.ts";
import { alive, holdLock, STATE, stateOf, workersAre } from "../support/workers.ts";

const REQUEST = ".cueloop/cache/parallel/retry/RQ-0001.json";
const blocked = { lifecycle: "blocked_push", push_attempts: 7, last_error: "conflict", completed_at: "2026-11-20T11:00:00Z" };

function withWorker(fields: Readonly<Record<string, unknown>>): Repository {
  const repo = new Repository().books([task("RQ-0001")]);
  workersAre(repo, { "RQ-0001": fields, "RQ-0002": { lifecycle: "failed", extra: 1 } });
  return repo;
}

const retry = (repo: Repository, ...flags: string[]) => repo.cueloop("run", "parallel", "retry", ...flags);

describe("run parallel retry", () => {
  test.each([
    ["blocked_push", []],
    ["blocked_push", ["--restart"]],
    ["failed", ["-m", "  look again "]],
    ["failed", ["--restart", "--message", "look again"]],
  ])("a %s task with %j is left for the next loop", async (lifecycle, flags) => {
    using repo = withWorker({ ...blocked, lifecycle });
    const before = stateOf(repo);
    const { code, stdout } = await retry(repo, "--task", "RQ-0001", ...flags);
    expect(code).toBe(0);
    for (const part of ["RQ-0001", "next loop", "cueloop run loop --parallel", "cueloop run parallel status"])
      expect(stdout).toContain(part);
    const [record, other] = Array.isArray(before["workers"]) ? before["workers"] : [];
    const { last_error: _, ...kept } = record;
    const wish = {
      lifecycle: "running",
      retry_requested: true,
      ...(flags.includes("--restart") ? { retry_restart: true } : {}),
      ...(flags.length > 1 ? { retry_message: "look again" } : {}),
    };
    expect(stateOf(repo)).toEqual({
      ...before,
      workers: [
        { ...kept, ...wish },
        { ...other, push_attempts: 0 },
      ],
    });
    expect(repo.has(".cueloop/lock")).toBe(false);
    expect(repo.active()).toEqual([task("RQ-0001")]);
  });

  test.each([
    ["completed", { lifecycle: "completed" }, "nothing to retry"],
    ["held", { lifecycle: "completed", integration: "held", branch: "cueloop/RQ-0001" }, "git merge cueloop/RQ-0001"],
    ["running", { lifecycle: "running", ...alive }, "is running"],
    ["integrating", { lifecycle: "integrating", ...alive }, "is integrating"],
    ["running without a process", { lifecycle: "running" }, "cannot be seen"],
  ])("a task that is %s is refused", async (_, fields, reason) => {
    using repo = withWorker(fields);
    const before = repo.read(STATE);
    for (const flags of [[], ["--restart"]]) {
      const { code, stdout, stderr } = await retry(repo, "--task", "RQ-0001", ...flags);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain(reason);
    }
    expect(repo.read(STATE)).toBe(before);
  });

  test.each([
    ["rq-0001", /rq-0001 is not among the workers \(RQ-0001, RQ-0002\)/],
    ["RQ-0003", /RQ-0003 is not among the workers/],
  ])("the id %s is not known", async (id, reason) => {
    using repo = withWorker(blocked);
    const { code, stderr } = await retry(repo, "--task", id);
    expect(code).toBe(1);
    expect(stderr).toMatch(reason);
  });

  test("without a state there is nothing to retry", async () => {
    using repo = new Repository().books([task("RQ-0001")]);
    const { code, stderr } = await retry(repo, "--task", "RQ-0001");
    expect(code).toBe(1);
    expect(stderr).toContain("cueloop run loop --parallel");
    expect(repo.has(STATE)).toBe(false);
  });

  test.each([
    ["newer", { schema_version: 4, workers: [] }, /state\.json has version 4/],
    ["corrupt", { schema_version: 3, workers: 7 }, /cannot be read: .*state\.json/],
    ["old", { schema_version: 2, workers: [{ task_id: "RQ-0001" }] }, /there are none/],
  ])("a state that is %s is refused and left alone", async (_, file, reason) => {
    using repo = new Repository().books([]).write({ [STATE]: JSON.stringify(file) });
    const { code, stderr } = await retry(repo, "--task", "RQ-0001");
    expect(code).toBe(1);
    expect(stderr).toMatch(reason);
    expect(JSON.parse(repo.read(STATE))).toEqual(file);
  });

  test("while a loop runs the wish is left for it, and the status says so", async () => {
    using repo = withWorker(blocked);
    const before = repo.read(STATE);
    using _ = holdLock(repo, "run loop");
    const { code, stdout } = await retry(repo, "--task", "RQ-0001", "--restart", "-m", "look again");
    expect(code).toBe(0);
    expect(stdout).toContain(`running loop (pid ${process.pid})`);
    expect(repo.read(STATE)).toBe(before);
    expect(json(repo.read(REQUEST))).toMatchObject({ version: 1, task_id: "RQ-0001", restart: true, message: "look again" });
    expect((await repo.cueloop("run", "parallel", "status")).stdout).toContain("RQ-0001 waits for the retry that was asked for.");
  });

  test("a lock that is no loop's is an error", async () => {
    using repo = withWorker(blocked);
    using _ = holdLock(repo, "run one");
    const { code, stderr } = await retry(repo, "--task", "RQ-0001");
    expect(code).toBe(1);
    expect(stderr).toContain("Queue lock already held");
    expect(repo.has(REQUEST)).toBe(false);
  });

  test("the task has to be named", async () => {
    using repo = withWorker(blocked);
    const { code, stderr } = await retry(repo);
    expect(code).toBe(2);
    expect(stderr).toContain("--task");
  });
});
