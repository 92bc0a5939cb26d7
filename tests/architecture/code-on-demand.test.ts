import { expect, test } from "bun:test";
import { dirname, join, normalize } from "node:path";
import { TRUST_CLASSES } from "../../src/commands/frame/trust-class.ts";

const src = new URL("../../src", import.meta.url).pathname;
const transpiler = new Bun.Transpiler({ loader: "ts" });

/** Commands that are about user code itself, and load what reads it. */
const ABOUT_CODE = /^(?:config trust |script$|eval$|test$|config types$)/;

/** The files that are loaded with a file, what it imports later left out. */
async function loadedWith(file: string, seen: Set<string> = new Set()): Promise<ReadonlySet<string>> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = await Bun.file(join(src, file)).text();
  for (const { path, kind } of transpiler.scanImports(text)) {
    if (kind === "import-statement" && path.startsWith(".") && path.endsWith(".ts"))
      await loadedWith(normalize(join(dirname(file), path)), seen);
  }
  return seen;
}

const COMMANDS = Object.keys(TRUST_CLASSES)
  .filter((path) => !ABOUT_CODE.test(path))
  .map(
    (path) => `commands/${path === "task details" ? "task/show" : path === "task rejected" ? "task/reject" : path.replaceAll(" ", "/")}.ts`,
  );

test.each([...new Set([...COMMANDS, "main.ts", "commands/frame/dispatch.ts"])])(
  "%s loads nothing of src/runtime before there is code",
  async (file) => {
    const loaded = await loadedWith(file);
    expect(loaded.size).toBeGreaterThan(0);
    expect([...loaded].filter((name) => name.startsWith("runtime/"))).toEqual([]);
  },
);
