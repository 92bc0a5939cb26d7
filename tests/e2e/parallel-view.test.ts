import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { processLiveness } from "../../src/base/identity.ts";
import { scriptedAgent } from "../support/agent.ts";
import { isRecord, json, statuses } from "../support/books.ts";
import { executable, Repository, task } from "../support/repository.ts";
import { Terminal } from "../support/terminal.ts";
import { stateOf } from "../support/workers.ts";

/** Two tasks, whose agents say that they begin and then wait until they may go on. */
function prepared(): Repository {
  const repo = new Repository().books([task("RQ-0001", { title: "One" }), task("RQ-0002", { title: "Two" })]);
  scriptedAgent(repo, {
    scripted: [
      { run: 'touch "$HOME/began-$CUELOOP_TASK_ID"' },
      { say: "I begin.\n\nIn a moment." },
      { run: 'until [ -e "$HOME/go" ]; do sleep 0.02; done; echo x > "$CUELOOP_TASK_ID.txt"' },
      { say: "It is written." },
    ],
  });
  repo.commit();
  return repo;
}

/** Pids that the state file names. */
function workersOf(repo: Repository): number[] {
  const workers = stateOf(repo)["workers"];
  const records: unknown[] = Array.isArray(workers) ? workers : [];
  return records.map((record) => (isRecord(record) ? Number(record["pid"]) : 0));
}

const goOn = (repo: Repository) => writeFileSync(join(repo.home, "go"), "");
const LOOP = ["run", "loop", "--parallel", "2", "--git-publish-mode", "commit"] as const;

describe("a loop with parallel workers", () => {
  test("prints a line for each thing that happens, with the task it is about", async () => {
    using repo = prepared();
    goOn(repo);
    const { code, stdout } = await repo.cueloop(...LOOP);
    expect(code).toBe(0);
    for (const id of ["RQ-0001", "RQ-0002"]) {
      const own = stdout.split("\n").filter((line) => line.startsWith(`${id} | `));
      for (const part of ["I begin.", "In a moment.", "> implementation", "It is written.", "landed on main."]) {
        expect(own.filter((line) => line.includes(part))).toHaveLength(1);
      }
      expect(own.every((line) => line.trimEnd() !== `${id} |`)).toBe(true);
    }
    expect(statuses(repo.done())).toEqual(expect.arrayContaining(["RQ-0001 done", "RQ-0002 done"]));
  });

  test("on a terminal shows a row for each worker; the queue and the status show them too", async () => {
    using repo = prepared();
    await using terminal = new Terminal(repo, [executable, ...LOOP], { columns: 100 });
    await terminal.shows(
      /── 2 workers ─+ [\d.]+ s\s+RQ-0001 {2}One {2}implementation +[\d.]+ s {2}In a moment\.\s+RQ-0002 {2}Two {2}implementation/,
    );
    await terminal.shows("s stop after these tasks   l agents' output   q stop now");
    expect(terminal.screen.text).not.toContain("| I begin.");

    const list = (await repo.cueloop("queue", "list")).stdout;
    expect(list.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^RQ-0001\t.*\tworker: working$/),
      expect.stringMatching(/worker: working$/),
    ]);
    const status = json((await repo.cueloop("run", "parallel", "status", "--json")).stdout);
    expect(status).toMatchObject({ lifecycle_counts: { running: 2, total: 2 }, continuation: { headline: "2 tasks are under way." } });
    expect(status["blocking"]).toBeUndefined();
    const run = json((await repo.cueloop("run", "status", "--format", "json")).stdout);
    expect(run).toMatchObject({
      state: "running",
      tasks: [
        { id: "RQ-0001", title: "One", phase: "implementation", runner: "script", agent_pid: expect.any(Number) },
        { id: "RQ-0002", title: "Two", phase: "implementation", runner: "script", agent_pid: expect.any(Number) },
      ],
    });

    terminal.type("l");
    await terminal.shows(/RQ-0002 \| I begin\./);
    terminal.type("x");
    await terminal.shows("── 2 workers");
    terminal.type("s");
    await terminal.shows("s go on: stopping after these");
    goOn(repo);
    expect(await terminal.ended()).toBe(0);
    expect(terminal.screen.text).toContain("RQ-0001 | landed on main.");
    expect(statuses(repo.done()).toSorted()).toEqual(["RQ-0001 done", "RQ-0002 done"]);
  });

  test("that was killed leaves a lock and orphans, as the status says", async () => {
    using repo = prepared();
    const loop = repo.start([executable, ...LOOP]);
    for (const id of ["RQ-0001", "RQ-0002"]) await repo.appeared(`began-${id}`);
    loop.kill("SIGKILL");
    await loop.exited;
    // The workers notice that nobody holds their input any more, and end by themselves.
    for (const pid of workersOf(repo)) while (processLiveness(pid) !== "dead") await Bun.sleep(20);
    const status = json((await repo.cueloop("run", "parallel", "status", "--json")).stdout);
    expect(status).toMatchObject({
      lifecycle_counts: { running: 2 },
      blocking: { status: "stalled", reason: { kind: "lock_blocked", owner: "run loop" } },
    });
    const text = (await repo.cueloop("run", "parallel", "status")).stdout;
    for (const part of ["left behind", "RQ-0001 is running and orphaned", "RQ-0002 is running and orphaned", "1. cueloop queue unlock"]) {
      expect(text).toContain(part);
    }
    expect((await repo.cueloop("queue", "list")).stdout).not.toContain("worker:");
  });
});
