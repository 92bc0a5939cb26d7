import { describe, expect, test } from "bun:test";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { booksOf, json, operations, record, statuses } from "../support/books.ts";
import { executable, Repository, task } from "../support/repository.ts";

const NOW = /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/;

describe("task add", () => {
  test("a title is enough: a todo at the end, one undo snapshot, nothing on stderr", async () => {
    using repo = new Repository().books(
      [task("RQ-0001", { status: "doing" }), task("RQ-0002")],
      [task("RQ-0007", { status: "rejected", completed_at: "2026-03-05T10:00:00Z" })],
    );
    expect(await repo.cueloop("task", "add", "Retry", "card", "refunds ")).toEqual({
      code: 0,
      stdout: "RQ-0008\tRetry card refunds\n",
      stderr: "",
    });
    expect(statuses(repo.active())).toEqual(["RQ-0001 doing", "RQ-0002 todo", "RQ-0008 todo"]);
    const added = record(repo.active(), "RQ-0008");
    expect(added).toEqual(
      task("RQ-0008", { title: "Retry card refunds", created_at: added["created_at"], updated_at: added["created_at"] }),
    );
    expect(added["created_at"]).toMatch(NOW);
    expect(Object.keys(added)).toEqual(Object.keys(task("RQ-0008")));
    expect(operations(repo)).toEqual(["task add RQ-0008"]);
    expect(repo.has(".cueloop/lock")).toBe(false);
    expect((await repo.cueloop("queue", "validate")).code).toBe(0);
  });

  test("every flag lands in the task", async () => {
    using repo = new Repository().books([task("RQ-0001")]);
    const args = [
      "T",
      "-d",
      " text ",
      "-p",
      " High",
      "-t",
      "net",
      "--tag",
      " a,b ",
      "--tag",
      " ",
      "--scope",
      "src",
      "--plan",
      "one",
      "--plan",
      "two",
      "--after",
      " RQ-0001 ",
      "--draft",
      "--format",
      "json",
    ];
    const result = await repo.cueloop("task", "add", ...args);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    const added = record(repo.active(), "RQ-0002");
    expect(added).toMatchObject({
      status: "draft",
      title: "T",
      description: "text",
      priority: "high",
      tags: ["net", "a,b"],
      scope: ["src"],
      plan: ["one", "two"],
      depends_on: ["RQ-0001"],
    });
    expect(json(result.stdout)).toEqual({ version: 1, task: added });
  });

  test("--first: before what waits, behind what is in work", async () => {
    using repo = new Repository().books([task("RQ-0001", { status: "doing" }), task("RQ-0002")]);
    await repo.cueloop("task", "add", "T", "--first");
    expect(statuses(repo.active())).toEqual(["RQ-0001 doing", "RQ-0003 todo", "RQ-0002 todo"]);
    using idle = new Repository().books([task("RQ-0001")]);
    await idle.cueloop("task", "add", "T", "--first");
    expect(statuses(idle.active())).toEqual(["RQ-0002 todo", "RQ-0001 todo"]);
  });

  test("-d - reads the description from stdin; words that begin with a dash stand behind --", async () => {
    using repo = new Repository().books([]);
    const result = await repo.run([executable, "task", "add", "-d", "-", "--", "-x", "is", "odd"], { stdin: "line one\nline two\n" });
    expect(result.stdout).toBe("RQ-0001\t-x is odd\n");
    expect(record(repo.active(), "RQ-0001")["description"]).toBe("line one\nline two");
  });

  test.each<[string, string[], string]>([
    ["a blank title", ["  "], "title"],
    ["an unknown id to wait for", ["T", "--after", "RQ-0099"], "Task not found: RQ-0099"],
    ["--edit without a terminal", ["T", "--edit"], "terminal"],
  ])("%s: exit code 1, nothing written", async (_name, args, words) => {
    using repo = new Repository().books([task("RQ-0001")]);
    const before = booksOf(repo);
    const result = await repo.cueloop("task", "add", ...args);
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain(words);
    expect(booksOf(repo)).toBe(before);
  });

  test("the first id wider than configured is told of", async () => {
    using repo = new Repository().books([task("RQ-9999")]);
    const result = await repo.cueloop("task", "add", "T");
    expect(result).toMatchObject({ code: 0, stdout: "RQ-10000\tT\n" });
    expect(result.stderr).toContain("id_width");
  });

  test("eight at once all succeed, each with an id of its own", async () => {
    using repo = new Repository().books([]);
    const results = await Promise.all(Array.from({ length: 8 }, (_, index) => repo.cueloop("task", "add", `T${index}`)));
    expect(results.map(({ code }) => code)).toEqual(Array.from({ length: 8 }, () => 0));
    expect(statuses(repo.active())).toEqual(Array.from({ length: 8 }, (_, index) => `RQ-000${index + 1} todo`));
  });
});

