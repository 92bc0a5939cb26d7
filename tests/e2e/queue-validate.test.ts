import { describe, expect, test } from "bun:test";
import { booksOf } from "../support/books.ts";
import { Repository, task } from "../support/repository.ts";

const done = { status: "done", completed_at: "2026-03-05T10:00:00.000000000Z" };

/** The commands listed under `Next:`, in order. */
function nextCommands(stdout: string): string[] {
  return [...stdout.matchAll(/^ {2}\d+\. (cueloop .+?) — .+$/gm)].map((match) => match[1] ?? "");
}

describe("queue validate", () => {
  test.each<[string, Record<string, unknown>[], RegExp, string[]]>([
    ["something runnable", [task("RQ-0001")], /^Queue is ready\.\n/, ["cueloop run one", "cueloop task insert --dry-run --input <PATH>"]],
    [
      "runnable, with warnings",
      [task("RQ-0001", { parent_id: "RQ-0099" })],
      /^Queue is ready, with warnings\.\n[\s\S]*\n\nWarnings:\n {2}- \[RQ-0001\] /,
      ["cueloop queue validate", "cueloop run one"],
    ],
    ["nothing to do", [], /^Queue is waiting\.\n[\s\S]*\n\nOperator state: waiting\n/, ["cueloop queue explain", "cueloop run one"]],
    [
      "everything waits for a task in work",
      [task("RQ-0001", { status: "doing" }), task("RQ-0002", { depends_on: ["RQ-0001"] })],
      /^Queue is blocked\.\n[\s\S]*\n\nOperator state: blocked\n/,
      ["cueloop queue explain", "cueloop run one"],
    ],
    [
      "everything is scheduled for later",
      [task("RQ-0001", { scheduled_start: "2099-01-01T00:00:00Z" })],
      /^Queue is waiting\.\n/,
      ["cueloop queue explain", "cueloop run one"],
    ],
    [
      "only drafts",
      [task("RQ-0001", { status: "draft", kind: "group" }), task("RQ-0002", { status: "draft", parent_id: "RQ-0001" })],
      /^Queue is waiting for a draft/,
      ["cueloop task ready RQ-0002", "cueloop queue explain", "cueloop run one"],
    ],
    [
      "only drafts, with warnings",
      [task("RQ-0001", { status: "draft", parent_id: "RQ-0099" })],
      /^Queue is waiting for a draft/,
      ["cueloop task ready RQ-0001", "cueloop queue explain", "cueloop queue validate", "cueloop run one"],
    ],
  ])("%s: exit code 0", async (_name, tasks, layout, commands) => {
    using repo = new Repository().books(tasks);
    const result = await repo.cueloop("queue", "validate");
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toMatch(layout);
    expect(nextCommands(result.stdout)).toEqual(commands);
  });

  test.each<[string, string, string]>([
    ["a broken rule", JSON.stringify({ version: 1, tasks: [task("RQ-0001", { title: " " })] }), "RQ-0001"],
    ["broken JSON", '{"version": 1,\n "tasks": [}', "queue.jsonc:2:12"],
    ["a cut-off file, which a read would repair", '{"version": 1, "tasks": [', "queue.jsonc"],
  ])("%s: exit code 1, the error in the blocking detail", async (_name, text, words) => {
    using repo = new Repository().write({ ".cueloop/queue.jsonc": text });
    const before = booksOf(repo);
    const result = await repo.cueloop("queue", "validate", "--auto-fix");
    expect(result.code).toBe(1);
    expect(result.stdout).toStartWith("Queue continuation is stalled.\n");
    expect(result.stdout).toContain("\n\nOperator state: stalled\n");
    expect(result.stdout).toContain(words);
    expect(nextCommands(result.stdout)).toEqual(["cueloop queue repair --dry-run", "cueloop queue repair", "cueloop undo --dry-run"]);
    expect(result.stderr).toMatch(/^Error: .*validation.*failed.*\n$/);
    expect(booksOf(repo)).toBe(before);
  });

  test("a missing queue file leads to cueloop init", async () => {
    using repo = new Repository();
    const result = await repo.cueloop("queue", "validate");
    expect(result.code).toBe(1);
    expect(result.stdout).toContain("cueloop init");
  });

  test("a task that will be healed is a warning", async () => {
    const created = "2026-03-02T08:15:00.123456789Z";
    using repo = new Repository().books([task("RQ-0001", { created_at: created })], [task("RQ-0001", { ...done, created_at: created })]);
    const result = await repo.cueloop("queue", "validate");
    expect(result.code).toBe(0);
    expect(result.stdout).toContain("Warnings:\n  - [RQ-0001]");
  });
});
