/** A long line broken at words, the rest under the indent of its beginning. May hold colours. */
export function wrapLine(line: string, columns: number): string {
  const indent = /^ */.exec(Bun.stripANSI(line))?.[0] ?? "";
  return Bun.wrapAnsi(Bun.sliceAnsi(line, indent.length), Math.max(20, columns - indent.length), { hard: true })
    .split("\n")
    .map((part) => `${indent}${part}`)
    .join("\n");
}
