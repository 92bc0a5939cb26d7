import { describe, expect, test } from "bun:test";
import { booksOf, json } from "../support/books.ts";
import { executable, Repository, task } from "../support/repository.ts";

const done = { status: "done", completed_at: "2026-03-05T10:00:00.000000000Z" };

describe.each(["queue show", "task show", "task details"])("%s", (command) => {
  const words = command.split(" ");

  test("prints the task as the file holds it, active before done", async () => {
    using repo = new Repository().books([task("RQ-0001", { title: "active" })], [task("RQ-0002", done)]);
    const active = await repo.cueloop(...words, " RQ-0001 ");
    expect(active).toMatchObject({ code: 0, stderr: "" });
    expect(json(active.stdout)).toEqual(task("RQ-0001", { title: "active" }));
    expect(active.stdout).toEndWith("}\n");
    expect(json((await repo.cueloop(...words, "RQ-0002")).stdout)).toEqual(task("RQ-0002", done));
  });

  test("compact: id, status, priority, title", async () => {
    using repo = new Repository().books([task("RQ-0001", { title: "a\tb" })]);
    expect(await repo.cueloop(...words, "RQ-0001", "--format", "compact")).toMatchObject({
      code: 0,
      stdout: "RQ-0001\ttodo\tmedium\ta b\n",
    });
    const coloured = await repo.cueloop(...words, "RQ-0001", "--format=compact", "--color=always");
    expect(coloured.stdout).toBe("RQ-0001\t\x1b[34mtodo\x1b[0m\t\x1b[34mmedium\x1b[0m\ta b\n");
  });

  test.each(["RQ-0009", "rq-0001"])("an unknown id (%s) is an error that names it", async (id) => {
    using repo = new Repository().books([task("RQ-0001")]);
    const result = await repo.cueloop(...words, id);
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain(`Task not found: ${id}`);
  });

  test("a blank id is an error", async () => {
    using repo = new Repository().books([task("RQ-0001")]);
    expect(await repo.cueloop(...words, " ")).toMatchObject({ code: 1, stdout: "" });
  });
});

describe("queue show", () => {
  test("--validate makes the warnings appear", async () => {
    using repo = new Repository().books([task("RQ-0001", { parent_id: "RQ-0077" })]);
    expect((await repo.cueloop("queue", "show", "RQ-0001")).stderr).toBe("");
    const validated = await repo.cueloop("queue", "show", "RQ-0001", "--validate");
    expect(validated.stderr).toContain("WARN");
    expect(validated.stderr).toContain("[RQ-0001]");
  });

  test("text: a done task is claimed unless its evidence and a commit agree", async () => {
    using repo = new Repository().write({ "a.txt": "one\n", ".gitignore": ".cueloop/\n" });
    repo.commit("RQ-0001: first");
    const tree = repo.git("rev-parse", "HEAD^{tree}").trim();
    const evidence = (gate: string, hash: string) =>
      `gate=${gate} exit=0 ms=12 tree=${hash} at=2026-03-05T10:00:00.000000000Z argv=bun test`;
    const shown = async (field: string | null, id = "RQ-0001") => {
      repo.books([], [task(id, { ...done, custom_fields: field === null ? {} : { "cueloop.evidence": field } })]);
      const result = await repo.cueloop("queue", "show", id, "--format", "text");
      expect(result.code).toBe(0);
      return result.stdout;
    };
    expect(await shown(evidence("passed", tree))).toContain(
      `  verified: the gate passed on the tree of commit ${repo.git("rev-parse", "HEAD").slice(0, 12)}\n`,
    );
    expect(await shown(null)).toContain("  claimed: no evidence is kept with it\n");
    expect(await shown("nonsense")).toContain("  claimed: the evidence kept with it cannot be read\n");
    expect(await shown(evidence("off", tree))).toContain("  claimed: no gate was enabled");
    expect(await shown(evidence("passed", tree), "RQ-0002")).toContain("  claimed: no commit on this branch begins with `RQ-0002:`\n");
    expect(await shown(evidence("passed", "0".repeat(40)))).toContain("  claimed: the tree its gate saw is not in this repository\n");
    repo.write({ "a.txt": "two\n" });
    repo.commit("later");
    expect(await shown(evidence("passed", repo.git("rev-parse", "HEAD^{tree}").trim()))).toContain(
      "  claimed: its commit holds another tree",
    );
  });

  test("text: an open task is laid out, control characters taken out", async () => {
    using repo = new Repository().books([
      task("RQ-0001", { title: "T\u001b]0;x\u0007", description: "line\u001b[2J one\nline two", plan: ["first"], tags: ["a", "b"] }),
    ]);
    const { stdout } = await repo.cueloop("queue", "show", "RQ-0001", "--format", "text");
    expect(stdout).toStartWith("RQ-0001  todo  medium\nT\n\n  tags     a, b\n");
    expect(stdout).toContain("\nDescription\n  line one\n  line two\n");
    expect(stdout).toContain("\nPlan\n  1. first\n");
    expect(stdout).not.toContain("claimed");
  });
});

