import { describe, expect, test } from "bun:test";
import { booksOf, json, operations, record, statuses } from "../support/books.ts";
import { executable, Repository, task } from "../support/repository.ts";

const REQUEST = {
  version: 1,
  tasks: [
    { key: "schema", title: " Add schema ", plan: ["write schema"], status: "doing", custom_fields: { points: 3, urgent: true } },
    {
      key: "docs",
      title: "Document schema",
      depends_on_keys: ["schema"],
      depends_on: ["RQ-0001"],
      parent_key: "schema",
      priority: "low",
      tags: ["a"],
    },
  ],
};

async function insert(repo: Repository, request: unknown, ...args: string[]) {
  const stdin = typeof request === "string" ? request : JSON.stringify(request);
  return repo.run([executable, "task", "insert", ...args], { stdin });
}

describe("task insert", () => {
  test("numbers in custom fields become the texts a queue file gives them", async () => {
    using repo = new Repository().books([]);
    const fields = '{"a": 42, "b": 42.0, "c": 1.50, "d": 1e3, "e": 12345678901234567890123}';
    const request = `{"version": 1, "tasks": [{"key": "a", "title": "A", "custom_fields": ${fields}}]}`;
    expect((await insert(repo, request)).code).toBe(0);
    expect(record(repo.active(), "RQ-0001")["custom_fields"]).toEqual({
      a: "42",
      b: "42.0",
      c: "1.5",
      d: "1000.0",
      e: "12345678901234567890123",
    });
  });

  test("a queue that is invalid is not made valid by the id of a new task", async () => {
    using repo = new Repository().books([task("RQ-0001", { depends_on: ["RQ-0002"] })]);
    const before = booksOf(repo);
    const result = await insert(repo, { version: 1, tasks: [{ key: "a", title: "Something else" }] });
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain("RQ-0002");
    expect(booksOf(repo)).toBe(before);
  });

  test("the hint about a blank request is readable in full", async () => {
    using repo = new Repository().books([]);
    const result = await insert(repo, " ");
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain("`title`");
    expect(result.stderr).not.toContain("REDACTED");
  });

  test("all tasks of the request, in order, where the next task goes", async () => {
    using repo = new Repository().books([task("RQ-0001", { status: "doing" }), task("RQ-0002")]);
    expect(await insert(repo, REQUEST)).toEqual({
      code: 0,
      stdout: "Added 2:\nRQ-0003\tschema\tAdd schema\nRQ-0004\tdocs\tDocument schema\n",
      stderr: "",
    });
    expect(statuses(repo.active())).toEqual(["RQ-0001 doing", "RQ-0003 doing", "RQ-0004 todo", "RQ-0002 todo"]);
    const schema = record(repo.active(), "RQ-0003");
    expect(schema).toMatchObject({ title: "Add schema", plan: ["write schema"], custom_fields: { points: "3", urgent: "true" } });
    expect(schema["started_at"]).toBe(schema["created_at"]);
    expect(record(repo.active(), "RQ-0004")).toMatchObject({
      depends_on: ["RQ-0003", "RQ-0001"],
      parent_id: "RQ-0003",
      priority: "low",
      created_at: schema["created_at"],
    });
    expect(operations(repo)).toEqual(["task insert RQ-0003 RQ-0004"]);
  });

  test("JSON: what was made, under its keys", async () => {
    using repo = new Repository().books([task("RQ-0001")]).write({ "request.json": JSON.stringify(REQUEST) });
    const result = await repo.cueloop("task", "insert", "--input", "request.json", "--format", "json");
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(json(result.stdout)).toEqual({
      version: 1,
      dry_run: false,
      created_count: 2,
      tasks: [
        { key: "schema", task: record(repo.active(), "RQ-0002") },
        { key: "docs", task: record(repo.active(), "RQ-0003") },
      ],
    });
  });

  test("--dry-run does everything but write", async () => {
    using repo = new Repository().books([task("RQ-0001")]);
    const before = booksOf(repo);
    const result = await insert(repo, REQUEST, "--dry-run", "--input", "-");
    expect(result.code).toBe(0);
    expect(result.stdout).toStartWith("Dry run: 2 would be added.\nRQ-0002\tschema\t");
    expect(json((await insert(repo, REQUEST, "--dry-run", "--format=json")).stdout)).toMatchObject({ dry_run: true, created_count: 2 });
    expect(booksOf(repo)).toBe(before);
  });

  const one = (fields: Record<string, unknown>) => ({ version: 1, tasks: [{ key: "a", title: "A", ...fields }] });
  test.each<[string, unknown, string[], string[]]>([
    ["a blank stdin", " \n", [], ["stdin", "blank"]],
    ["broken JSON", '{"version": 1,\n"tasks": [}', [], ["stdin:2:11"]],
    ["a comment", '{"version": 1, /* c */ "tasks": []}', [], ["strict JSON"]],
    ["a blank --input", "", ["--input", " "], ["--input"]],
    ["a file that is not there", "", ["--input", "none.json"], ["none.json"]],
    ["another version", { version: 2, tasks: [] }, [], ["version"]],
    ["no version", { tasks: [{ key: "a", title: "A" }] }, [], ["version"]],
    ["no task", { version: 1, tasks: [] }, [], ["tasks"]],
    ["an unknown key", one({ id: "RQ-0009" }), [], ["stdin:1:46", "tasks[0].id", "title"]],
    ["an unknown key at the top", { ...one({}), extra: 1 }, [], ["extra"]],
    ["no title", { version: 1, tasks: [{ key: "a" }] }, [], ["tasks[0]", "title"]],
    ["a blank title", one({ title: " " }), [], ["tasks[0].title"]],
    ["a finished status", one({ status: "done" }), [], ["tasks[0].status", "draft, todo, doing"]],
    ["a priority that is none", one({ priority: "urgent" }), [], ["tasks[0].priority", "critical"]],
    ["a blank tag", one({ tags: [" "] }), [], ["tags[0]"]],
    [
      "a key twice",
      {
        version: 1,
        tasks: [
          { key: "a", title: "A" },
          { key: " a ", title: "B" },
        ],
      },
      [],
      ["tasks[1].key"],
    ],
    ["an unknown key to wait for", one({ depends_on_keys: ["b"] }), [], ["depends_on_keys[0]", "b"]],
    ["itself to wait for", one({ depends_on_keys: ["a"] }), [], ["depends_on_keys[0]"]],
    ["an unknown parent key", one({ parent_key: "b" }), [], ["`tasks[0].parent_key`: no task"]],
    [
      "both parents",
      {
        version: 1,
        tasks: [
          { key: "a", title: "A" },
          { key: "b", title: "B", parent_key: "a", parent_id: "RQ-0001" },
        ],
      },
      [],
      ["tasks[1]", "both parent_key and parent_id"],
    ],
    ["an unknown dependency", one({ depends_on: ["RQ-0099"] }), [], ["RQ-0099", "non-existent"]],
    [
      "a circle",
      {
        version: 1,
        tasks: [
          { key: "a", title: "A", depends_on_keys: ["b"] },
          { key: "b", title: "B", depends_on_keys: ["a"] },
        ],
      },
      [],
      ["RQ-0002", "RQ-0003"],
    ],
  ])("%s: exit code 1, the place named, nothing written", async (_name, request, args, words) => {
    using repo = new Repository().books([task("RQ-0001")]);
    const before = booksOf(repo);
    const result = await insert(repo, request, ...args);
    expect(result).toMatchObject({ code: 1, stdout: "" });
    for (const word of words) expect(result.stderr).toContain(word);
    expect(booksOf(repo)).toBe(before);
  });

  test("a terminal on stdin is refused at once", async () => {
    using repo = new Repository().books([]);
    const chunks: Uint8Array[] = [];
    const child = Bun.spawn([executable, "task", "insert"], {
      cwd: repo.root,
      env: repo.env,
      terminal: { cols: 200, rows: 20, data: (_terminal, data) => chunks.push(data) },
    });
    expect(await child.exited).toBe(1);
    expect(Buffer.concat(chunks).toString()).toContain("stdin is a terminal");
  });
});

