import { sha256 } from "../../base/files.ts";
import type { Closure } from "./closure.ts";

/**
 * Digest version 1: the files by path, length and hash, each followed by what its imports lead to. With the edges in it
 * nothing can be rewired under an unchanged digest, by a tsconfig, a package.json or a file that shadows another.
 * Every field is JSON, so that no path can pose as another line.
 */
export function closureDigest(closure: Pick<Closure, "files" | "edges">): string {
  const lines = closure.files.flatMap((file) => [
    `file ${JSON.stringify(file.path)} ${file.bytes.length} ${file.sha256}`,
    ...closure.edges
      .filter((edge) => edge.from === file.path)
      .map((edge) => `edge ${JSON.stringify(edge.specifier)} ${edge.kind} ${JSON.stringify(edge.target)}`),
  ]);
  return `sha256:${sha256(["cueloop-config-trust 1", ...lines, ""].join("\n"))}`;
}
