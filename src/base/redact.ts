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

/**
 * A function that replaces secrets in text by `[REDACTED]`: labelled values, bearer
 * tokens, well-known key shapes, PEM blocks, long hexadecimal runs, and values of
 * environment variables whose name sounds secret.
 */
export function createRedactor(env: Environment): (text: string) => string {
  const values = secretValues(env);
  return (text) => {
    if (text.trim() === "") return text;
    let out = redactLabelled(text);
    out = out.replace(/(?<![A-Za-z0-9])(bearer[ \t]+)([^\s"']+)/gi, (_, word: string) => `${word}${MARK}`);
    out = redactShapes(out);
    out = out.replace(/-----BEGIN[\s\S]*?-----END[^\n]*?-----/g, MARK);
    out = redactHex(out);
    for (const value of values) out = out.replaceAll(value, MARK);
    return out;
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

/** `label = value` on one line, the label's closing quote allowed before the separator. */
function redactLabelled(text: string): string {
  return text.replace(
    /([A-Za-z0-9_-]+)(["']?[^\S\n]*[:=][^\S\n]*)("(?:\\.|[^"\\])*(?:"|$)|'(?:\\.|[^'\\])*(?:'|$)|[^\s"',}]*[^\s",}]|)/g,
    (whole, label: string, separator: string, value: string) => {
      if (!isSecretLabel(label)) return whole;
      const quote = value.startsWith('"') ? '"' : value.startsWith("'") ? "'" : "";
      return `${label}${separator}${quote}${MARK}${quote}`;
    },
  );
}

function redactShapes(text: string): string {
  let out = text.replace(/(?<![A-Za-z0-9])AKIA[A-Z0-9]{16}(?![A-Za-z0-9])/g, MARK);
  out = out.replace(/(?<![A-Za-z0-9/+=])[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=])/g, (run) =>
    /[^0-9a-fA-F]/.test(run) && !looksLikePath(run) ? MARK : run,
  );
  for (const shape of KNOWN_SHAPES) out = out.replace(shape, MARK);
  return out;
}

/** Forty characters with slashes and no digit are far more often a path than a key. */
function looksLikePath(run: string): boolean {
  return run.includes("/") && !/\d/.test(run);
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
    if (text.length >= 6 && !NEVER_SECRET.has(name) && isSecretLabel(name)) values.add(text);
  }
  return [...values].sort((a, b) => b.length - a.length);
}
