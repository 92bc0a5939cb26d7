const OURS = /^(#.*\bCueLoop\b.*|!?\.(cueloop|ralph)(\/.*)?)?$/;

/** Whether two texts of a `.gitignore` differ in nothing but lines about the runtime directory, as setting a repository up writes them. */
export function differsOnlyInOurLines(before: string, after: string): boolean {
  const [old, present] = [new Set(linesOf(before)), new Set(linesOf(after))];
  const changed = [...linesOf(after).filter((line) => !old.has(line)), ...linesOf(before).filter((line) => !present.has(line))];
  return changed.every((line) => OURS.test(line));
}

function linesOf(text: string): string[] {
  return text.split("\n").map((line) => line.trim());
}
