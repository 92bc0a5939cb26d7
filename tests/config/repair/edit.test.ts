import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isCueLoopError } from "../../../src/base/errors.ts";
import type { JsonPath } from "../../../src/base/jsonc.ts";
import { editKey } from "../../../src/config/repair/edit.ts";
import { type KeyChange, unknownKeyOf } from "../../../src/config/repair/unknown-keys.ts";

const REMOVE: KeyChange = { kind: "remove" };
const to = (name: string): KeyChange => ({ kind: "rename", to: name });

const TEXT = `// What we use
{
  "version": 2, // do not change
  /* the agent */
  "agent": {
    "runner": "claude",
    "modle": "opus", // the big one
    "phases": 3,
  },
  "old": [1, 2],
}
`;

test.each<[what: string, path: JsonPath, change: KeyChange, text: string]>([
  ["a key among others", ["agent", "modle"], to("model"), TEXT.replace("modle", "model")],
  ["a list", ["old"], to("new"), TEXT.replace("old", "new")],
  ["a name with quotes", ["old"], to('a"b'), TEXT.replace('"old"', '"a\\"b"')],
])("renaming changes nothing but the name: %s", (_what, path, change, text) => {
  expect(editKey(TEXT, "config.jsonc", path, change)).toBe(text);
});

test.each<[what: string, path: JsonPath]>([
  ["the first key", ["version"]],
  ["one in the middle", ["agent", "modle"]],
  ["the last one, with a comma behind it", ["old"]],
  ["a whole section", ["agent"]],
  ["the last one of a section", ["agent", "phases"]],
])("removing leaves every comment that is not part of it, and all other values: %s", (_what, path) => {
  const text = editKey(TEXT, "config.jsonc", path, REMOVE);
  expect(text).toContain("// What we use\n{");
  expect(text).not.toContain(`"${path.at(-1)}"`);
  if (path[0] !== "agent") expect(text).toContain("// the big one");
});

describe("a text that cannot be edited without doubt stays as it is", () => {
  test.each<[what: string, text: string, path: JsonPath, change: KeyChange]>([
    ["names without quotes", "{ version: 2, odd: 1 }", ["odd"], REMOVE],
    ["single quotes", "{ 'odd': 1 }", ["odd"], to("even")],
    ["the key twice", '{ "odd": 1, "odd": 2 }', ["odd"], REMOVE],
    ["the new name is taken", '{ "odd": 1, "even": 2 }', ["odd"], to("even")],
  ])("%s", (_what, text, path, change) => {
    let error: unknown = null;
    try {
      editKey(text, "config.jsonc", path, change);
    } catch (thrown) {
      error = thrown;
    }
    expect(isCueLoopError(error, "config.not_edited")).toBeTrue();
  });
});

test.each<[what: string, value: unknown, found: object | null]>([
  ["nothing unknown", { version: 2, agent: { runner: "claude" } }, null],
  ["at the top", { versoin: 2 }, { path: ["versoin"], suggestion: "version" }],
  ["in a section", { agent: { modle: "x" } }, { path: ["agent", "modle"], suggestion: "model" }],
  ["in a profile", { profiles: { night: { modle: "x" } } }, { path: ["profiles", "night", "modle"], suggestion: "model" }],
  ["in a phase", { agent: { phase_overrides: { phase4: {} } } }, { path: ["agent", "phase_overrides", "phase4"] }],
  [
    "free-form maps are no keys",
    { profiles: { any: {} }, plugins: { plugins: { "acme.x": { enabled: true, config: { any: 1 } } } } },
    null,
  ],
  ["another mistake beside it", { queue: { id_width: "x" }, odd: 1 }, { path: ["odd"], suggestion: null }],
  ["only another mistake", { queue: { id_width: "x" } }, null],
  ["a key of an older version is no mistake to be removed", { agent: { ci_gate_command: "make ci" }, odd: 1 }, null],
])("what is unknown: %s", (_what, value, found) => {
  const directory = mkdtempSync(join(tmpdir(), "cueloop-repair-"));
  try {
    const file = join(directory, "config.jsonc");
    writeFileSync(file, JSON.stringify(value));
    if (found === null) expect(unknownKeyOf(file)).toBeNull();
    else expect(unknownKeyOf(file)).toMatchObject(found);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
