import { expect, test } from "bun:test";
import { dirname, join, normalize } from "node:path";
import { sources } from "../support/sources.ts";

/** Highest first: a folder may import from itself and from those below it. */
const ORDER = [
  "commands",
  "demo",
  "setup",
  "ui",
  "machine",
  "notify",
  "api",
  "runtime",
  "parallel",
  "run",
  "runners",
  "prompts",
  "queue",
  "config",
  "git",
  "base",
] as const;
const src = new URL("../../src", import.meta.url).pathname;

interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

async function readImports(): Promise<Import[]> {
  const imports: Import[] = [];
  for (const file of new Bun.Glob("**/*.ts").scanSync(src)) {
    const text = await Bun.file(join(src, file)).text();
    for (const match of text.matchAll(/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g)) {
      const target = normalize(join(dirname(file), match[1] ?? ""));
      imports.push({ file, from: topFolder(file), to: topFolder(target) });
    }
  }
  return imports;
}

function topFolder(path: string): string {
  return path.includes("/") ? (path.split("/")[0] ?? "") : "";
}

function rank(folder: string): number {
  return ORDER.findIndex((name) => name === folder);
}

test("imports point down the list of folders, never up", async () => {
  const imports = await readImports();
  expect(imports.length).toBeGreaterThan(50);
  const wrong = imports.filter(({ from, to }) => rank(from) >= 0 && rank(to) >= 0 && rank(to) < rank(from));
  expect(wrong).toEqual([]);
});

test("every folder of src has its place in the list", async () => {
  const folders = new Set((await readImports()).map(({ from }) => from).filter((folder) => folder !== ""));
  expect([...folders].filter((folder) => rank(folder) < 0)).toEqual([]);
});

test("the environment and the working directory are read in commands and main only", async () => {
  const found = (await sources()).filter(
    ({ file, code }) =>
      file !== "main.ts" && !file.startsWith("commands/") && /\bprocess\.(env|cwd|stdout|stderr|stdin)\b|\bBun\.env\b/.test(code),
  );
  expect(found.map(({ file }) => file)).toEqual([]);
});
