import { describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { executable, Repository, task } from "../support/repository.ts";
import { onTerminal } from "../support/terminal.ts";

const LOCK = ".cueloop/lock/owner";

function locked(owner: string): Repository {
  return new Repository({ git: false }).books([task("RQ-0001")]).write({ [LOCK]: owner });
}

function owner(pid: number, extra = ""): string {
  return `pid: ${pid}\nstarted_at: 2026-03-02T08:15:00.123456789Z\ncommand: cueloop queue sort\nlabel: queue sort\n${extra}`;
}

const deadPid = () => Bun.spawnSync(["true"]).pid;
const elsewhere = "host: zeus\nboot_id: b\npid_ns: 1\nrun_id: run-7\n";

describe("queue unlock", () => {
  test("without a lock says so", async () => {
    using repo = new Repository({ git: false }).books([]);
    for (const flags of [[], ["--dry-run"]]) {
      const { code, stdout, stderr } = await repo.cueloop("queue", "unlock", ...flags);
      expect(code).toBe(0);
      expect(stdout + stderr).toContain("not locked");
    }
  });

  test.each([
    ["a running process", owner(process.pid), "RUNNING", true],
    ["a dead process", owner(deadPid()), "NOT RUNNING", false],
    ["another host", owner(deadPid(), elsewhere), "INDETERMINATE", true],
    ["nobody known", "pid: 0\n", "UNKNOWN", false],
  ])("of %s: the dry run tells, and removal without --force is %p", async (_, text, word, refused) => {
    using repo = locked(text);
    const preview = await repo.cueloop("queue", "unlock", "--dry-run");
    expect(preview).toMatchObject({ code: 0, stderr: "" });
    for (const part of [`process: ${word}\n`, repo.path(".cueloop/lock"), "Dry run", refused ? "refused without --force" : "go through"]) {
      expect(preview.stdout).toContain(part);
    }
    expect(repo.read(LOCK)).toBe(text);
    const plain = await repo.cueloop("queue", "unlock");
    expect(plain).toMatchObject({ code: refused ? 1 : 0, stdout: "" });
    expect(repo.has(".cueloop/lock")).toBe(refused);
    if (!refused) return;
    for (const part of ["--force", "pid: ", "queue sort"]) expect(plain.stderr).toContain(part);
    const forced = await repo.cueloop("queue", "unlock", "--force");
    expect(forced.code).toBe(0);
    expect(forced.stderr).toContain("active process");
    expect(repo.has(".cueloop/lock")).toBe(false);
  });

  test("names the other host and the run", async () => {
    using repo = locked(owner(1, elsewhere));
    const { stdout } = await repo.cueloop("queue", "unlock", "--dry-run");
    expect(stdout).toContain("host: zeus");
    expect(stdout).toContain("run: run-7");
  });

  test("spares a live sharer although the owner is missing", async () => {
    using repo = new Repository({ git: false }).books([]).write({ [`.cueloop/lock/owner_task_${process.pid}_0`]: owner(process.pid) });
    expect((await repo.cueloop("queue", "unlock")).code).toBe(1);
    expect(repo.has(".cueloop/lock")).toBe(true);
  });

  test("removes an empty lock that no command dares to clear, and the queue can be changed again", async () => {
    using repo = new Repository({ git: false }).books([]);
    mkdirSync(repo.path(".cueloop/lock"), { recursive: true });
    const refused = await repo.cueloop("task", "add", "One");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("Queue lock already held");
    expect((await repo.cueloop("queue", "unlock", "--yes")).code).toBe(0);
    expect((await repo.cueloop("task", "add", "One")).code).toBe(0);
  });

  test.each([
    ["y", true],
    ["n", false],
  ])("on a terminal asks first; after %s the lock is gone: %p", async (key, gone) => {
    using repo = locked(owner(deadPid()));
    const { code, screen } = await onTerminal(repo, [executable, "queue", "unlock"], "Remove this lock?", key);
    expect(code).toBe(0);
    expect(screen).toContain("label: queue sort");
    expect(repo.has(LOCK)).toBe(!gone);
    if (!gone) expect(screen).toContain("Cancelled");
  });

  test("with --yes asks nothing on a terminal", async () => {
    using repo = locked(owner(deadPid()));
    expect((await onTerminal(repo, [executable, "queue", "unlock", "--yes"], "never shown", "")).code).toBe(0);
    expect(repo.has(LOCK)).toBe(false);
  });
});

test("a mutating command clears the lock of a dead process by itself", async () => {
  using repo = locked(owner(deadPid()));
  const added = await repo.cueloop("task", "add", "One");
  expect(added.code).toBe(0);
  expect(added.stderr).toContain("Cleared the stale queue lock");
  expect(repo.has(".cueloop/lock")).toBe(false);
});

test("queue stop leaves one line with the time, takes no lock and may be repeated", async () => {
  using repo = locked(owner(process.pid, ""));
  for (let count = 0; count < 2; count += 1) {
    const { code, stdout, stderr } = await repo.cueloop("queue", "stop");
    expect([code, stdout]).toEqual([0, ""]);
    for (const word of ["present task", "parallel loop", "Ctrl-C"]) expect(stderr).toContain(word);
  }
  expect(repo.read(".cueloop/cache/stop_requested")).toMatch(/^[^\n]*\d{4}-\d\d-\d\dT[^\n]*\n$/);
});
