import { describe, expect, test } from "bun:test";
import { executable, Repository, task } from "../support/repository.ts";

const at = (day: number) => `2026-03-0${day}T10:00:00.000000000Z`;
const done = { status: "done", completed_at: at(5) };

function repository(): Repository {
  return new Repository().books(
    [
      task("RQ-0001", {
        title: "beta",
        priority: "low",
        tags: ["Net ", "io"],
        scope: ["src/Upload"],
        updated_at: at(3),
        started_at: at(2),
      }),
      task("RQ-0002", {
        title: "Alpha",
        priority: "critical",
        tags: ["docs"],
        depends_on: ["RQ-0001"],
        scheduled_start: "2099-01-01T00:00:00Z",
      }),
      task("RQ-0003", {
        title: "gamma",
        status: "draft",
        depends_on: ["RQ-0002"],
        created_at: at(1),
        scheduled_start: "2020-01-01T00:00:00Z",
      }),
      task("RQ-0004", { title: "Delta", status: "doing", scheduled_start: "no time", custom_fields: { owner: "infra", area: "x" } }),
    ],
    [task("RQ-0005", done), task("RQ-0006", { ...done, depends_on: ["RQ-0005"], tags: ["net"] })],
  );
}

describe("queue list", () => {
  test.each<[string, string[], string]>([
    ["active tasks in file order", [], "1234"],
    ["a status", ["--status", "draft"], "3"],
    ["several statuses are alternatives", ["--status", "draft", "--status=DOING"], "34"],
    ["a tag, blanks and case aside", ["--tag", "NET"], "1"],
    ["several tags are alternatives", ["--tag", "net", "--tag", "docs"], "12"],
    ["a blank tag is none", ["--tag", " "], "1234"],
    ["part of a scope", ["--scope", "upload"], "1"],
    ["different filters must all hold", ["--tag", "net", "--status", "draft"], ""],
    ["what depends on a task, directly or not", ["--filter-deps", "RQ-0001"], "23"],
    ["dependents among done tasks only with the done flags", ["--filter-deps", "RQ-0005"], ""],
    ["dependents among done tasks", ["--filter-deps", "RQ-0005", "--only-done"], "6"],
    ["done tasks behind the active ones", ["--include-done"], "123456"],
    ["done tasks alone", ["--only-done"], "56"],
    ["a limit", ["--limit", "2"], "12"],
    ["no limit", ["--limit", "0"], "1234"],
    ["--all wins over the limit", ["--limit", "1", "--all"], "1234"],
    ["by priority, most urgent first", ["--sort-by", "priority"], "2341"],
    ["by priority the other way, ids still ascending", ["--sort-by", "priority", "--order", "ascending"], "1342"],
    ["by title, case aside", ["--sort-by", "title", "--order", "ascending"], "2143"],
    ["by status", ["--sort-by", "status"], "4123"],
    ["by a time that most lack: those come last", ["--sort-by", "started_at"], "1234"],
    ["and last the other way too", ["--sort-by", "started_at", "--order", "ascending"], "1234"],
    ["by creation", ["--sort-by", "created_at", "--order", "ascending"], "3124"],
    ["by update, newest first", ["--sort-by", "updated_at"], "1234"],
    ["by start, unreadable ones last", ["--sort-by", "scheduled_start", "--order", "ascending"], "3214"],
    ["the limit is applied after the order", ["--sort-by", "priority", "--limit", "1"], "2"],
    ["done tasks take part in the order", ["--include-done", "--sort-by", "priority", "--order", "ascending"], "134562"],
  ])("%s", async (_name, args, expected) => {
    using repo = repository();
    const result = await repo.cueloop("queue", "list", ...args);
    expect(result.code).toBe(0);
    expect([...result.stdout.matchAll(/^RQ-000(\d)\t/gm)].map((match) => match[1]).join("")).toBe(expected);
  });

  test.each<[string, string[], string]>([
    ["--scheduled", ["--scheduled"], "234"],
    ["after a time, unreadable starts never match", ["--scheduled-after", "2019-01-01T00:00:00Z"], "23"],
    ["before a spoken time", ["--scheduled-before", "tomorrow"], "3"],
    ["between", ["--scheduled-after", "in -900 weeks", "--scheduled-before=+1d"], "3"],
    ["after a time ago", ["--scheduled-after", "-7d"], "2"],
  ])("schedule: %s", async (_name, args, expected) => {
    using repo = repository();
    const result = await repo.cueloop("queue", "list", ...args);
    expect(result.code).toBe(0);
    expect([...result.stdout.matchAll(/^RQ-000(\d)\t/gm)].map((match) => match[1]).join("")).toBe(expected);
  });

  test("compact, long and JSON show the same tasks", async () => {
    using repo = repository();
    const compact = await repo.cueloop("queue", "list", "--status", "doing");
    expect(compact.stdout).toBe("RQ-0004\tdoing\tmedium\tDelta\n");
    const long = await repo.cueloop("queue", "list", "--status", "doing", "--format", "long");
    expect(long.stdout).toBe("RQ-0004\tdoing\tmedium\tDelta\t\t\t2026-03-02T08:15:00.000000000Z\t\tarea=x,owner=infra\n");
    const json = await repo.cueloop("queue", "list", "--status", "doing", "--format", "json");
    expect(JSON.parse(json.stdout)).toEqual([
      task("RQ-0004", { title: "Delta", status: "doing", scheduled_start: "no time", custom_fields: { area: "x", owner: "infra" } }),
    ]);
    expect(json.stdout).toEndWith("]\n");
  });

  test("nothing found is no error: text prints nothing, JSON an empty list", async () => {
    using repo = repository();
    expect(await repo.cueloop("queue", "list", "--tag", "none")).toMatchObject({ code: 0, stdout: "" });
    expect(await repo.cueloop("queue", "list", "--tag", "none", "--format", "json")).toMatchObject({ code: 0, stdout: "[]\n" });
  });

  test("a time that cannot be read is an error that lists the forms", async () => {
    using repo = repository();
    const result = await repo.cueloop("queue", "list", "--scheduled-after", "someday");
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain("next monday");
  });

  test("an unknown id for --filter-deps is an error", async () => {
    using repo = repository();
    const result = await repo.cueloop("queue", "list", "--filter-deps", "RQ-0099");
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain("Task not found: RQ-0099");
  });

  test("tabs, line breaks and escape sequences of a title do not reach the output", async () => {
    using repo = new Repository().books([task("RQ-0001", { title: "a\tb\nc\u001b[31md\u009b1me" })]);
    expect((await repo.cueloop("queue", "list")).stdout).toBe("RQ-0001\ttodo\tmedium\ta b cde\n");
  });

  test("colour only when asked for, and never with NO_COLOR", async () => {
    using repo = new Repository().books([task("RQ-0001", { priority: "critical" })]);
    const argv = [executable, "queue", "list", "--color", "always"];
    expect((await repo.run(argv)).stdout).toBe("RQ-0001\t\x1b[34mtodo\x1b[0m\t\x1b[1;31mcritical\x1b[0m\tTask RQ-0001\n");
    expect((await repo.run(argv, { env: { NO_COLOR: "1" } })).stdout).toBe("RQ-0001\ttodo\tcritical\tTask RQ-0001\n");
    expect((await repo.cueloop("queue", "list", "--no-color")).stdout).toBe("RQ-0001\ttodo\tcritical\tTask RQ-0001\n");
  });

  test("a large queue is warned of on stderr, not with --quiet", async () => {
    using repo = new Repository().books(Array.from({ length: 51 }, (_, index) => task(`RQ-${String(index + 1).padStart(4, "0")}`)));
    repo.write({ ".cueloop/config.jsonc": '{"version": 2, "queue": {"task_count_warning_threshold": 50}}' });
    const loud = await repo.cueloop("queue", "list", "--limit", "1");
    expect(loud.stdout).toBe("RQ-0001\ttodo\tmedium\tTask RQ-0001\n");
    expect(loud.stderr).toContain("51 tasks, more than the 50");
    expect((await repo.cueloop("queue", "list", "--limit", "1", "--quiet")).stderr).toBe("");
  });

  test("--with-eta adds a column from earlier runs of the same shape", async () => {
    using repo = new Repository().books([
      task("RQ-0001", { agent: { runner: "codex", model: "gpt-5.4", phases: 3 } }),
      task("RQ-0002", { status: "doing" }),
    ]);
    const seconds = (secs: number) => ({ secs, nanos: 0 });
    const entry = {
      timestamp: new Date().toISOString(),
      task_id: "RQ-0000",
      runner: "codex",
      model: "gpt-5.4",
      phase_count: 3,
      phase_durations: { planning: seconds(60), implementation: seconds(120), review: seconds(30) },
      total_duration: seconds(210),
    };
    const list = () => repo.cueloop("queue", "list", "--with-eta");
    expect((await list()).stdout).toBe("RQ-0001\ttodo\tmedium\tTask RQ-0001\tn/a\nRQ-0002\tdoing\tmedium\tTask RQ-0002\tn/a\n");
    repo.write({ ".cueloop/cache/execution_history.json": JSON.stringify({ version: 1, entries: [entry] }) });
    expect((await list()).stdout).toBe("RQ-0001\ttodo\tmedium\tTask RQ-0001\t3m 30s\nRQ-0002\tdoing\tmedium\tTask RQ-0002\tn/a\n");
    expect((await repo.cueloop("queue", "next", "--with-eta")).stdout).toBe("RQ-0001\t3m 30s\n");
    repo.write({ ".cueloop/cache/execution_history.json": "broken" });
    expect((await list()).stdout).toContain("RQ-0001\ttodo\tmedium\tTask RQ-0001\tn/a\n");
    expect(JSON.parse((await repo.cueloop("queue", "list", "--with-eta", "--format", "json")).stdout)).toHaveLength(2);
  });

  test("a task in both files counts as its done record says, with a warning", async () => {
    const created = "2026-03-02T08:15:00.123456789Z";
    using repo = new Repository().books([task("RQ-0001", { created_at: created })], [task("RQ-0001", { ...done, created_at: created })]);
    const before = repo.read(".cueloop/queue.jsonc");
    const result = await repo.cueloop("queue", "list", "--include-done");
    expect(result).toMatchObject({ code: 0, stdout: "RQ-0001\tdone\tmedium\tTask RQ-0001\n" });
    expect(result.stderr).toContain("RQ-0001");
    expect(repo.read(".cueloop/queue.jsonc")).toBe(before);
  });
});
