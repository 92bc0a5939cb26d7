/** A line of a difference: kept, taken out or put in. */
export interface DiffLine {
  readonly sign: " " | "-" | "+";
  readonly text: string;
}

const CONTEXT = 3;
/** Beyond so many pairs of lines the middle is shown as replaced as a whole. */
const MOST_PAIRS = 4_000_000;

/** The lines that differ, each with a few around it; null stands for lines left out between them. */
export function lineDiff(old: string, now: string): readonly (DiffLine | null)[] {
  const lines = allLines(linesOf(old), linesOf(now));
  const near = lines.map((_, index) => lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ sign }) => sign !== " "));
  return lines.flatMap((line, index) => {
    if (near[index] === true) return [line];
    return index > 0 && near[index - 1] === true && near.includes(true, index) ? [null] : [];
  });
}

/** The end of the last line begins no further one. */
function linesOf(text: string): readonly string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

function allLines(old: readonly string[], now: readonly string[]): readonly DiffLine[] {
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
  const kept = (texts: readonly string[]) => texts.map((text): DiffLine => ({ sign: " ", text }));
  const middle = between(old.slice(head, old.length - tail), now.slice(head, now.length - tail));
  return [...kept(old.slice(0, head)), ...middle, ...kept(old.slice(old.length - tail))];
}

/** By the longest common subsequence. */
function between(old: readonly string[], now: readonly string[]): readonly DiffLine[] {
  const out = (texts: readonly string[]) => texts.map((text): DiffLine => ({ sign: "-", text }));
  const put = (texts: readonly string[]) => texts.map((text): DiffLine => ({ sign: "+", text }));
  if (old.length * now.length > MOST_PAIRS) return [...out(old), ...put(now)];
  const width = now.length + 1;
  const common = new Uint32Array((old.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < old.length && j < now.length) {
    const [was = "", is = ""] = [old[i], now[j]];
    if (was === is) lines.push({ sign: " ", text: was });
    else if (at(i + 1, j) >= at(i, j + 1)) lines.push({ sign: "-", text: was });
    else lines.push({ sign: "+", text: is });
    const { sign } = lines.at(-1) ?? { sign: " " };
    if (sign !== "+") i += 1;
    if (sign !== "-") j += 1;
  }
  return [...lines, ...out(old.slice(i)), ...put(now.slice(j))];
}
