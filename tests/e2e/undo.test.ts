import { describe, expect, test } from "bun:test";
import { booksOf, json, operations, statuses } from "../support/books.ts";
import { executable, Repository, task } from "../support/repository.ts";
import { onTerminal } from "../support/terminal.ts";

const start = () => new Repository({ git: false }).books([task("RQ-0001"), task("RQ-0002")]);

/** Changes a title without any command. */
function editByHand(repo: Repository, id: string): void {
  repo.write({ ".cueloop/queue.jsonc": repo.read(".cueloop/queue.jsonc").replace(`"Task ${id}"`, '"by hand"') });
}

describe("undo", () => {
  test("takes changes back one after the other", async () => {
    using repo = start();
    const before = repo.read(".cueloop/queue.jsonc");
    for (const argv of [
      ["task", "done", "RQ-0001"],
      ["task", "start", "RQ-0002"],
    ])
      expect((await repo.cueloop(...argv)).code).toBe(0);
    expect(statuses(repo.active())).toEqual(["RQ-0002 doing"]);
    const once = await repo.cueloop("undo");
    expect(once).toMatchObject({ code: 0, stderr: "" });
    expect(once.stdout).toContain("task start RQ-0002");
    expect(statuses([...repo.active(), ...repo.done()])).toEqual(["RQ-0002 todo", "RQ-0001 done"]);
    expect((await repo.cueloop("undo")).code).toBe(0);
    expect(repo.read(".cueloop/queue.jsonc")).toBe(before);
    expect(repo.done()).toEqual([]);
    const none = await repo.cueloop("undo");
    expect(none.code).toBe(1);
    expect(none.stderr).toContain("nothing to undo");
  });

  test("what it replaces is kept in the file it names, and can be brought back", async () => {
    using repo = start();
    await repo.cueloop("task", "done", "RQ-0001");
    const after = booksOf(repo).replace(/,\[".*$/, "");
    const { stdout } = await repo.cueloop("undo");
    const kept = /kept in (\S+\.json)/.exec(stdout)?.[1] ?? "";
    repo.write({ ".cueloop/cache/undo/undo-1.json": await Bun.file(kept).text() });
    expect((await repo.cueloop("undo")).code).toBe(0);
    expect(booksOf(repo)).toStartWith(after);
  });

  test("--list shows newest first, takes no lock, and wins over other flags", async () => {
    using repo = start();
    expect((await repo.cueloop("undo", "--list")).stdout).toContain("nothing to undo");
    await repo.cueloop("task", "done", "RQ-0001");
    await repo.cueloop("task", "add", "Third");
    repo.write({ ".cueloop/lock/owner": `pid: ${process.pid}\nlabel: run loop\n` });
    const listed = await repo.cueloop("undo", "--list", "--dry-run");
    expect(listed.code).toBe(0);
    expect(listed.stdout).toMatch(/1\. task add RQ-0003 \[2[^\]]*\]\n {5}ID: \d+T\d+Z\n {2}2\. task done RQ-0001/);
    const document = json((await repo.cueloop("undo", "--list", "--format", "json")).stdout);
    expect(document).toMatchObject({
      version: 1,
      restored: false,
      result: [{ operation: "task add RQ-0003" }, { operation: "task done RQ-0001" }],
    });
  });

  test("--dry-run tells which tasks appear, vanish and change, and writes nothing", async () => {
    using repo = start();
    await repo.cueloop("task", "done", "RQ-0001");
    await repo.cueloop("task", "add", "Third");
    const before = booksOf(repo);
    const { code, stdout } = await repo.cueloop("undo", "--dry-run", "--id", "2", "--format", "json");
    expect(code).toBe(0);
    expect(json(stdout)).toMatchObject({
      dry_run: true,
      restored: false,
      result: { operation: "task done RQ-0001", tasks_affected: 2 },
      changes: { appear: [], vanish: ["RQ-0003"], change: ["RQ-0001"] },
      also_lost: ["RQ-0003"],
    });
    expect((await repo.cueloop("undo", "--dry-run")).stdout).toContain("Gone: RQ-0003");
    expect(booksOf(repo)).toBe(before);
  });

  test("an unknown id is an error that names the nearest", async () => {
    using repo = start();
    await repo.cueloop("task", "done", "RQ-0001");
    for (const id of ["7", "2026", "../x", "undo-20200101T000000000000000Z"]) {
      const { code, stderr } = await repo.cueloop("undo", "--id", id);
      expect(code).toBe(1);
      expect(stderr).toMatch(/There is no snapshot `.*Nearest: \d+T\d+Z \(task done RQ-0001\)/);
    }
    expect(operations(repo)).toEqual(["task done RQ-0001"]);
  });

  test("a later change to another task is not taken back without --yes", async () => {
    using repo = start();
    await repo.cueloop("task", "start", "RQ-0001");
    editByHand(repo, "RQ-0002");
    const before = booksOf(repo);
    const refused = await repo.cueloop("undo");
    expect(refused.code).toBe(1);
    for (const word of ["RQ-0002", "--yes"]) expect(refused.stderr).toContain(word);
    expect(refused.stderr).not.toContain("RQ-0001");
    expect(booksOf(repo)).toBe(before);
    expect((await repo.cueloop("undo", "--yes")).code).toBe(0);
    expect(repo.read(".cueloop/queue.jsonc")).not.toContain("by hand");
  });

  test.each([
    ["n", true],
    ["y", false],
  ])("on a terminal it asks; after %s the later change stays: %p", async (key, stays) => {
    using repo = start();
    await repo.cueloop("task", "start", "RQ-0001");
    editByHand(repo, "RQ-0002");
    const { code, screen } = await onTerminal(repo, [executable, "undo"], "Restore nevertheless?", key);
    expect(code).toBe(0);
    expect(screen).toContain("RQ-0002");
    expect(repo.read(".cueloop/queue.jsonc").includes("by hand")).toBe(stays);
  });

  test("a queue that no longer parses is restored", async () => {
    using repo = start();
    await repo.cueloop("task", "start", "RQ-0001");
    repo.write({ ".cueloop/queue.jsonc": "<<<<<<< HEAD" });
    expect((await repo.cueloop("queue", "list")).code).toBe(1);
    expect((await repo.cueloop("undo")).code).toBe(0);
    expect(statuses(repo.active())).toEqual(["RQ-0001 todo", "RQ-0002 todo"]);
  });
});
