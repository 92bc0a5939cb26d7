import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import * as v from "valibot";
import { StatusDocument } from "../../src/parallel/status/document.ts";
import { Repository, task } from "../support/repository.ts";
import { alive, holdLock, leaveWorkspace, STATE, workersAre } from "../support/workers.ts";

const MARKER = JSON.stringify({ task_id: "RQ-0002", reason: "push refused", attempt: 4, max_attempts: 9, generated_at: "t" });

function opened(): Repository {
  const repo = new Repository().books([task("RQ-0001"), task("RQ-0002"), task("RQ-0003")]);
  repo.commit();
  return repo;
}

async function documentOf(repo: Repository): Promise<StatusDocument> {
  const { code, stdout, stderr } = await repo.cueloop("run", "parallel", "status", "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return v.parse(StatusDocument, JSON.parse(stdout));
}

/** The text, without colour; writing nothing. */
async function textOf(repo: Repository): Promise<string> {
  const before = readdirSync(repo.path(".cueloop"), { recursive: true }).sort();
  const { code, stdout, stderr } = await repo.cueloop("run", "parallel", "status");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(readdirSync(repo.path(".cueloop"), { recursive: true }).sort()).toEqual(before);
  return stdout;
}

describe("run parallel status", () => {
  test("without a state says so", async () => {
    using repo = opened();
    const { status, lifecycle_counts: counts, blocking } = await documentOf(repo);
    expect(status).toMatchObject({ schema_version: 3, workers: [] });
    expect([counts.total, blocking]).toEqual([0, undefined]);
    expect(await textOf(repo)).toContain("No state of parallel workers was found.");
  });

  test("shows every kind of worker, in order", async () => {
    using repo = opened();
    workersAre(repo, {
      "RQ-0001": { lifecycle: "blocked_push", push_attempts: 3, last_error: "conflict", completed_at: new Date().toISOString() },
      "RQ-0002": { lifecycle: "failed", last_error: "exit 1" },
      "RQ-0003": { lifecycle: "completed", completed_at: "2026-11-20T11:00:00Z" },
      "RQ-0004": { lifecycle: "integrating" },
      "RQ-0005": { lifecycle: "running" },
    });
    leaveWorkspace(repo, "RQ-0001", MARKER);
    const text = await textOf(repo);
    const parts = [
      "1 task is blocked.",
      "5 workers recorded, target branch main.",
      "Operator state: blocked",
      "Parallel workers",
      "schema version: 3",
      "target branch: main",
      "running 1, integrating 1, completed 1, failed 1, blocked 1, total 5",
      "Running\n  RQ-0005",
      "Integrating\n  RQ-0004",
      "Completed\n  RQ-0003  main",
      "Failed\n  RQ-0002  exit 1",
      "Blocked\n  RQ-0001  push refused  attempts 4/9",
      "Retained worktrees\n  RQ-0001",
      "1. cueloop run parallel status",
      "2. cueloop run parallel retry --task RQ-0001",
      "3. cueloop run loop --parallel — ",
    ];
    let from = 0;
    for (const part of parts) {
      const at = text.indexOf(part, from);
      expect(at, part).toBeGreaterThanOrEqual(from);
      from = at + part.length;
    }
    expect(text).not.toContain("<TASK_ID>");
    const { blocking, continuation } = await documentOf(repo);
    expect(blocking).toMatchObject({ status: "blocked", reason: { reason: "blocked_push" } });
    expect(continuation.blocking).toEqual(blocking);
    expect(continuation.detail).toContain("RQ-0004 is integrating and orphaned");
  });

  test("a worker whose process lives is under way, with and without the loop", async () => {
    using repo = opened();
    workersAre(repo, { "RQ-0001": { lifecycle: "running", ...alive }, "RQ-0002": { lifecycle: "blocked_push" } });
    const shown = async () => {
      const { blocking, continuation } = await documentOf(repo);
      return [blocking, continuation.headline];
    };
    expect(await shown()).toEqual([undefined, "1 task is under way."]);
    using _ = holdLock(repo, "run loop");
    expect(await shown()).toEqual([undefined, "1 task is under way."]);
  });

  test("a lock that another command holds is told", async () => {
    using repo = opened();
    workersAre(repo, { "RQ-0001": { lifecycle: "failed" } });
    using _ = holdLock(repo, "queue sort");
    const reason = { kind: "lock_blocked", owner: "queue sort", owner_pid: process.pid };
    expect(await documentOf(repo)).toMatchObject({ blocking: { status: "stalled", reason } });
    expect(await textOf(repo)).toContain("Operator state: stalled");
  });

  test("what git knows of is told: held results, merged ones, branches nobody knows", async () => {
    using repo = opened();
    repo.git("branch", "cueloop/RQ-0001");
    for (const id of ["RQ-0002", "RQ-0003"]) {
      repo.git("checkout", "--quiet", "-b", `cueloop/${id}`, "main");
      repo.write({ [`${id}.txt`]: "work\n" }).commit(id);
    }
    repo.git("checkout", "--quiet", "main");
    repo.git("branch", "cueloop/RQ-0009");
    const held = (id: string) => ({ lifecycle: "completed", integration: "held", branch: `cueloop/${id}` });
    workersAre(repo, { "RQ-0001": held("RQ-0001"), "RQ-0002": held("RQ-0002") });
    const { detail } = (await documentOf(repo)).continuation;
    expect(detail).toContain("RQ-0001 is finished and merged");
    expect(detail).toContain("`git merge cueloop/RQ-0002` brings it in");
    expect(detail).toContain("The branch cueloop/RQ-0003 has no record");
    expect(detail).not.toContain("RQ-0009");
  });

  test.each([
    ["an old file", { schema_version: 2, base_branch: "dev", workers: [{ pr: 1 }] }, { schema_version: 3, workers: [] }],
    ["a newer file", { schema_version: 4, target_branch: "dev", workers: [] }, { schema_version: 4, target_branch: "dev" }],
  ])("%s is read and left as it is", async (_, file, expected) => {
    using repo = opened();
    repo.write({ [STATE]: JSON.stringify(file) });
    const { status, continuation } = await documentOf(repo);
    expect(status).toMatchObject(expected);
    expect(continuation.detail.includes("later program")).toBe(file.schema_version === 4);
    expect(JSON.parse(repo.read(STATE))).toEqual(file);
  });

  test("a corrupt file is an error that names it, and stays", async () => {
    using repo = opened();
    repo.write({ [STATE]: '{"workers": [' });
    for (const flags of [[], ["--json"]]) {
      const { code, stdout, stderr } = await repo.cueloop("run", "parallel", "status", ...flags);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain("state.json:1:");
    }
    expect(repo.read(STATE)).toBe('{"workers": [');
  });

  test("works outside git", async () => {
    using repo = new Repository({ git: false }).books([]);
    workersAre(repo, { "RQ-0001": { lifecycle: "completed", integration: "held", branch: "cueloop/RQ-0001" } });
    expect(await textOf(repo)).toContain("held on cueloop/RQ-0001");
    expect(existsSync(repo.path(".git"))).toBe(false);
  });
});
