import type { JsonPath } from "../../base/jsonc.ts";
import { BLANK, type Problem } from "./problem.ts";

/** Directories that are never copied into a worker's work tree. */
const DENIED = [
  "target/",
  "node_modules/",
  ".venv/",
  ".cueloop/cache/",
  ".cueloop/workspaces/",
  ".cueloop/logs/",
  ".cueloop/lock/",
  "__pycache__/",
  ".ruff_cache/",
  ".pytest_cache/",
  ".ty_cache/",
  ".git/",
] as const;

/** What is wrong with the first bad entry of `parallel.ignored_file_allowlist`. */
export function allowlistProblem(entries: readonly string[], path: JsonPath): Problem | null {
  for (const [index, entry] of entries.entries()) {
    const text = allowlistEntryProblem(entry);
    if (text !== null) return { path: [...path, index], text: entry.trim() === "" ? text : `(${JSON.stringify(entry)}) ${text}` };
  }
  return null;
}

/** The directory on a path that keeps it from ever being copied into a worker's work tree; null when there is none. */
export function deniedDirectory(path: string): string | null {
  return DENIED.find((directory) => path.includes(directory)) ?? null;
}

/** The entry as it is compared and copied: trimmed, `/` between parts, no leading `./`. */
export function normaliseAllowlistEntry(entry: string): string {
  return entry.trim().replaceAll("\\", "/").replace(/^\.\//, "");
}

function allowlistEntryProblem(entry: string): string | null {
  const path = normaliseAllowlistEntry(entry);
  if (path === "") return BLANK;
  if (path.startsWith("/") || /^[A-Za-z]:\//.test(path)) return "must be relative to the repository root";
  if (path.endsWith("/")) return "must name files, not a directory";
  const parts = path.split("/");
  if (parts.includes("..") || parts.includes(".")) return "must not contain `.` or `..`";
  const denied = deniedDirectory(path);
  return denied === null ? null : `must not reach into \`${denied}\``;
}
