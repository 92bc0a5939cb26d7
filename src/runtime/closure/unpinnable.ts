import type { ClosureFile, Unpinnable } from "./closure.ts";
import { withoutComments } from "./comments.ts";

/** A text as it stands, and nothing joined to it. */
const LITERAL = /\s*(?:"[^"\n]*"|'[^'\n]*'|`[^`$]*`)\s*[,)]/.source;

const CONSTRUCTS: readonly (readonly [RegExp, string])[] = [
  [new RegExp(String.raw`(?<![.\w])import\s*\((?!${LITERAL})`, "g"), "computed import()"],
  [new RegExp(String.raw`(?:(?<![.\w])|\bmeta\.|\bmodule\.)require\s*\((?!${LITERAL})`, "g"), "computed require()"],
  [/\bcreateRequire\s*\(/g, "createRequire()"],
  [/(?<![.\w])eval\s*\)?\s*\(|(?<![.\w])Function\s*\(|\bnew\s+Function\b/g, "code made from text"],
  [/\bnew\s+(?:Worker|SharedWorker)\b|["'](?:node:)?worker_threads["']/g, "a worker started from a file"],
  [/\bBun\s*\.\s*(?:spawn|spawnSync)\b|(?<![\w$`])\$\s*`|\bBun\s*\.\s*\$/g, "a program started"],
  [/["'](?:node:)?(?:child_process|cluster)["']/g, "programs started (child_process)"],
  [
    /["'](?:node:)?vm["']|["']bun:ffi["']|\bprocess\s*\.\s*dlopen\b|\bBun\s*\.\s*(?:plugin|build|Transpiler)\b/g,
    "code loaded past the bundler",
  ],
  [/\bBun\s*\.\s*file\s*\(|["'](?:node:)?fs(?:\/promises)?["']|["']bun:sqlite["']/g, "files read while it runs"],
  [
    /(?<![.\w])fetch\s*\(|\bnew\s+WebSocket\b|\bBun\s*\.\s*(?:connect|listen|serve|udpSocket)\b|["'](?:node:)?(?:net|tls|http|https|http2|dgram)["']/g,
    "the network used",
  ],
];

/** Constructs of a file by which code or data comes in that no digest covers; found by their look, so a quoted one counts. */
export function findUnpinnable(file: ClosureFile): readonly Unpinnable[] {
  if (!/^[jt]sx?$/.test(file.loader)) return [];
  const text = withoutComments(new TextDecoder().decode(file.bytes));
  const found = CONSTRUCTS.flatMap(([pattern, what]) => [...text.matchAll(pattern)].map(({ index }) => ({ index, what })));
  found.sort((a, b) => a.index - b.index);
  let [line, from] = [1, 0];
  return found.map(({ index, what }) => {
    for (let at = text.indexOf("\n", from); at >= 0 && at < index; at = text.indexOf("\n", from)) {
      line += 1;
      from = at + 1;
    }
    return { path: file.path, line, what };
  });
}
