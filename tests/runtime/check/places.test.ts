import { expect, test } from "bun:test";
import { keyPlaces } from "../../../src/runtime/check/places.ts";

const FILE = "/r/cueloop.config.ts";

/** `<` marks the expected place; it is taken out before. */
test.each<[string, string, readonly (string | number)[]]>([
  ["a top-level key", "export default { <agent: {} };", ["agent"]],
  ["a key inside", "export default {\n  agent: { <phases: 9 },\n};", ["agent", "phases"]],
  ["a quoted key", `export default { "agent": { <'phases': 9 } };`, ["agent", "phases"]],
  ["a method", "export default { hooks: { async <gate() {} } };", ["hooks", "gate"]],
  ["a shorthand", "export default { agent: { <phases } };", ["agent", "phases"]],
  ["in a list", "export default { hooks: [{}, { <gates() {} }] };", ["hooks", 1, "gates"]],
  [
    "behind a function",
    "export default defineConfig(({ config }) => ({ runners: { a: defineRunner({ <run() {} }) } }));",
    ["runners", "a", "run"],
  ],
  ["not in a comment", "// agent: { phases: 1 }\nexport default { /* agent: */ <agent: 1 };", ["agent"]],
  ["not in a section before", "export default { profiles: { x: { phases: 1 } }, agent: { <phases: 9 } };", ["agent", "phases"]],
  ["not deeper", "export default { agent: { ci_gate: { phases: 1 }, <phases: 9 } };", ["agent", "phases"]],
  ["not in an import", 'import { agent } from "./x";\nexport default { <agent: 1 };', ["agent"]],
  ["not behind a bracket in quotes", `export default { agent: { a: "}", b: '{', <phases: 9 } };`, ["agent", "phases"]],
  ["written before the export", "const all = { agent: { <phases: 9 } };\nexport default all;", ["agent", "phases"]],
])("a place: %s", (_, marked, path) => {
  const offset = marked.indexOf("<");
  const before = marked.slice(0, offset);
  const sources = new Map([[FILE, marked.replace("<", "")]]);
  expect(keyPlaces(FILE, sources)(path)).toEqual({
    file: FILE,
    line: before.split("\n").length,
    column: offset - before.lastIndexOf("\n"),
  });
});

test.each([
  ["a computed section", "export default { agent: base, hooks: { phases() {} } };", ["agent", "phases"]],
  ["a key that comes by a spread", "export default { agent: { ...base }, loop: { phases: 1 } };", ["agent", "phases"]],
])("no place: %s", (_, text, path) => {
  expect(keyPlaces(FILE, new Map([[FILE, text]]))(path)).toEqual({ file: FILE });
});
