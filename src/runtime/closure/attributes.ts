import { withoutComments } from "./comments.ts";

/** `from "./a.md" with { type: "text" }`, and the same of a literal `import()`. */
const STATIC = /(["'])((?:\\.|(?!\1)[^\\\n])*)\1\s*with\s*\{[^{}]*?\btype["']?\s*:\s*(["'])([\w-]+)\3/g;
const DYNAMIC = /(["'`])((?:\\.|(?!\1)[^\\\n])*)\1\s*,\s*\{\s*with\s*:\s*\{[^{}]*?\btype["']?\s*:\s*(["'])([\w-]+)\3/g;

/**
 * What the imports of a text say their files are, by specifier: the bundler does not tell its plugins. Found by their look;
 * one that only looks so is not imported, and then nothing follows.
 */
export function statedKinds(text: string): ReadonlyMap<string, string> {
  if (!/["'`]\s*(?:,\s*\{\s*)?with\s*:?\s*\{[^{}]{0,80}\btype\b/.test(text)) return new Map();
  const plain = withoutComments(text);
  return new Map(
    [STATIC, DYNAMIC].flatMap((pattern) =>
      [...plain.matchAll(pattern)].map(([, , specifier = "", , kind = ""]): [string, string] => [specifier, kind]),
    ),
  );
}
