import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { CueLoopError } from "../../src/base/errors.ts";
import { parseJsonc } from "../../src/base/jsonc.ts";
import { formatPath, parseValue } from "../../src/base/parse.ts";
import { mapOf, record } from "../../src/base/shape.ts";
import { suggest } from "../../src/base/suggest.ts";

const Agent = record({
  runner: v.nullish(v.picklist(["claude", "codex"])),
  phases: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3))),
});
const Schema = v.strictObject({
  version: v.literal(1),
  tasks: v.array(v.strictObject({ id: v.string(), tags: v.optional(v.array(v.string()), []), estimate: v.nullish(v.number()) })),
  agent: v.optional(Agent),
  profiles: v.optional(mapOf(Agent)),
  either: v.optional(v.union([v.string(), v.strictObject({ one: v.boolean() })])),
});

function refused(text: string): CueLoopError {
  const document = parseJsonc(text, "dir/file.jsonc");
  try {
    parseValue(Schema, document, "queue file");
  } catch (error) {
    if (error instanceof CueLoopError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

test("what fits is returned as the schema makes it", () => {
  const document = parseJsonc('{version: 1, tasks: [{id: "A"}], agent: {runner: null, phases: 2}}', "f");
  expect(parseValue(Schema, document, "queue file")).toEqual({ version: 1, tasks: [{ id: "A", tags: [] }], agent: { phases: 2 } });
});

describe("what does not fit is named by place, path, expectation and find", () => {
  test.each<[text: string, at: string, path: string, says: RegExp[]]>([
    ['{\n "version": 1,\n "tasks": [\n  {"id": "A", "tags": "x"}]}', "4:15", "tasks[0].tags", [/must be a list/, /found "x"/]],
    ['{"version": 1, "tasks": [{"id": 7}]}', "1:27", "tasks[0].id", [/must be text/, /found 7/]],
    ['{"version": 1, "tasks": {}}', "1:16", "tasks", [/must be a list/, /found \{\}/]],
    ['{"version": 1, "tasks": [{}]}', "1:26", "tasks[0].id", [/is missing/]],
    ['{"version": 1, "tasks": [null]}', "1:26", "tasks[0]", [/must be an object/, /found null/]],
    ["[]", "1:1", "", [/must be an object/, /found \[\]/]],
    ["null", "1:1", "", [/must be an object/, /found null/]],
    ['{"version": 2, "tasks": []}', "1:2", "version", [/must be 1/, /found 2/]],
    ['{"version": 1, "tasks": [], "agent": []}', "1:29", "agent", [/expected object, found array/]],
    ['{"version": 1, "tasks": [], "agent": {"phases": 4}}', "1:39", "agent.phases", [/<=3/, /found 4/]],
    ['{"version": 1, "tasks": [], "agent": {"phases": 1.5}}', "1:39", "agent.phases", [/integer/i, /found 1\.5/]],
    ['{"version": 1, "tasks": [], "profiles": {"x": {"phases": "1"}}}', "1:48", "profiles.x.phases", [/must be a number/, /found "1"/]],
    ['{"version": 1, "tasks": [], "either": 5}', "1:29", "either", [/found 5/]],
  ])("%s", (text, at, path, says) => {
    const error = refused(text);
    const [line, column] = at.split(":").map(Number);
    expect(error).toMatchObject({ code: "file.invalid", where: { file: "dir/file.jsonc", line, column, path } });
    expect(error.message).toStartWith(`dir/file.jsonc:${at}: `);
    if (path !== "") expect(error.message).toContain(`\`${path}\``);
    expect(error.message).toContain("queue file");
    for (const pattern of says) expect(error.message).toMatch(pattern);
  });
});

describe("an unknown key is named with the accepted ones and the nearest", () => {
  test.each<[text: string, path: string, accepted: string[], guess: string | null]>([
    ['{"version": 1, "tasks": [], "agnt": {}}', "agnt", ["version", "tasks", "agent", "profiles", "either"], "agent"],
    ['{"version": 1, "tasks": [{"id": "A", "tag": []}]}', "tasks[0].tag", ["id", "tags", "estimate"], "tags"],
    ['{"version": 1, "tasks": [], "agent": {"runer": "x"}}', "agent.runer", ["runner", "phases"], "runner"],
    ['{"version": 1, "tasks": [], "profiles": {"quick": {"zzz": 1}}}', "profiles.quick.zzz", ["runner", "phases"], null],
    ['{"version": 1, "tasks": [], "__proto__": {}}', "__proto__", ["version"], null],
  ])("%s", (text, path, accepted, guess) => {
    const error = refused(text);
    expect(error.where?.path).toBe(path);
    expect(error.message).toContain(`\`${path}\``);
    for (const key of accepted) expect(error.hint).toContain(key);
    if (guess === null) expect(error.hint).not.toContain("Did you mean");
    else expect(error.hint).toContain(`Did you mean \`${guess}\`?`);
  });
});

test("a word that is none of a set is named with the set and the nearest", () => {
  const error = refused('{"version": 1, "tasks": [], "agent": {"runner": "cladue"}}');
  expect(error.message).toMatch(/`agent\.runner` .*one of claude, codex, found "cladue"/);
  expect(error.hint).toContain("Did you mean `claude`?");
});

test("a value without a document has a path and no line", () => {
  const source = { value: { version: 1, tasks: 5 }, file: "stdin" };
  expect(() => parseValue(Schema, source, "request")).toThrow(/^stdin: `tasks` in this request must be a list/);
});

test("a long find is cut", () => {
  expect(refused(JSON.stringify({ version: 1, tasks: "x".repeat(5000) })).message.length).toBeLessThan(200);
});

test.each<[(string | number)[], string]>([
  [[], ""],
  [["tasks"], "tasks"],
  [["tasks", 3, "tags", 0], "tasks[3].tags[0]"],
  [[0, "a"], "[0].a"],
])("the path %j is written %s", (path, text) => expect(formatPath(path)).toBe(text));

test.each<[word: string, candidates: string[], nearest: string | null]>([
  ["stauts", ["start", "status"], "status"],
  ["STATUS", ["status"], "status"],
  ["ls", ["list", "show"], null],
  ["qeue list", ["queue list", "queue show"], "queue list"],
  ["priorty", ["priority", "prior"], "priority"],
  ["xyz", ["abc"], null],
  ["", ["a"], "a"],
  ["a", [], null],
])("for %j among %j the nearest is %j", (word, candidates, nearest) => expect(suggest(word, candidates)).toBe(nearest));