const PROPOSAL = {
  version: "followups@v1",
  source_task_id: "RQ-0001",
  tasks: [
    {
      key: "retry",
      title: " Add retry ",
      description: " Uploads fail. ",
      priority: "high",
      plan: ["wrap"],
      independence_rationale: "Apart.",
    },
    { key: "docs", title: "Document", description: "D", priority: "low", depends_on_keys: ["retry"], independence_rationale: "Apart." },
  ],
};
const FILE = ".cueloop/cache/followups/RQ-0001.json";

describe("task followups apply", () => {
  const repository = (proposal: unknown = PROPOSAL) =>
    new Repository()
      .books([task("RQ-0002")], [task("RQ-0001", { status: "done", completed_at: "2026-03-05T10:00:00Z", request: "Asked" })])
      .write({ [FILE]: typeof proposal === "string" ? proposal : `// by the agent\n${JSON.stringify(proposal)}` });

  test("the proposed tasks are made and the file is put away", async () => {
    using repo = repository();
    const result = await repo.cueloop("task", "followups", "apply", "--task", " RQ-0001 ");
    expect(result).toEqual({
      code: 0,
      stdout: "Added 2 follow-ups of RQ-0001:\nRQ-0003\tretry\tAdd retry\nRQ-0004\tdocs\tDocument\tafter RQ-0003\n",
      stderr: "",
    });
    expect(statuses(repo.active())).toEqual(["RQ-0003 todo", "RQ-0004 todo", "RQ-0002 todo"]);
    const retry = record(repo.active(), "RQ-0003");
    expect(retry).toMatchObject({
      title: "Add retry",
      description: "Uploads fail.",
      priority: "high",
      plan: ["wrap"],
      relates_to: ["RQ-0001"],
      request: "Asked",
    });
    expect(retry["notes"]).toEqual([expect.stringContaining("retry")]);
    expect(record(repo.active(), "RQ-0004")["depends_on"]).toEqual(["RQ-0003"]);
    expect(operations(repo)).toEqual(["task followups apply RQ-0001"]);
    expect(repo.has(FILE)).toBe(false);
    expect((await repo.run(["ls", ".cueloop/cache/followups/applied"])).stdout).toMatch(/^RQ-0001-\d{8}T\d{9}Z\.json\n$/);
  });

  test("--dry-run and JSON", async () => {
    using repo = repository();
    const before = booksOf(repo) + repo.read(FILE);
    const result = await repo.cueloop("task", "followups", "apply", "--task", "RQ-0001", "--dry-run", "--format", "json");
    expect(json(result.stdout)).toEqual({
      version: 1,
      dry_run: true,
      source_task_id: "RQ-0001",
      proposal_path: repo.path(FILE),
      created_tasks: [
        { key: "retry", task_id: "RQ-0003", title: "Add retry", depends_on: [] },
        { key: "docs", task_id: "RQ-0004", title: "Document", depends_on: ["RQ-0003"] },
      ],
    });
    expect((await repo.cueloop("task", "followups", "apply", "--task", "RQ-0001", "--dry-run")).stdout).toStartWith("Dry run: 2");
    expect(booksOf(repo) + repo.read(FILE)).toBe(before);
  });

  test("a file of the person's own stays where it is", async () => {
    using repo = repository().write({ "mine.json": JSON.stringify(PROPOSAL) });
    expect((await repo.cueloop("task", "followups", "apply", "--task", "RQ-0001", "--input", "mine.json")).code).toBe(0);
    expect([repo.has("mine.json"), repo.has(FILE)]).toEqual([true, true]);
  });

  test("none proposed: a line that says so, no snapshot, the file put away", async () => {
    using repo = repository({ ...PROPOSAL, tasks: [] });
    const before = booksOf(repo);
    const result = await repo.cueloop("task", "followups", "apply", "--task", "RQ-0001");
    expect(result.code).toBe(0);
    expect(result.stdout).toContain("No follow-ups");
    expect(booksOf(repo)).toBe(before);
    expect(repo.has(FILE)).toBe(false);
  });

  const [first = {}] = PROPOSAL.tasks;
  test.each<[string, unknown, string[], string[]]>([
    ["no such file", "", ["--task", "RQ-0002"], ["RQ-0002.json"]],
    ["a blank id", PROPOSAL, ["--task", " "], ["empty"]],
    ["an id that is a path", PROPOSAL, ["--task", "../../x"], ["not a task id"]],
    ["an unknown source", PROPOSAL, ["--task", "RQ-0099", "--input", FILE], ["RQ-0099"]],
    ["a proposal of another task", PROPOSAL, ["--task", "RQ-0002", "--input", FILE], ["source_task_id", "RQ-0001"]],
    ["broken JSON", "{", ["--task", "RQ-0001"], ["RQ-0001.json:1:"]],
    ["another version", { ...PROPOSAL, version: 2 }, ["--task", "RQ-0001"], ["version"]],
    [
      "an unknown key",
      { ...PROPOSAL, tasks: [{ ...first, status: "todo" }] },
      ["--task", "RQ-0001"],
      ["RQ-0001.json:2:", "tasks[0].status"],
    ],
    [
      "no rationale",
      { ...PROPOSAL, tasks: [{ ...first, independence_rationale: " " }] },
      ["--task", "RQ-0001"],
      ["independence_rationale"],
    ],
    ["no priority", { ...PROPOSAL, tasks: [{ ...first, priority: undefined }] }, ["--task", "RQ-0001"], ["priority"]],
    ["a key twice", { ...PROPOSAL, tasks: [first, first] }, ["--task", "RQ-0001"], ["tasks[1].key"]],
  ])("%s: exit code 1, nothing written or moved", async (_name, proposal, args, words) => {
    using repo = repository(proposal);
    const before = booksOf(repo) + repo.read(FILE);
    const result = await repo.cueloop("task", "followups", "apply", ...args);
    expect(result).toMatchObject({ code: 1, stdout: "" });
    for (const word of words) expect(result.stderr).toContain(word);
    expect(booksOf(repo) + repo.read(FILE)).toBe(before);
  });
});