/** Runs `task add --edit` on a pseudo-terminal with an editor of one line of shell; `$1` is the form. */
async function edited(repo: Repository, editor: string, ...args: string[]): Promise<{ code: number; screen: string }> {
  repo.write({ "../editor": `#!/bin/sh\n${editor}\n` });
  const chunks: Uint8Array[] = [];
  const child = Bun.spawn([executable, "task", "add", "--edit", ...args], {
    cwd: repo.root,
    env: { ...repo.env, TERM: "xterm", VISUAL: join(repo.base, "editor"), EDITOR: "false" },
    terminal: { cols: 200, rows: 40, data: (_terminal, data) => chunks.push(data) },
  });
  const code = await child.exited;
  return { code, screen: Buffer.concat(chunks).toString().replaceAll("\r\n", "\n") };
}

const forms = (repo: Repository) => readdirSync(repo.base).filter((name) => name.startsWith("cueloop-task-"));

describe("task add --edit", () => {
  test("the form is filled from the flags, private, and gone afterwards", async () => {
    using repo = new Repository().books([task("RQ-0001")]);
    const editor =
      'cp "$1" "$TMPDIR/seen"; stat -c %a "$1" > "$TMPDIR/mode"; ls -d "$PWD/.cueloop/lock" > "$TMPDIR/lock" 2>/dev/null; sed -i "s/^title: .*/title: Edited/; s/^draft: no/draft: yes/" "$1"';
    const result = await edited(
      repo,
      editor,
      "Given",
      "-p",
      "low",
      "-t",
      "x",
      "-d",
      "# text",
      "--plan",
      "one",
      "--after",
      "RQ-0001",
      "--first",
    );
    expect(result).toEqual({ code: 0, screen: "RQ-0002\tEdited\n" });
    expect(repo.read("../seen")).toStartWith(
      "title: Given\npriority: low\ntags: x\nscope: \nafter: RQ-0001\ndraft: no\n\n# text\n\nplan:\n- one\n",
    );
    expect(repo.read("../mode").trim()).toBe("600");
    expect(repo.read("../lock")).toBe("");
    expect(forms(repo)).toEqual([]);
    expect(statuses(repo.active())).toEqual(["RQ-0002 draft", "RQ-0001 todo"]);
    expect(record(repo.active(), "RQ-0002")).toMatchObject({ description: "# text", plan: ["one"], tags: ["x"], depends_on: ["RQ-0001"] });
  });

  test.each<[string, string, string]>([
    ["an editor that fails", "exit 3", "exit code 3"],
    ["an emptied form", ': > "$1"', "no task was added"],
    ["a blank title", 'sed -i "s/^title: .*/title:/" "$1"', "no task was added"],
  ])("%s: exit code 1, nothing written, nothing left", async (_name, editor, words) => {
    using repo = new Repository().books([]);
    const before = booksOf(repo);
    const result = await edited(repo, editor, "T");
    expect(result.code).toBe(1);
    expect(result.screen).toContain(words);
    expect(booksOf(repo)).toBe(before);
    expect(forms(repo)).toEqual([]);
  });

  test.each<[string, string, string]>([
    ["a form that does not parse", 'sed -i "s/^draft: no/draft: maybe/" "$1"', "task.txt:6: "],
    ["a task that does not validate", 'sed -i "s/^after:.*/after: RQ-0099/" "$1"', "Task not found: RQ-0099"],
    ["an editor that fails after something was typed", 'echo typed >> "$1"; exit 1', "exit code 1"],
  ])("%s: exit code 1, and the form is kept and named", async (_name, editor, words) => {
    using repo = new Repository().books([]);
    const before = booksOf(repo);
    const result = await edited(repo, editor, "T");
    expect(result.code).toBe(1);
    expect(result.screen).toContain(words);
    expect(booksOf(repo)).toBe(before);
    const [kept = ""] = forms(repo);
    const file = join(repo.base, kept, "task.txt");
    expect(result.screen).toContain(`Kept: ${file}`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});
