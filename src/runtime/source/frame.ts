/** Lines around a place in a text, the place marked; lines and columns count from 1. Empty where the text has no such line. */
export function sourceFrame(text: string, line: number, column: number): string {
  const lines = text.split(/\r?\n/);
  if (lines[line - 1] === undefined) return "";
  const first = Math.max(1, line - 2);
  const width = String(line + 1).length;
  const shown = lines.slice(first - 1, line + 1).flatMap((content, index) => {
    const number = first + index;
    const row = `${number === line ? ">" : " "} ${String(number).padStart(width)} | ${clipped(content)}`;
    return number === line && column <= LONGEST ? [row, `${" ".repeat(width + 2)} | ${" ".repeat(Math.max(0, column - 1))}^`] : [row];
  });
  return shown.map((row) => row.trimEnd()).join("\n");
}

const LONGEST = 160;

/** A generated line may be as long as a file. */
function clipped(line: string): string {
  const plain = line.replaceAll("\t", " ");
  return plain.length <= LONGEST ? plain : `${plain.slice(0, LONGEST)}…`;
}

/** Line and column, from 1, of an offset in a text. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}
