import { paint } from "./colour.ts";
import { Sanitiser } from "./sanitise.ts";

/** The lines of a patch, safe to show; colours are put on after the sanitiser, so that no foreign escape can pass as ours. */
export function diffLines(patch: string, color: boolean): string[] {
  const clean = new Sanitiser();
  const text = `${clean.push(patch)}${clean.end()}`;
  return text.split("\n").map((line) => styled(line, color));
}

function styled(line: string, color: boolean): string {
  if (/^(\+\+\+|---|diff |index )/.test(line)) return paint("bold", line, color);
  if (line.startsWith("@@")) return paint("cyan", line, color);
  if (line.startsWith("+")) return paint("green", line, color);
  return line.startsWith("-") ? paint("red", line, color) : line;
}
