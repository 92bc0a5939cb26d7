import { isPlainObject } from "../../base/shape.ts";
import type { JsonObject } from "./json.ts";

/** Bytes above which a value is cut. */
const CUT_ABOVE = 160;
const CUT_TO = 159;

/**
 * One line about a tool's arguments: `path=src/a.ts content_len=120 content=…`.
 * Empty when they hold nothing of what is looked for.
 */
export function toolSummary(input: unknown): string {
  if (!isPlainObject(input)) return "";
  const content = scalar(input, "content", "text", "message");
  return [
    pair("action", scalar(input, "action", "op", "fn")),
    pair("path", scalar(input, "path", "file_path", "filePath")),
    pair("paths", count(input, "paths", "file_paths", "files")),
    pair("cmd", shorten(collapse(scalar(input, "command", "cmd")))),
    pair("pattern", shorten(collapse(scalar(input, "pattern", "glob", "query")))),
    pair("content_len", content === null ? null : String(Buffer.byteLength(content))),
    pair("content", shorten(collapse(content))),
    pair("edits", count(input, "edits", "slices")),
    pair("desc", shorten(scalar(input, "description"))),
    pair("agent", scalar(input, "subagent_name")),
  ]
    .filter((part) => part !== "")
    .join(" ");
}

function pair(label: string, value: string | null): string {
  return value === null || value.trim() === "" ? "" : `${label}=${value}`;
}

function scalar(input: JsonObject, ...keys: string[]): string | null {
  for (const key of keys) {
    const value = input[key];
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
  }
  return null;
}

function count(input: JsonObject, ...keys: string[]): string | null {
  for (const key of keys) {
    const value = input[key];
    if (Array.isArray(value)) return String(value.length);
  }
  return null;
}

function collapse(text: string | null): string | null {
  return text === null ? null : text.replace(/\s+/g, " ").trim();
}

function shorten(text: string | null): string | null {
  if (text === null || Buffer.byteLength(text) <= CUT_ABOVE) return text;
  const characters = Array.from(text);
  return characters.length <= CUT_TO ? text : `${characters.slice(0, CUT_TO).join("")}…`;
}
