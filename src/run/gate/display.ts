/** A gate's command as one line; elements that would be ambiguous are quoted like JSON. */
export function gateDisplay(argv: readonly string[]): string {
  return argv.map((part) => (/[\s"'\\`]/.test(part) || part === "" ? JSON.stringify(part) : part)).join(" ");
}

const HEAD = 50;
const TAIL = 50;

/** The gate's output for the agent: whole up to 100 lines, else the first and the last 50. */
export function outputSnippet(stdout: string, stderr: string): string {
  const lines = [...linesOf(stderr), ...linesOf(stdout)];
  if (lines.length === 0) return "The gate printed nothing.";
  if (lines.length <= HEAD + TAIL) return `Output, ${lines.length} lines:\n${fenced(lines)}`;
  const omitted = lines.length - HEAD - TAIL;
  const tailStart = lines.length - TAIL + 1;
  return [
    `Output, lines 1 to ${HEAD} of ${lines.length}:`,
    fenced(lines.slice(0, HEAD)),
    `(${omitted} lines left out)`,
    `Lines ${tailStart} to ${lines.length}:`,
    fenced(lines.slice(-TAIL)),
  ].join("\n");
}

/** The last `count` lines of both streams, stderr first. */
export function outputTail(stdout: string, stderr: string, count: number): string {
  return [...linesOf(stderr), ...linesOf(stdout)].slice(-count).join("\n");
}

function linesOf(text: string): string[] {
  const trimmed = text.replace(/\s+$/, "");
  return trimmed === "" ? [] : trimmed.split(/\r?\n/);
}

function fenced(lines: readonly string[]): string {
  const body = lines.join("\n");
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map((match) => match[0].length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${body}\n${fence}`;
}
