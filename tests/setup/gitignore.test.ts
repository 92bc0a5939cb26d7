import { expect, test } from "bun:test";
import { ignoresEverything, localPolicy, sharedPolicy } from "../../src/setup/gitignore.ts";

test("the shared policy is appended as one block and is complete the second time", () => {
  const once = sharedPolicy("node_modules/\n");
  expect(once).toStartWith("node_modules/\n\n#");
  expect(once).toContain("\n.cueloop/cache/\n.cueloop/logs/\n");
  expect(once).toEndWith(".cueloop/trust.jsonc\n");
  expect(sharedPolicy(once)).toBe(once);
});

test.each([
  ["an empty file", ""],
  ["a file without a last newline", "dist"],
  ["a file with blank lines at its end", "dist\n\n\n"],
])("the shared policy leaves %s in order", (_, text) => {
  const out = sharedPolicy(text);
  expect(out).not.toContain("\n\n\n");
  expect(out).toContain(".cueloop/lock/");
});

test("lines that ignore the whole directory, and exceptions from that, are taken out", () => {
  const out = sharedPolicy(".cueloop/\n!.cueloop/queue.jsonc\n.ralph/*\nkeep-me\n");
  expect(out.split("\n").slice(0, 1)).toEqual(["keep-me"]);
  expect(out).not.toContain("!.cueloop");
  expect(out).not.toContain(".ralph");
});

test("an entry without its slash counts as present", () => {
  expect(sharedPolicy(".cueloop/cache\n")).not.toContain(".cueloop/cache/");
});

test("the local policy replaces the shared one and is complete the second time", () => {
  const out = localPolicy(sharedPolicy("dist/\n"));
  expect(out).toContain("\n.cueloop/\n");
  expect(out).not.toContain(".cueloop/cache/");
  expect(localPolicy(out)).toBe(out);
  expect(ignoresEverything(out)).toBe(true);
  expect(ignoresEverything("dist/\n")).toBe(false);
});

test.each([
  [".cueloop/", true],
  ["/.cueloop/", true],
  [".cueloop/*\n", true],
  [".cueloop/*\n!.cueloop/queue.jsonc\n", false],
  [".cueloop/cache/\n", false],
])("%j ignores the whole directory: %p", (text, whole) => {
  expect(ignoresEverything(text)).toBe(whole);
});
