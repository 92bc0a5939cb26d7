import { describe, expect, test } from "bun:test";
import { booksOf, json, operations, statuses } from "../support/books.ts";
import { Repository, task } from "../support/repository.ts";

describe("queue repair", () => {
  const twice = () =>
    new Repository({ git: false }).books(
      [task("RQ-0001", { ...complete, title: "" }), task("RQ-0001", { ...complete, title: "Second" })],
      [done("RQ-0002", "Other"), done("RQ-0001", "Old")],
    );
  const complete = { tags: ["t"], scope: ["s"], evidence: ["e"], plan: ["p"], request: "r" };
  const done = (id: string, title: string) => task(id, { ...complete, title, status: "done", completed_at: "2026-03-04T00:00:00Z" });

  test("mends, renumbers and reports; a dry run only reports; undo takes it back", async () => {
    using repo = twice();
    const before = booksOf(repo);
    const preview = await repo.cueloop("queue", "repair", "--dry-run");
    expect(preview.code).toBe(0);
    expect(preview.stdout).toContain("Dry run");
    expect(preview.stdout).toContain("Operator state: stalled");
    expect(preview.stdout).toContain("1 task to mend, 2 new ids, 0 timestamps.");
    expect(booksOf(repo)).toBe(before);
    const { code, stdout } = await repo.cueloop("queue", "repair");
    expect(code).toBe(0);
    const report = json(stdout.slice(stdout.indexOf("Repair report:\n") + 15, stdout.indexOf("\n\nNext:")));
    expect(report).toEqual({
      fixed_tasks: 1,
      remapped_ids: [
        ["RQ-0001", "RQ-0003"],
        ["RQ-0001", "RQ-0004"],
      ],
      fixed_timestamps: 0,
    });
    expect(statuses([...repo.active(), ...repo.done()])).toEqual(["RQ-0001 todo", "RQ-0003 todo", "RQ-0002 done", "RQ-0004 done"]);
    expect(operations(repo)).toEqual(["queue repair continuation"]);
    expect((await repo.cueloop("undo")).code).toBe(0);
    expect(repo.active()).toHaveLength(2);
    expect((await repo.cueloop("queue", "validate")).code).toBe(1);
  });

  test("nothing to repair writes nothing, also without a queue file", async () => {
    using repo = new Repository({ git: false }).books([task("RQ-0001", complete)]);
    const before = booksOf(repo);
    expect((await repo.cueloop("queue", "repair")).stdout).toContain("Nothing to repair");
    expect(booksOf(repo)).toBe(before);
    using empty = new Repository();
    expect((await empty.cueloop("queue", "repair")).stdout).toContain("Nothing to repair");
    expect(empty.has(".cueloop/queue.jsonc")).toBe(false);
  });

  test.each([["--dry-run"], []])("what it cannot mend fails with the reason, nothing written %s", async (...flags) => {
    using repo = new Repository({ git: false }).books([task("RQ-0001", { title: "", depends_on: ["RQ-0099"] })]);
    const before = booksOf(repo);
    const { code, stderr, stdout } = await repo.cueloop("queue", "repair", ...flags);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("RQ-0099");
    expect(stderr).toContain(flags.length > 0 ? "would fail" : "Nothing was written");
    expect(booksOf(repo)).toBe(before);
  });

  test("drops the active copy of a finished task and says so", async () => {
    using repo = new Repository({ git: false }).books(
      [task("RQ-0001", { ...complete, title: "Same" }), task("RQ-0002", complete)],
      [done("RQ-0001", "Same")],
    );
    const { code, stdout } = await repo.cueloop("queue", "repair");
    expect(code).toBe(0);
    expect(stdout).toContain("dropped: RQ-0001");
    expect(statuses([...repo.active(), ...repo.done()])).toEqual(["RQ-0002 todo", "RQ-0001 done"]);
  });

  test("text that is no JSON is an error that names undo", async () => {
    using repo = new Repository({ git: false }).write({ ".cueloop/queue.jsonc": '{"version": 1, "tasks": [' });
    const { code, stderr } = await repo.cueloop("queue", "repair");
    expect(code).toBe(1);
    expect(stderr).toContain("cueloop undo");
  });
});
