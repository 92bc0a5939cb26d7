import { describe, expect, test } from "bun:test";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isCueLoopError } from "../../../src/base/errors.ts";
import type { Unpinnable } from "../../../src/runtime/closure/closure.ts";
import { readClosure } from "../../../src/runtime/closure/read.ts";
import { findUnpinnable } from "../../../src/runtime/closure/unpinnable.ts";
import { Workspace } from "../workspace.ts";

const CONFIG = "cueloop.config.ts";

async function failure(root: string): Promise<{ code: string; message: string; where: unknown }> {
  try {
    await readClosure(root);
  } catch (error) {
    if (isCueLoopError(error)) return { code: error.code, message: error.message, where: error.where };
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** What no digest covers in any of the files. */
async function unpinnable(root: string): Promise<readonly Unpinnable[]> {
  return (await readClosure(root)).files.flatMap(findUnpinnable);
}

const WIDE = {
  [CONFIG]: `import { defineConfig } from "cueloop";
import { readFileSync } from "node:fs";
import { note } from "./tools/notify";
import data from "./data.json";
import text from "./notes.txt";
import { aliased } from "@lib/aliased";
import { internal } from "#internal";
import dep from "dep";
import type { T } from "./tools/types";
export default defineConfig(async (context: T) => ({ x: [readFileSync, note, data, text, aliased, internal, dep, (await import("./tools/lazy")).lazy] }));
`,
  "tools/notify.ts": 'export const note = () => "note";\n',
  "tools/types.ts": "export type T = object;\n",
  "tools/lazy.ts": "export const lazy = 1;\n",
  "data.json": '{ "a": 1 }',
  "notes.txt": "hello",
  "lib/aliased.ts": "export const aliased = 1;\n",
  "lib/other.ts": "export const aliased = 2;\nexport const internal = 2;\n",
  "internal.ts": "export const internal = 1;\n",
  "package.json": '{ "name": "repo", "imports": { "#internal": "./internal.ts" } }',
  "tsconfig.json": '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
  "node_modules/dep/package.json": '{ "name": "dep", "version": "1.2.3", "main": "main.js", "sideEffects": false }',
  "node_modules/dep/main.js": 'const inner = require("./inner.cjs"); try { require("./optional"); } catch {}\nmodule.exports = inner.n;\n',
  "node_modules/dep/inner.cjs": "exports.n = 41;\n",
};

describe("the closure", () => {
  test("is every file the bundler reads, types aside, with what each import leads to", async () => {
    using at = new Workspace(WIDE);
    const closure = await readClosure(at.root);
    expect(closure.boundary).toBe(at.root);
    expect(closure.files.map(({ path, loader }) => `${path} ${loader}`)).toEqual([
      "cueloop.config.ts ts",
      "data.json json",
      "internal.ts ts",
      "lib/aliased.ts ts",
      "node_modules/dep/inner.cjs js",
      "node_modules/dep/main.js jsx",
      "notes.txt text",
      "tools/lazy.ts ts",
      "tools/notify.ts ts",
    ]);
    expect(closure.edges.map(({ from, specifier, kind, target }) => `${from} ${specifier} ${kind} ${target}`)).toEqual([
      "cueloop.config.ts #internal import-statement internal.ts",
      "cueloop.config.ts ./data.json import-statement data.json",
      "cueloop.config.ts ./notes.txt import-statement notes.txt",
      "cueloop.config.ts ./tools/lazy dynamic-import tools/lazy.ts",
      "cueloop.config.ts ./tools/notify import-statement tools/notify.ts",
      "cueloop.config.ts @lib/aliased import-statement lib/aliased.ts",
      "cueloop.config.ts dep import-statement node_modules/dep/main.js",
      "node_modules/dep/main.js ./inner.cjs require-call node_modules/dep/inner.cjs",
      "node_modules/dep/main.js ./optional require-call null",
    ]);
    expect(closure.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test("does not depend on where the repository is", async () => {
    using one = new Workspace(WIDE);
    using other = new Workspace(WIDE);
    expect((await readClosure(one.root)).digest).toBe((await readClosure(other.root)).digest);
  });

  test.each([
    ["the configuration", { [CONFIG]: `${WIDE[CONFIG]}// more\n` }],
    ["an imported file", { "tools/notify.ts": 'export const note = () => "other";\n' }],
    ["a file imported when it runs", { "tools/lazy.ts": "export const lazy = 2;\n" }],
    ["data", { "data.json": '{ "a": 2 }' }],
    ["a file of a package", { "node_modules/dep/inner.cjs": "exports.n = 42;\n" }],
    ["an alias of the tsconfig", { "tsconfig.json": '{ "compilerOptions": { "paths": { "@lib/aliased": ["./lib/other"] } } }' }],
    ["an import of the package.json", { "package.json": '{ "imports": { "#internal": "./lib/other.ts" } }' }],
    ["the main file of a package", { "node_modules/dep/package.json": '{ "main": "inner.cjs" }' }],
    ["a file that shadows another", { "tools/notify.tsx": "export const note = 1;\n", "tools/notify/index.ts": "" }],
    ["what a guarded require finds", { "node_modules/dep/optional.js": "module.exports = 1;\n" }],
  ])("has another digest after a change of %s", async (what, change) => {
    using before = new Workspace(WIDE);
    // Elsewhere, since the bundler remembers the manifests it has read for as long as its process lives.
    using after = new Workspace({ ...WIDE, ...change });
    if (what.startsWith("a file that shadows")) rmSync(join(after.root, "tools/notify.ts"));
    expect((await readClosure(after.root)).digest).not.toBe((await readClosure(before.root)).digest);
  });

  test("keeps its digest when something else changes", async () => {
    using at = new Workspace(WIDE);
    const before = (await readClosure(at.root)).digest;
    at.write({ "README.md": "# Other", "tools/types.ts": "export type T = { a: 1 };", "lib/other.ts": "export {};" });
    expect((await readClosure(at.root)).digest).toBe(before);
  });

  test("names the constructs that no digest covers, by line", async () => {
    using at = new Workspace({
      [CONFIG]: [
        'import { spawn } from "node:child_process";',
        "// eval(1) in a comment does not count",
        "const name = './a';",
        "export default async () => ({ a: await import(name), b: require(name), c: eval('1'), d: Bun.file('x'), e: spawn, f: await import('./b') });",
      ].join("\n"),
      "b.ts": "export default await fetch('https://example.invalid');\n",
    });
    expect((await unpinnable(at.root)).map(({ path, line, what }) => `${path}:${line} ${what}`)).toEqual([
      "b.ts:1 the network used",
      "cueloop.config.ts:1 programs started (child_process)",
      "cueloop.config.ts:4 computed import()",
      "cueloop.config.ts:4 computed require()",
      "cueloop.config.ts:4 code made from text",
      "cueloop.config.ts:4 files read while it runs",
    ]);
  });
});

test.each([
  ['import("./" + name)', "computed import()"],
  [`import(\n  ${"`"}./$${"{name}`"})`, "computed import()"],
  ["import(/* which */ name)", "computed import()"],
  ["import.meta.require(name)", "computed require()"],
  ['(0, eval)("1")', "code made from text"],
  ['Function("return 1")()', "code made from text"],
  ["new Worker(name)", "a worker started from a file"],
  ['process.getBuiltinModule("net")', "the network used"],
  ["Bun.connect({})", "the network used"],
  ["Bun.plugin({})", "code loaded past the bundler"],
])("is found where no digest reaches: %s", async (code, what) => {
  using at = new Workspace({ [CONFIG]: `const name = "x";\nexport default () => ${code};\n` });
  expect((await unpinnable(at.root)).map((found) => [found.line, found.what])).toContainEqual([2, what]);
});

test.each([
  'import("./b")',
  "import(`./b`)",
  'import("./b", { with: { type: "js" } })',
  "x.require(name)",
  "retrieval(name)",
  "x.fetch(name)",
])("is nothing of the kind: %s", async (code) => {
  using at = new Workspace({ [CONFIG]: `declare const name: any, x: any, retrieval: any;\nexport default () => ${code};\n`, "b.ts": "" });
  expect(await unpinnable(at.root)).toEqual([]);
});

describe("an error, with its place", () => {
  test.each<[string, Record<string, string>, string, string, number | undefined]>([
    ["a syntax error", { [CONFIG]: "const a = 1;\nexport default {" }, "runtime.syntax", CONFIG, 2],
    [
      "a syntax error in an imported file",
      { [CONFIG]: "import './a';\nexport default {};", "a.ts": "\nlet let = ;" },
      "runtime.syntax",
      "a.ts",
      2,
    ],
    ["a missing file", { [CONFIG]: "\nimport './gone';\nexport default {};" }, "runtime.unresolved", CONFIG, 2],
    ["a missing package", { [CONFIG]: "import x from 'no-such-package';\nexport default { x };" }, "runtime.unresolved", CONFIG, 1],
    ["a URL", { [CONFIG]: "\n\nimport x from 'https://example.invalid/x.js';\nexport default { x };" }, "runtime.unresolved", CONFIG, 3],
    [
      "a data URL",
      { [CONFIG]: "import x from 'data:text/javascript,export default 1';\nexport default { x };" },
      "runtime.unresolved",
      CONFIG,
      1,
    ],
    ["a picture", { [CONFIG]: "\nimport x from './x.png';\nexport default { x };", "x.png": "x" }, "runtime.unsupported", CONFIG, 2],
    [
      "a name in a picture",
      { [CONFIG]: "\nimport { x } from './x.png';\nexport default { x };", "x.png": "x" },
      "runtime.unsupported",
      CONFIG,
      2,
    ],
    ["native code", { [CONFIG]: "\nimport x from './x.node';\nexport default { x };", "x.node": "x" }, "runtime.unsupported", CONFIG, 2],
    ["the program itself", { [CONFIG]: "import * as x from 'bun:main';\nexport default { x };" }, "runtime.unresolved", CONFIG, 1],
    [
      "a database",
      { [CONFIG]: "\nimport x from './x.db' with { type: 'sqlite' };\nexport default { x };", "x.db": "" },
      "runtime.unsupported",
      CONFIG,
      2,
    ],
    [
      "a file's path",
      { [CONFIG]: "import x from './x.txt' with { type: 'file' };\nexport default { x };", "x.txt": "" },
      "runtime.unsupported",
      CONFIG,
      1,
    ],
    [
      "another configuration beside it",
      { [CONFIG]: "export default {};", "cueloop.config.js": "" },
      "runtime.rival",
      "cueloop.config.js",
      undefined,
    ],
  ])("%s", async (_, files, code, file, line) => {
    using at = new Workspace(files);
    const found = await failure(at.root);
    expect([found.code, found.where]).toEqual([
      code,
      line === undefined ? { file: join(at.root, file) } : expect.objectContaining({ file: join(at.root, file), line }),
    ]);
  });

  test.each([
    ["the configuration", { "m.ts": "export const f = () => 1;" }, CONFIG],
    ["a file it imports", { "a.ts": 'import { f } from "./m" with { type: "macro" };\nexport const a = f();' }, "a.ts"],
  ])("a macro in %s, and nothing of it runs", async (where, files, file) => {
    using at = new Workspace({});
    const hostile = `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(at.mark)}, "");\nexport const f = () => 1;\n`;
    const inConfig = 'import { f } from "./m" with { type: "macro" };\nexport default { x: f() };\n';
    const inOther = 'import { a } from "./a";\nexport default { a };\n';
    at.write({ ...files, "m.ts": hostile, [CONFIG]: where === "the configuration" ? inConfig : inOther });
    const found = await failure(at.root);
    expect([found.code, found.where]).toEqual(["runtime.macro", expect.objectContaining({ file: join(at.root, file) })]);
    expect(existsSync(at.mark)).toBe(false);
  });

  test.each([
    ["link.ts", "x"],
    ["link.ts", "{ x }"],
    ["node_modules/dep/index.js", "* as x"],
  ])("a link out of the repository: %s, %s", async (name, clause) => {
    using at = new Workspace({ [CONFIG]: `\nimport ${clause} from "${name === "link.ts" ? "./link" : "dep"}";\nexport default { x };\n` });
    writeFileSync(join(at.base, "outside.ts"), "export default 1;\n");
    at.link(name, join(at.base, "outside.ts"));
    expect(await failure(at.root)).toMatchObject({ code: "runtime.outside", where: { file: join(at.root, CONFIG), line: 2 } });
  });

  test("a file above the repository", async () => {
    using at = new Workspace({ [CONFIG]: 'import x from "../outside";\nexport default { x };\n' });
    writeFileSync(join(at.base, "outside.ts"), "export default 1;\n");
    expect(await failure(at.root)).toMatchObject({ code: "runtime.outside", where: { file: join(at.root, CONFIG), line: 1 } });
  });

  test("the configuration itself, as a link out of the repository or into nothing", async () => {
    using at = new Workspace({});
    writeFileSync(join(at.base, "outside.ts"), "export default {};\n");
    at.link(CONFIG, join(at.base, "outside.ts"));
    expect((await failure(at.root)).code).toBe("runtime.outside");
    rmSync(join(at.root, CONFIG));
    at.link(CONFIG, join(at.root, "gone.ts"));
    expect((await failure(at.root)).code).toBe("runtime.not_a_file");
  });
});

test("an import says what its file is", async () => {
  using at = new Workspace({
    [CONFIG]: `import guide from "./docs/guide.md" with { type: "text" };
import code from './tool.ts' with { "type": 'text' };
import list from "./list.lock" with { type: "jsonc" };
// import none from "./data.json" with { type: "text" };
import data from "./data.json" with { type: "json" };
import other from "@docs/other.md" with { type: "text" };
import notes from "dep/notes.md" with { type: "text" };
export default async () => [other, notes, guide, code, list, data, await import("./run.sh", { with: { type: "text" } })];
`,
    "docs/guide.md": "# Guide\n",
    "docs/other.md": "# Other\n",
    "node_modules/dep/notes.md": "# Notes\n",
    "tsconfig.json": '{ "compilerOptions": { "paths": { "@docs/*": ["./docs/*"] } } }',
    "tool.ts": "export const a = 1;\n",
    "list.lock": "// comment\n{}",
    "data.json": "{}",
    "run.sh": "true\n",
  });
  const { files } = await readClosure(at.root);
  expect(files.map(({ path, loader }) => [path, loader])).toEqual([
    [CONFIG, "ts"],
    ["data.json", "json"],
    ["docs/guide.md", "text"],
    ["docs/other.md", "text"],
    ["list.lock", "jsonc"],
    ["node_modules/dep/notes.md", "text"],
    ["run.sh", "text"],
    ["tool.ts", "text"],
  ]);
});

test("a link inside the repository is followed", async () => {
  using at = new Workspace({
    "shared/config.ts": 'import { a } from "./a";\nexport default { a };\n',
    "shared/a.ts": "export const a = 1;\n",
  });
  at.link(CONFIG, join(at.root, "shared/config.ts"));
  const closure = await readClosure(at.root);
  expect([closure.entry, closure.files.map(({ path }) => path)]).toEqual(["shared/config.ts", ["shared/a.ts", "shared/config.ts"]]);
});
