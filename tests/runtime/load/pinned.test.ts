import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { readClosure } from "../../../src/runtime/closure/read.ts";
import { bundlePinned } from "../../../src/runtime/load/pinned.ts";
import { sourcesOf } from "../../../src/runtime/load/user-error.ts";
import { Workspace } from "../workspace.ts";

const FILES = {
  "cueloop.config.ts":
    'import { a } from "./a";\nimport d from "dep";\nimport text from "./t.txt";\nexport default { x: [a, d, text, process.env.NODE_ENV] };\n',
  "a.ts": 'export const a = "first";\n',
  "t.txt": "the text",
  "node_modules/dep/package.json": '{ "name": "dep", "main": "index.js" }',
  "node_modules/dep/index.js": 'try { require("./optional") } catch (error) { module.exports = error.code; }\n',
};

test("the bundle follows from the bytes that were read, whatever became of the files", async () => {
  using at = new Workspace(FILES);
  const closure = await readClosure(at.root);
  const before = await bundlePinned(closure);
  at.write({
    "a.ts": 'export const a = "second";\n',
    "tsconfig.json": '{ "compilerOptions": { "paths": { "./a": ["./b"] } } }',
    "node_modules/dep/optional.js": "module.exports = 1;\n",
  });
  rmSync(join(at.root, "t.txt"));
  const after = await bundlePinned(closure);
  expect(before.failures).toEqual([]);
  expect(before.text).toContain('"first"');
  expect(after.text).toBe(before.text);
});

test("a guarded require finds nothing, as when the files were read", async () => {
  using at = new Workspace(FILES);
  const closure = await readClosure(at.root);
  expect((await bundlePinned(closure)).text).toContain("Cannot find module './optional'");
});

test("the bundle says what its sources were, for errors", async () => {
  using at = new Workspace(FILES);
  const { text } = await bundlePinned(await readClosure(at.root));
  expect(sourcesOf(text ?? "").get(join(at.root, "a.ts"))).toBe(FILES["a.ts"]);
});
