import { describe, expect, test } from "bun:test";
import { CueLoopError } from "../../src/base/errors.ts";
import { parseQueueFile, renderQueueFile, renderVersions } from "../../src/queue/file.ts";
import { numberAsText } from "../../src/queue/task.ts";
import { aTask } from "./books.ts";

const FILE = ".cueloop/queue.jsonc";
const withTask = (task: string) => `{"version":1,"tasks":[${task}]}`;
const minimal = (rest: string) => withTask(`{"id":"RQ-0001","title":"x"${rest}}`);

function failure(text: string): CueLoopError {
  try {
    parseQueueFile(text, FILE);
  } catch (error) {
    if (error instanceof CueLoopError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

describe("reading", () => {
  test("absent keys get their defaults and unset ones stay absent", () => {
    const { tasks } = parseQueueFile(minimal(""), FILE);
    expect(JSON.stringify(tasks[0])).toBe(
      '{"id":"RQ-0001","status":"todo","title":"x","priority":"medium","tags":[],"scope":[],"evidence":[],"plan":[],"notes":[],' +
        '"depends_on":[],"blocks":[],"relates_to":[],"custom_fields":{}}',
    );
  });

  test("tasks are optional", () => {
    expect(parseQueueFile('{"version":1}', FILE)).toEqual({ version: 1, tasks: [] });
  });

  test.each([
    "description",
    "request",
    "agent",
    "created_at",
    "updated_at",
    "completed_at",
    "started_at",
    "estimated_minutes",
    "actual_minutes",
    "scheduled_start",
    "duplicates",
    "parent_id",
  ])("null in %s equals absent", (key) => {
    expect(Object.keys(parseQueueFile(minimal(`,"${key}":null`), FILE).tasks[0] ?? {})).not.toContain(key);
  });

  test.each([
    "status",
    "kind",
    "priority",
    "tags",
    "scope",
    "evidence",
    "plan",
    "notes",
    "depends_on",
    "blocks",
    "relates_to",
    "custom_fields",
    "id",
    "title",
  ])("null in %s is an error", (key) => {
    const text = withTask(JSON.stringify({ id: "RQ-0001", title: "x", [key]: null }));
    expect(failure(text)).toMatchObject({ code: "file.invalid", where: { path: `tasks[0].${key}` } });
  });

  test.each([
    ["a BOM", `\uFEFF${minimal("")}`],
    ["version 1.0", '{"version":1.0,"tasks":[{"id":"RQ-0001","title":"x"}]}'],
    ["comments, trailing and missing commas, bare keys, single quotes", "{version:1, // note\n tasks:[{id:'RQ-0001' title:'x',},],}"],
    ["the last of two equal keys", '{"version":1,"tasks":[{"id":"RQ-0009","id":"RQ-0001","title":"x"}]}'],
  ])("%s is read", (_, text) => {
    expect(parseQueueFile(text, FILE).tasks.map((task) => task.id)).toEqual(["RQ-0001"]);
  });

  test("nothing is trimmed", () => {
    const { tasks } = parseQueueFile(withTask('{"id":" RQ-0001 ","title":" x ","tags":[" a "]}'), FILE);
    expect(tasks[0]).toMatchObject({ id: " RQ-0001 ", title: " x ", tags: [" a "] });
  });

  test.each([
    ["status", '"Todo"', "todo"],
    ["priority", '"urgent"', "critical, high, medium, low"],
    ["kind", '"epic"', "work_item"],
  ])("an unknown %s is refused with the accepted words", (key, value, says) => {
    const error = failure(minimal(`,"${key}":${value}`));
    expect(error.code).toBe("file.invalid");
    expect(`${error.message} ${error.hint}`).toContain(says);
  });

  test.each([
    ["estimated_minutes", "-1"],
    ["estimated_minutes", "4294967296"],
    ["actual_minutes", "1.5"],
    ["agent", '{"phases":256}'],
    ["agent", '{"iterations":-1}'],
    ["agent", '{"runner":" "}'],
    ["agent", '{"model":""}'],
    ["agent", '{"model_effort":null}'],
    ["agent", '{"model_effort":"max"}'],
    ["agent", "[]"],
    ["tags", '"a"'],
    ["tags", "[1]"],
    ["title", "5"],
  ])("%s of %s is refused", (key, value) => {
    const task = key === "title" ? `{"id":"RQ-0001","title":${value}}` : `{"id":"RQ-0001","title":"x","${key}":${value}}`;
    expect(failure(withTask(task)).where?.path).toStartWith(`tasks[0].${key}`);
  });

  test.each([
    ['{"version":1,"task":[]}', "task", "`tasks`", 1, 14],
    ['{"version":1,\n  "tasks":[{"id":"RQ-0001",\n    "titl":"x","title":"x"}]}', "tasks[0].titl", "`title`", 3, 5],
    ['{"version":1,"tasks":[{"id":"a","title":"x","agent":{"runer":"x"}}]}', "tasks[0].agent.runer", "`runner`", 1, 54],
    ['{"version":1,"tasks":[{"id":"a","title":"x","__proto__":{}}]}', "tasks[0].__proto__", "Remove", 1, 45],
  ])("an unknown key is named with its place, the accepted keys and a suggestion: %s", (text, path, hint, line, column) => {
    const error = failure(text);
    expect(error.where).toEqual({ file: FILE, path, line, column });
    expect(error.message).toContain("unknown key");
    expect(error.hint).toContain(hint);
    expect(error.hint).toContain("accepted keys");
  });

  test.each([
    ["{}", "version"],
    ['{"version":1,"tasks":[{"title":"x"}]}', "tasks[0].id"],
    ['{"version":1,"tasks":[{"id":"RQ-0001"}]}', "tasks[0].title"],
  ])("a missing key is named: %s", (text, path) => {
    expect(failure(text)).toMatchObject({ where: { path } });
  });

  test.each([
    ["", "queue.file_empty"],
    [" \n", "queue.file_empty"],
    ["\uFEFF", "queue.file_empty"],
    ["null", "file.invalid"],
    ["[]", "file.invalid"],
    ['{"version":-1}', "file.invalid"],
    ['{"version":"1"}', "file.invalid"],
    ['{"version":1}{}', "json.syntax"],
    ['{"version":1,"tasks":[}', "json.syntax"],
    ['{"version":1,"tasks":null}', "file.invalid"],
  ])("%j is refused as %s", (text, code) => {
    expect(failure(text).code).toBe(code);
  });

  test("a file that does not parse points to undo", () => {
    expect(failure('{"version":1,"tasks":[').hint).toContain("cueloop undo");
  });
});

describe("custom fields", () => {
  test("scalars become strings, numbers by their digits, keys in order", () => {
    const text = minimal(
      ',"custom_fields":{"z":true,"b":42,"c":42.0,"d":1.50,"e":1e3,"f":12345678901234567890,"constructor":"k","a":" s "}',
    );
    const [task] = parseQueueFile(text, FILE).tasks;
    expect(JSON.stringify(task?.custom_fields)).toBe(
      '{"a":" s ","b":"42","c":"42.0","constructor":"k","d":"1.5","e":"1000.0","f":"12345678901234567890","z":"true"}',
    );
  });

  test.each([
    ['{"a":null}', "custom_fields.a", "null"],
    ['{"a":[]}', "custom_fields.a", "array"],
    ['{"ok":"x","a":{}}', "custom_fields.a", "object"],
  ])("%s names the key and the wrong kind", (fields, path, kind) => {
    const error = failure(minimal(`,"custom_fields":${fields}`));
    expect(error.where?.path).toBe(`tasks[0].${path}`);
    expect(error.message).toContain(kind);
    expect(error.message).toContain("custom_fields");
  });

  test.each(["null", "[]", '"x"', "5"])("%s instead of an object is refused", (value) => {
    expect(failure(minimal(`,"custom_fields":${value}`)).where?.path).toBe("tasks[0].custom_fields");
  });

  test.each([
    [42, "42", "42"],
    [42, "42.0", "42.0"],
    [42, "+42", "42"],
    [16, "0x10", "16"],
    [-16, "-0x10", "-16"],
    [1.5, "1.50", "1.5"],
    [1000, "1e3", "1000.0"],
    [0.001, "1E-3", "0.001"],
    [2 ** 53, "9007199254740993", "9007199254740993"],
    [Number.POSITIVE_INFINITY, "1e999", "1e999"],
    [7, null, "7"],
    [7.25, null, "7.25"],
  ])("number %p written as %p is kept as %p", (value, token, text) => {
    expect(numberAsText(value, token)).toBe(text);
  });
});

describe("agent", () => {
  test("runner ids of ours are written in lower case, others as given; defaults and nulls are left out", () => {
    const text = withTask(
      '{"id":"RQ-0001","title":"x","agent":{"model":" m ","runner":" Claude ","model_effort":"default","cursor":null,"runner_cli":{"sandbox":null,"verbosity":"quiet"},"phase_overrides":{"phase2":{"runner":"Acme"}}}}',
    );
    expect(JSON.stringify(parseQueueFile(text, FILE).tasks[0]?.agent)).toBe(
      '{"runner":"claude","model":"m","runner_cli":{"verbosity":"quiet"},"phase_overrides":{"phase2":{"runner":"Acme"}}}',
    );
  });

  test("an empty agent stays", () => {
    expect(parseQueueFile(minimal(',"agent":{}'), FILE).tasks[0]).toHaveProperty("agent", {});
  });
});

describe("writing", () => {
  test("two spaces, canonical order, empty lists inline, no final newline, non-ASCII as it is", () => {
    const text = withTask(
      '{"custom_fields":{"b":"2","a":"1"},"title":"Grüße ✓","id":"RQ-0001","kind":"work_item","parent_id":"RQ-0002","tags":["t"]}',
    );
    expect(renderQueueFile(parseQueueFile(text, FILE))).toBe(`{
  "version": 1,
  "tasks": [
    {
      "id": "RQ-0001",
      "status": "todo",
      "title": "Grüße ✓",
      "priority": "medium",
      "tags": [
        "t"
      ],
      "scope": [],
      "evidence": [],
      "plan": [],
      "notes": [],
      "depends_on": [],
      "blocks": [],
      "relates_to": [],
      "custom_fields": {
        "a": "1",
        "b": "2"
      },
      "parent_id": "RQ-0002"
    }
  ]
}`);
  });

  test("an empty file is written in one known way", () => {
    expect(renderQueueFile({ version: 1, tasks: [] })).toBe('{\n  "version": 1,\n  "tasks": []\n}');
  });

  test.each([
    ["one more at the end", [0, 1, 2], [0, 1, 2, 3]],
    ["one more in front", [0, 1], [2, 0, 1]],
    ["one replaced in the middle", [0, 1, 2], [0, 3, 2]],
    ["one less", [0, 1, 2], [0, 2]],
    ["the same twice, once less", [0, 0], [0]],
    ["another order", [0, 1, 2], [2, 1, 0]],
    ["all gone", [0, 1], []],
    ["the first one", [], [0]],
    ["nothing", [0, 1], [0, 1]],
  ])("a change is rendered as the two versions are: %s", (_, was, is) => {
    const tasks = ["RQ-0001", "RQ-0002", "RQ-0003", "RQ-0004"].map((id) => aTask(id, { custom_fields: { a: "]\n}", b: "é" } }));
    const before = { version: 1, tasks: was.flatMap((index) => tasks[index] ?? []) };
    const next = { version: 1, tasks: is.flatMap((index) => tasks[index] ?? []) };
    expect(joined(renderVersions(before, next))).toEqual({
      parsed: renderQueueFile(before),
      next: renderQueueFile(next),
      same: renderQueueFile(before) === renderQueueFile(next),
    });
  });

  test("a task that is another object and says the same makes no difference", () => {
    const before = { version: 1, tasks: [aTask("RQ-0001"), aTask("RQ-0002")] };
    expect(renderVersions(before, { version: 1, tasks: [...before.tasks.slice(0, 1), aTask("RQ-0002")] }).same).toBe(true);
    expect(renderVersions(before, { ...before, version: 2 }).same).toBe(false);
  });

  test("a long file is rendered as a short one is", () => {
    const tasks = Array.from({ length: 1_100 }, (_, index) => aTask(`RQ-${index + 1_000}`));
    const before = { version: 1, tasks };
    const next = { version: 1, tasks: tasks.toSpliced(700, 1, aTask("RQ-0001")) };
    expect(joined(renderVersions(before, next))).toEqual({
      parsed: JSON.stringify(before, null, 2),
      next: JSON.stringify(next, null, 2),
      same: false,
    });
  });

  test("what was written reads back as the same bytes", () => {
    const file = {
      version: 1,
      tasks: [aTask("RQ-0001", { agent: { runner: "claude", phases: 2 }, kind: "group" }), aTask("RQ-0002", { status: "done" })],
    };
    const text = renderQueueFile(file);
    expect(renderQueueFile(parseQueueFile(text, FILE))).toBe(text);
  });
});

function joined({ parsed, next, same }: ReturnType<typeof renderVersions>) {
  return { parsed: parsed.join(""), next: next.join(""), same };
}
