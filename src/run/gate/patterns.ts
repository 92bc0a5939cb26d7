import type { CiPattern } from "../../config/code.ts";
import type { RecognisedFailure } from "../../prompts/continue-messages.ts";

interface Rule {
  readonly key: string;
  /** `text` is lower-cased. */
  matches(text: string): boolean;
  /** `config`: the first `.toml` file named, its line and values are extracted too. */
  readonly place: "config" | "none" | { readonly file: string };
  action(found: { readonly file: string | null; readonly line: number | null }): string;
}

const RULES: readonly Rule[] = [
  {
    key: "TOML parse error",
    matches: (text) => text.includes("toml") && text.includes("parse"),
    place: "config",
    action: ({ file, line }) => `Correct the syntax of ${file ?? "the TOML file"}${line === null ? "" : ` at line ${line}`}.`,
  },
  {
    key: "Unknown variant error",
    matches: (text) => text.includes("unknown variant"),
    place: "config",
    action: ({ file }) => `Replace the unknown value${file === null ? "" : ` in ${file}`} by one of those the message lists.`,
  },
  {
    key: "Ruff error",
    matches: (text) => text.includes("ruff") && !(text.includes("toml") && text.includes("parse")),
    place: { file: "pyproject.toml" },
    action: () => "Check the ruff section of pyproject.toml and the findings ruff printed.",
  },
  {
    key: "Lock contention",
    matches: (text) => text.includes("waiting for file lock") || text.includes("file lock on build directory"),
    place: "none",
    action: () => "Stop build processes that were left running, then run the gate again.",
  },
  {
    key: "Format check failure",
    matches: (text) => text.includes("format") && text.includes("failed"),
    place: "none",
    action: () => "Run the project's formatter over the changed files.",
  },
  {
    key: "Lint check failure",
    matches: (text) => text.includes("lint") && text.includes("failed"),
    place: "none",
    action: () => "Run the linter and correct what it reports.",
  },
];

/** Recognises a failing gate's output, by the repository's own patterns first; null when none fits. */
export function detectGatePattern(stdout: string, stderr: string, own: readonly CiPattern[] = []): RecognisedFailure | null {
  const text = `${stderr}\n${stdout}`;
  const pattern = own.find(({ all }) => all.every((part) => text.includes(part)));
  if (pattern !== undefined) {
    return { key: pattern.key, file: null, line: null, invalidValue: null, validOptions: null, action: pattern.hint };
  }
  const lower = text.toLowerCase();
  const rule = RULES.find((candidate) => candidate.matches(lower));
  if (rule === undefined) return null;
  if (rule.place !== "config") {
    const file = rule.place === "none" ? null : rule.place.file;
    const line = file === null ? null : lineNumber(text);
    return { key: rule.key, file, line, invalidValue: null, validOptions: null, action: rule.action({ file, line }) };
  }
  const place = { file: tomlFile(text), line: lineNumber(text) };
  return { key: rule.key, ...place, invalidValue: invalidValue(text), validOptions: validOptions(text), action: rule.action(place) };
}

function tomlFile(text: string): string | null {
  const word = text.split(/\s+/).find((candidate) => candidate.toLowerCase().includes(".toml"));
  return word === undefined ? null : word.replace(/[:,]+$/, "");
}

function lineNumber(text: string): number | null {
  const named = /line (\d+)/i.exec(text);
  if (named?.[1] !== undefined) return Number(named[1]);
  for (const match of text.matchAll(/\S:(\d+)/g)) {
    const line = Number(match[1]);
    if (line > 0 && line < 100_000) return line;
  }
  return null;
}

function invalidValue(text: string): string | null {
  return /unknown variant[^`\n]*`([^`]*)`/i.exec(text)?.[1] ?? null;
}

function validOptions(text: string): string | null {
  const start = /expected one of/i.exec(text);
  if (start === null) return null;
  const rest = text.slice(start.index + start[0].length);
  const lineEnd = rest.indexOf("\n");
  const stop = lineEnd >= 0 ? lineEnd : rest.indexOf(".");
  const options = (stop >= 0 ? rest.slice(0, stop) : rest).trim();
  return options === "" ? null : options;
}