describe("queue next", () => {
  test("the first runnable todo, neither a draft nor one that waits", async () => {
    using repo = new Repository().books([
      task("RQ-0001", { status: "doing" }),
      task("RQ-0002", { depends_on: ["RQ-0001"] }),
      task("RQ-0003", { scheduled_start: "2099-01-01T00:00:00Z" }),
      task("RQ-0004", { kind: "group" }),
      task("RQ-0005", { title: "This\tone" }),
    ]);
    expect(await repo.cueloop("queue", "next")).toEqual({ code: 0, stdout: "RQ-0005\n", stderr: "" });
    expect((await repo.cueloop("queue", "next", "--with-title")).stdout).toBe("RQ-0005\tThis one\n");
    expect((await repo.cueloop("queue", "next", "--with-title", "--with-eta")).stdout).toBe("RQ-0005\tThis one\tn/a\n");
    const explained = await repo.cueloop("queue", "next", "--explain");
    expect(explained.stdout).toBe("RQ-0005\n");
    expect(explained.stderr).toContain("RQ-0005 is runnable (status: todo)");
  });

  test("nothing runnable: the next free id, and a note that says so", async () => {
    using repo = new Repository().books([task("RQ-0001", { status: "draft" })], [task("RQ-0007", { ...done, status: "rejected" })]);
    const result = await repo.cueloop("queue", "next", "--with-title");
    expect(result).toMatchObject({ code: 0, stdout: "RQ-0008\n" });
    expect(result.stderr).toContain("No task is runnable");
    expect((await repo.cueloop("queue", "next", "--with-eta")).stdout).toBe("RQ-0008\tn/a\n");
  });

  test.each<[string, Record<string, unknown>[], string[]]>([
    [
      "an unmet dependency",
      [task("RQ-0001", { status: "doing" }), task("RQ-0002", { depends_on: ["RQ-0001"] })],
      ["RQ-0002", "RQ-0001 (doing)", "cueloop queue explain"],
    ],
    [
      "a schedule",
      [task("RQ-0001", { scheduled_start: "2099-01-01T00:00:00Z" })],
      ["RQ-0001", "2099-01-01", "cueloop queue list --scheduled"],
    ],
    [
      "several dependencies",
      [task("RQ-0001", { status: "doing" }), task("RQ-0002", { status: "draft" }), task("RQ-0003", { depends_on: ["RQ-0001", "RQ-0002"] })],
      ["2 unmet dependencies"],
    ],
    ["nothing that waits", [], ["none is waiting", "cueloop queue explain"]],
  ])("--explain names %s on stderr", async (_name, tasks, words) => {
    using repo = new Repository().books(tasks);
    const result = await repo.cueloop("queue", "next", "--explain");
    expect(result.code).toBe(0);
    expect(result.stdout.trim()).toMatch(/^RQ-\d{4}$/);
    for (const word of words) expect(result.stderr).toContain(word);
  });
});

describe("queue next-id", () => {
  test("counts on from the highest number of both files, rejected tasks too", async () => {
    using repo = new Repository().books([task("RQ-0002")], [task("RQ-0009", { ...done, status: "rejected" })]);
    expect(await repo.cueloop("queue", "next-id")).toEqual({ code: 0, stdout: "RQ-0010\n", stderr: "" });
    expect((await repo.cueloop("queue", "next-id", "-n", "2")).stdout).toBe("RQ-0010\nRQ-0011\n");
  });

  test("without any file it is the first id", async () => {
    using repo = new Repository();
    expect(await repo.cueloop("queue", "next-id")).toMatchObject({ code: 0, stdout: "RQ-0001\n" });
  });

  test("malformed and duplicate ids are warned of on stderr, not refused", async () => {
    using repo = new Repository().books([task("RQ-0003"), task("RQ-0003"), task("other")]);
    const result = await repo.cueloop("queue", "next-id");
    expect(result).toMatchObject({ code: 0, stdout: "RQ-0004\n" });
    expect(result.stderr).toContain("RQ-0003");
    expect(result.stderr).toContain('"other"');
  });

  test("the first wider id is warned of", async () => {
    using repo = new Repository().books([task("RQ-9999")]);
    const result = await repo.cueloop("queue", "next-id");
    expect(result).toMatchObject({ code: 0, stdout: "RQ-10000\n" });
    expect(result.stderr).toContain("id_width");
  });

  test("its help says that ids are not reserved and names the command that creates tasks", async () => {
    using repo = new Repository();
    const help = (await repo.cueloop("queue", "next-id", "--help")).stdout;
    expect(help).toContain("not reserved");
    expect(help).toContain("cueloop task insert");
  });
});

