import type { ClosureFile, Unpinnable } from "./closure.ts";
import { withoutComments } from "./comments.ts";

const CONSTRUCTS: readonly (readonly [RegExp, string])[] = [
  [/\bimport\s*\(\s*(?!\s|["'`)])|\bimport\s*\(\s*`[^`]*\$\{/g, "computed import()"],
  [/(?<![.\w])require\s*\(\s*(?!\s|["'`)])|(?<![.\w])require\s*\(\s*`[^`]*\$\{/g, "computed require()"],
  [/\bcreateRequire\s*\(/g, "createRequire()"],
  [/(?<![.\w])eval\s*\(|\bnew\s+Function\s*\(/g, "code made from text"],
  [/\bnew\s+(?:Worker|SharedWorker)\s*\(/g, "a worker started from a file"],
  [/\bBun\s*\.\s*(?:spawn|spawnSync)\s*\(|(?<![\w$`])\$\s*`|\bBun\s*\.\s*\$/g, "a program started"],
  [/["'](?:node:)?child_process["']/g, "programs started (child_process)"],
  [/["'](?:node:)?vm["']|["']bun:ffi["']|\bprocess\s*\.\s*dlopen\b/g, "code loaded past the bundler"],
  [/\bBun\s*\.\s*file\s*\(|["'](?:node:)?fs(?:\/promises)?["']/g, "files read while it runs"],
  [/(?<![.\w])fetch\s*\(|\bnew\s+WebSocket\s*\(/g, "the network used"],
];

/** Constructs of a file by which code or data comes in that no digest covers; found by their look, so a quoted one counts. */
export function findUnpinnable(file: ClosureFile): readonly Unpinnable[] {
  if (!/^[jt]sx?$/.test(file.loader)) return [];
  const text = withoutComments(new TextDecoder().decode(file.bytes));
  return CONSTRUCTS.flatMap(([pattern, what]) =>
    [...text.matchAll(pattern)].map(({ index }) => ({ path: file.path, line: text.slice(0, index).split("\n").length, what })),
  ).sort((a, b) => a.line - b.line);
}
