import type { Environment } from "./context.ts";

const MARK = "[REDACTED]";
const SECRET_PART = /^(KEY|SECRET|TOKEN|PASSWORD)[0-9]*$/;
const SECRET_NAMES = new Set(["APIKEY", "PRIVATEKEY", "API_KEY", "API-KEY", "PRIVATE_KEY", "PRIVATE-KEY"]);
const NEVER_SECRET = new Set(["CWD", "HOME", "OLDPWD", "PATH", "PWD", "TEMP", "TMP", "TMPDIR"]);
const HEX_WORDS = new Set(
  "auth authorization bearer credential credentials hmac key password passwd secret signature signing token webhook".split(" "),
);
const KNOWN_SHAPES = [
  /(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{16,}/g,
  /(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{20,}/g,
  /(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{20,}/g,
  /(?<![A-Za-z0-9])xox[abprs]-[A-Za-z0-9-]{10,}/g,
  /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+/g,
] as const;

/** A Slack token of the fewest characters; every other shape, block or run of digits is longer. */
const SHORTEST_SHAPE = 15;

/** `sk-some-file-name` is no key. */
const KEBAB_CASE = /^[a-z]+(?:-[a-z]+){2,}$/;

/**
 * A function that replaces secrets in text by `[REDACTED]`: labelled values, bearer
 * tokens, well-known key shapes, PEM blocks, long hexadecimal runs, and values of
 * environment variables whose name sounds secret. Its time grows with the text, not faster.
 */
export function createRedactor(env: Environment): (text: string) => string {
  const values = secretValues(env);
  // A value that is itself a label must still be there when labels are looked for.
  const first = values.filter((value) => !isSecretLabel(value));
  return (text) => {
    if (text.trim() === "") return text;
    let out = redactValues(text, first);
    out = redactLabelled(out);
    out = out.replace(/(?<![A-Za-z0-9])(bearer[ \t]+["']?)[^\s"'\\]+/gi, (_, word: string) => `${word}${MARK}`);
    if (out.length >= SHORTEST_SHAPE) {
      out = redactShapes(out);
      out = redactBlocks(out);
      out = redactHex(out);
    }
    return redactValues(out, values);
  };
}

export type RedactionClass = "structural" | "hex" | "env-value";

/** Says what kinds of secrets a text holds, without the secrets: by its form, long hexadecimal, values of the environment. */
export function redactionClasses(env: Environment): (text: string) => readonly RedactionClass[] {
  const values = secretValues(env);
  const redact = createRedactor({});
  return (text) => {
    const withoutHex = redactHex(text);
    const classes: RedactionClass[] = [];
    if (redact(withoutHex) !== withoutHex) classes.push("structural");
    if (withoutHex !== text) classes.push("hex");
    if (values.some((value) => text.includes(value))) classes.push("env-value");
    return classes;
  };
}

/** The same value with every string redacted; keys stay, and so does what a secret-sounding key does not hold as text. */
export function redactJson(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactJson(item, redact));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, typeof item === "string" && isSecretLabel(key) ? MARK : redactJson(item, redact)]),
  );
}

/** Whether a label or variable name says that its value is secret. */
export function isSecretLabel(label: string): boolean {
  const upper = label.toUpperCase();
  return SECRET_NAMES.has(upper) || upper.split(/[_-]/).some((part) => SECRET_PART.test(part));
}

/** Every secret label holds one of these; looking for them first spares all other words. */
const SECRET_WORD = /key|secret|token|password/gi;
const LABEL_REST = /[A-Za-z0-9_-]+/y;
const LABEL_CHARACTER = /[A-Za-z0-9_-]/;
/** Blanks and one of `:` `=`; before it the closing quote of a JSON key, which may itself be escaped. */
const SEPARATOR = /(\\?["'])?[^\S\r\n]*[:=][^\S\r\n]*/y;
/** A quoted value may be left open at the end of the text. */
const QUOTED = /\\"[\s\S]*?(?:\\"|$)|"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|'(?:[^'\\]|\\[\s\S])*(?:'|\\?$)/y;
/** After a scheme of the Authorization header comes the secret itself. */
const BARE = /(?:(?:bearer|basic|token)[^\S\r\n]+)?\S*/iy;
/** What a JSON key may hold other than a text; lists and objects are looked into. */
const JSON_BARE = /[^\s,[\]{}]*/y;

/** `label = value`: label, separator and the beginning of the value stand on one line. */
function redactLabelled(text: string): string {
  let out = "";
  let done = 0;
  let next = 0;
  for (let label = nextLabel(text, next); label !== null; label = nextLabel(text, next)) {
    next = label.end;
    if (!isSecretLabel(text.slice(label.start, label.end))) continue;
    const separator = matchAt(SEPARATOR, text, label.end);
    if (separator === null) continue;
    const from = label.end + separator[0].length;
    const [value, replacement] = replaceValue(text, from, separator[1] ?? null);
    out += text.slice(done, from) + replacement;
    done = from + value.length;
    next = done;
  }
  return out + text.slice(done);
}

/** The next run of label characters, from `from` on, that may be a secret label. */
function nextLabel(text: string, from: number): { readonly start: number; readonly end: number } | null {
  const word = matchAt(SECRET_WORD, text, from);
  if (word === null) return null;
  let start = word.index;
  while (start > from && LABEL_CHARACTER.test(text.charAt(start - 1))) start -= 1;
  const rest = matchAt(LABEL_REST, text, word.index)?.[0] ?? "";
  return { start, end: word.index + rest.length };
}

/** The value at a place and what stands for it. A JSON key's value keeps its quotes, so that the text stays JSON. */
function replaceValue(text: string, from: number, keyQuote: string | null): [value: string, replacement: string] {
  const quoted = matchAt(QUOTED, text, from)?.[0];
  if (quoted !== undefined) {
    const quote = quoted.startsWith("\\") ? '\\"' : quoted.slice(0, 1);
    return [quoted, keyQuote !== null || quote === '\\"' ? `${quote}${MARK}${quote}` : MARK];
  }
  if (keyQuote === null) return [matchAt(BARE, text, from)?.[0] ?? "", MARK];
  const bare = matchAt(JSON_BARE, text, from)?.[0] ?? "";
  return /^(?:|null|true|false)$/.test(bare) ? [bare, bare] : [bare, `${keyQuote}${MARK}${keyQuote}`];
}

function matchAt(pattern: RegExp, text: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index;
  return pattern.exec(text);
}

function redactShapes(text: string): string {
  let out = text.replace(/(?<![A-Za-z0-9])AKIA[A-Z0-9]{16}(?![A-Za-z0-9])/g, MARK);
  out = out.replace(/(?<![A-Za-z0-9])[A-Za-z0-9/+=]{40}(?![A-Za-z0-9])/g, (run) =>
    /[^0-9a-fA-F]/.test(run) && !looksLikePath(run) ? MARK : run,
  );
  for (const shape of KNOWN_SHAPES) out = out.replace(shape, (run) => (KEBAB_CASE.test(run) ? run : MARK));
  return out;
}

/** Text with slashes that lacks capitals, small letters or digits is far more often a path than a key. */
function looksLikePath(run: string): boolean {
  return run.includes("/") && !(/\d/.test(run) && /[A-Z]/.test(run) && /[a-z]/.test(run));
}

/** From `-----BEGIN` to the end of the line that ends the block. */
function redactBlocks(text: string): string {
  let out = "";
  let done = 0;
  for (;;) {
    const begin = text.indexOf("-----BEGIN", done);
    const end = begin < 0 ? -1 : text.indexOf("-----END", begin + 10);
    const close = end < 0 ? -1 : text.indexOf("-----", end + 8);
    if (close < 0) return out + text.slice(done);
    out += text.slice(done, begin) + MARK;
    done = close + 5;
  }
}

function redactValues(text: string, values: readonly string[]): string {
  let out = text;
  for (const value of values) out = out.replaceAll(value, MARK);
  return out;
}

function redactHex(text: string): string {
  return text.replace(/(?<![A-Za-z0-9])[0-9a-fA-F]{32,}(?![A-Za-z0-9])/g, (run, offset: number) => {
    if (run.length >= 96) return MARK;
    const words = text
      .slice(Math.max(0, offset - 80), offset)
      .toLowerCase()
      .split(/[^a-z]+/)
      .filter((word) => word !== "");
    return words.slice(-4).some((word) => HEX_WORDS.has(word)) ? MARK : run;
  });
}

/** Longest first, so that a value that contains another goes whole. */
function secretValues(env: Environment): string[] {
  const values = new Set<string>();
  for (const [name, value] of Object.entries(env)) {
    const text = value?.trim() ?? "";
    if (text.length < 6 || NEVER_SECRET.has(name) || !isSecretLabel(name)) continue;
    values.add(text);
    // As it looks inside a JSON string.
    values.add(JSON.stringify(text).slice(1, -1));
  }
  return [...values].sort((a, b) => b.length - a.length);
}
