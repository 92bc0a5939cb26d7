/** Whether two tasks declare that they work on the same paths. */
export function scopesOverlap(a: readonly string[], b: readonly string[]): boolean {
  const left = a.map(pathOf).filter((path) => path !== null);
  const right = b.map(pathOf).filter((path) => path !== null);
  return left.some((one) => right.some((other) => meet(one, other)));
}

/** Whether a declared scope covers a path. */
export function scopeCovers(scope: readonly string[], path: string): boolean {
  return scope.map(pathOf).some((entry) => entry !== null && meet(entry, { text: path, isPattern: false }));
}

interface ScopePath {
  readonly text: string;
  /** `text` is only what stands before the first wildcard, and need not end at a `/`. */
  readonly isPattern: boolean;
}

/** What an entry names, in one spelling; null for prose. */
function pathOf(entry: string): ScopePath | null {
  const trimmed = entry.trim().replaceAll("\\", "/");
  if (trimmed === "" || /\s/.test(trimmed)) return null;
  const bare = trimmed
    .replace(/#.*$/, "")
    .replace(/(:\d+)+(-\d+)?$/, "")
    .replace(/^(\.\/)+/, "")
    .replace(/\/+$/, "");
  const wildcard = bare.search(/[*?[{]/);
  if (wildcard >= 0) return { text: bare.slice(0, wildcard), isPattern: true };
  return bare === "" || bare === "." ? { text: "", isPattern: true } : { text: bare, isPattern: false };
}

function meet(a: ScopePath, b: ScopePath): boolean {
  if (a.isPattern && b.isPattern) return a.text.startsWith(b.text) || b.text.startsWith(a.text);
  if (a.isPattern || b.isPattern) {
    const [pattern, path] = a.isPattern ? [a, b] : [b, a];
    return path.text.startsWith(pattern.text) || isBelow(pattern.text, path.text);
  }
  return a.text === b.text || isBelow(a.text, b.text) || isBelow(b.text, a.text);
}

function isBelow(path: string, directory: string): boolean {
  return path.startsWith(`${directory}/`);
}
