import { isPlainObject } from "../../base/shape.ts";

/**
 * Block-style YAML of a JSON value; list dashes stand at the indentation of their key. Text that
 * YAML would read as something else is quoted. Ends with a newline.
 */
export function toYaml(value: unknown): string {
  return isBlock(value) ? `${blockLines(value).join("\n")}\n` : `${scalar(value)}\n`;
}

function blockLines(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(itemLines);
  if (!isPlainObject(value)) return [scalar(value)];
  return Object.entries(value).flatMap(([key, item]) => {
    const name = `${text(key)}:`;
    if (!isBlock(item)) return [`${name} ${scalar(item)}`];
    const lines = blockLines(item);
    return [name, ...(Array.isArray(item) ? lines : lines.map(indented))];
  });
}

function itemLines(item: unknown): string[] {
  if (!isBlock(item)) return [`- ${scalar(item)}`];
  const [first = "", ...rest] = blockLines(item);
  return [`- ${first}`, ...rest.map(indented)];
}

const indented = (line: string): string => `  ${line}`;

/** Objects and lists with something in them take lines of their own. */
function isBlock(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : isPlainObject(value) && Object.keys(value).length > 0;
}

function scalar(value: unknown): string {
  if (Array.isArray(value)) return "[]";
  if (isPlainObject(value)) return "{}";
  return typeof value === "string" ? text(value) : String(value);
}

/** Words that YAML 1.1 or 1.2 does not read as text. */
const WORDS = /^(?:~|null|true|false|yes|no|on|off|y|n)$/i;
/** Numbers, dates and times of YAML 1.1, roughly: whatever begins like one is quoted. */
const NUMBERS = /^[-+]?\.?\d|^[-+]?\.(?:inf|nan)$/i;
/** Text that needs no quotes; what may stand inside is only what never means anything else. */
const PLAIN = /^[A-Za-z0-9_./~$][A-Za-z0-9_./~$@+%-]*(?: [A-Za-z0-9_./~$@+%-]+)*$/;

function text(value: string): string {
  return PLAIN.test(value) && !WORDS.test(value) && !NUMBERS.test(value) ? value : JSON.stringify(value);
}