describe("queue explain", () => {
  const blocked = () =>
    new Repository().books([
      task("RQ-0001", { status: "draft" }),
      ...Array.from({ length: 12 }, (_, index) => task(`RQ-00${index + 10}`, { depends_on: ["RQ-0001"] })),
      task("RQ-0030", { scheduled_start: "2099-01-01T00:00:00Z" }),
    ]);

  test("text: header, options, summary, blocking state, ten candidates, hints", async () => {
    using repo = blocked();
    const { code, stdout, stderr } = await repo.cueloop("queue", "explain");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const order = [
      "Queue runnability at 20",
      "Selection:",
      "Selected: none",
      "Summary",
      "active tasks: 14",
      "candidates: 13, runnable: 0",
      "blocked by dependencies: 12",
      "blocked by schedule: 1",
      "Blocking: blocked",
      "RQ-0010 (todo)",
      "RQ-0001 (draft)",
      "… and 3 more",
      "Hints",
      "cueloop queue list --scheduled",
      "cueloop run one --dry-run",
    ];
    let from = 0;
    for (const words of order) {
      const found = stdout.indexOf(words, from);
      expect([words, found >= from]).toEqual([words, true]);
      from = found;
    }
  });

  test("JSON: the report", async () => {
    using repo = blocked();
    const report = json((await repo.cueloop("queue", "explain", "--format", "json")).stdout);
    expect(report["version"]).toBe(2);
    expect(report["selection"]).toEqual({ include_draft: false, prefer_doing: true, selected_task_id: null, selected_task_status: null });
    expect(report["summary"]).toMatchObject({
      total_active: 14,
      candidates_total: 13,
      blocking: { status: "blocked", reason: { kind: "mixed_queue" } },
    });
    expect(report["tasks"]).toBeArrayOfSize(14);
  });

  test("--include-draft counts drafts", async () => {
    using repo = blocked();
    const report = json((await repo.cueloop("queue", "explain", "--format", "json", "--include-draft")).stdout);
    expect(report["selection"]).toMatchObject({ include_draft: true, selected_task_id: "RQ-0001" });
  });

  test("a task in work is selected first, with what would speak against it", async () => {
    using repo = new Repository().books([task("RQ-0001"), task("RQ-0002", { status: "doing", depends_on: ["RQ-0001"] })]);
    const { stdout } = await repo.cueloop("queue", "explain");
    expect(stdout).toContain("Selected: RQ-0002 (doing)");
    expect(stdout).toContain("waits for RQ-0001 (todo)");
  });

  test("all drafts: how to make the first one ready", async () => {
    using repo = new Repository().books([task("RQ-0001", { status: "draft" })]);
    expect((await repo.cueloop("queue", "explain")).stdout).toContain("cueloop task ready RQ-0001");
  });
});

describe("reads", () => {
  test("write nothing at all, not even in .cueloop", async () => {
    using repo = new Repository().books([task("RQ-0001")], [task("RQ-0002", done)]);
    const before = booksOf(repo) + repo.git("status", "--porcelain", "--untracked-files=all", "--ignored");
    for (const line of [
      "queue list",
      "queue show RQ-0001",
      "queue next",
      "queue next-id",
      "queue explain",
      "queue validate",
      "task show RQ-0002",
    ]) {
      expect((await repo.cueloop(...line.split(" "))).code).toBe(0);
    }
    expect(booksOf(repo) + repo.git("status", "--porcelain", "--untracked-files=all", "--ignored")).toBe(before);
  });

  test("work in a directory below the root", async () => {
    using repo = new Repository().books([task("RQ-0001")]).write({ "deep/er/file": "" });
    expect((await repo.run([executable, "queue", "next"], { cwd: "deep/er" })).stdout).toBe("RQ-0001\n");
  });
});
