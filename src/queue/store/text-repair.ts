/**
 * The text with its open brackets closed in nesting order, for a file whose end was cut off. Brackets inside strings
 * and comments do not count. Null when nothing is open, or when brackets do not match and no closing would help.
 */
export function closeOpenBrackets(text: string): string | null {
  const open: string[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index] ?? "";
    if (char === '"' || char === "'") index = endOfString(text, index);
    else if (char === "/" && (text[index + 1] === "/" || text[index + 1] === "*")) index = endOfComment(text, index);
    else if (char === "{") open.push("}");
    else if (char === "[") open.push("]");
    else if ((char === "}" || char === "]") && open.pop() !== char) return null;
  }
  return open.length === 0 ? null : `${text}\n${open.reverse().join("")}`;
}

function endOfString(text: string, start: number): number {
  const quote = text[start];
  for (let index = start + 1; index < text.length; index += 1) {
    if (text[index] === "\\") index += 1;
    else if (text[index] === quote) return index;
  }
  return text.length;
}

function endOfComment(text: string, start: number): number {
  const line = text[start + 1] === "/";
  const end = text.indexOf(line ? "\n" : "*/", start + 2);
  return end < 0 ? text.length : end + (line ? 0 : 1);
}
