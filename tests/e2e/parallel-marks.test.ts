import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { json } from "../support/books.ts";
import { savedSession } from "../support/interrupted.ts";
import { Repository, task } from "../support/repository.ts";
import { alive, holdLock, workersAre, workspaceOf } from "../support/workers.ts";

/** RQ-0001 and RQ-0003 have workers, that of RQ-0002 is gone. */
function working(): Repository {
  const repo = new Repository().books([task("RQ-0001"), task("RQ-0002"), task("RQ-0003")]);
  workersAre(repo, {
    "RQ-0001": { lifecycle: "integrating", branch: "cueloop/RQ-0001", ...alive },
    "RQ-0002": { lifecycle: "running", ...alive, pid_start: "1" },
    "RQ-0003": { lifecycle: "running", ...alive },
  });
  return repo;
}

async function printed(repo: Repository, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await repo.cueloop(...args);
  expect(code).toBe(0);
  return stdout + stderr;
}

describe("tasks that parallel workers have in hand", () => {
  test("are marked in the list, not in its JSON", async () => {
    using repo = working();
    const lines = (await printed(repo, "queue", "list")).trimEnd().split("\n");
    expect(lines.map((line) => line.split("\t").at(-1))).toEqual(["worker: integrating", "Task RQ-0002", "worker: working"]);
    expect(await printed(repo, "queue", "list", "--format", "long")).toContain("worker: working");
    expect(JSON.parse(await printed(repo, "queue", "list", "--format", "json"))).toEqual(repo.active());
  });

  test("are marked where one is shown", async () => {
    using repo = working();
    expect(await printed(repo, "queue", "show", "RQ-0001", "--format", "text")).toMatch(
      /worker +integrating since .*, on cueloop\/RQ-0001/,
    );
    expect(await printed(repo, "queue", "show", "RQ-0002", "--format", "text")).not.toContain("worker");
    expect(JSON.parse(await printed(repo, "queue", "show", "RQ-0001"))).toEqual(task("RQ-0001"));
  });

  test("are told where the next task is explained", async () => {
    using repo = working();
    expect(await printed(repo, "queue", "next", "--explain")).toContain("A parallel worker has it in hand: integrating since");
    const text = await printed(repo, "queue", "explain");
    expect(text).toContain("With parallel workers\n  RQ-0001: integrating since");
    expect(text).not.toContain("RQ-0002: ");
    expect(await printed(repo, "queue", "explain", "--format", "json")).not.toContain("integrating");
  });

  test("count as such while their loop holds the lock, whatever their processes do", async () => {
    using repo = working();
    using _ = holdLock(repo, "run loop");
    expect(await printed(repo, "queue", "list")).toMatch(/RQ-0002\t.*\tworker: working/);
  });

  test("are in the status of the run, with what their worktrees say", async () => {
    using repo = working();
    const session = `${workspaceOf(repo, "RQ-0003")}/.cueloop/cache/session.jsonc`;
    mkdirSync(dirname(session), { recursive: true });
    writeFileSync(session, savedSession({ task_id: "RQ-0003", current_phase: 1 }));
    using _ = holdLock(repo, "run loop");
    const text = await printed(repo, "run", "status");
    for (const part of ["run loop", "RQ-0003  Task RQ-0003", "in its planning", "With parallel workers", "RQ-0001: integrating since"]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain("between tasks");
    const status = json(await printed(repo, "run", "status", "--format", "json"));
    expect(status).toMatchObject({ state: "running", blocking: null, tasks: [{ id: "RQ-0003", phase: "planning", agent_pid: null }] });
  });

  test("are none where the state cannot be read", async () => {
    using repo = working().write({ ".cueloop/cache/parallel/state.json": "{" });
    expect(await printed(repo, "queue", "list")).not.toContain("worker");
  });
});
