import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { processLiveness } from "../../src/base/identity.ts";
import type { Repository } from "./repository.ts";

/** Larger files are searched by their name alone. */
const SEARCHED_BYTES = 64 * 1024 * 1024;

/**
 * Processes that were started with the repository's home as theirs and still run, as `pid command`.
 * Linux only; elsewhere none is found.
 */
export function processesOf(repository: Repository): string[] {
  if (!existsSync("/proc/self/environ")) return [];
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const belongs = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`HOME=${repository.home}`);
      return belongs ? [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim()}`] : [];
    } catch {
      // It ended meanwhile, or belongs to somebody else.
      return [];
    }
  });
}

/** Whether a process of ours still runs. A zombie is dead: not every first process of a container reaps. */
export function isAlive(pid: number): boolean {
  return processLiveness(pid) === "running";
}

/**
 * Files in the home of the person who runs the tests that changed since `since` (Unix
 * milliseconds) and name the repository: a program has found its way there past `HOME`.
 */
export function tracesAtHome(repository: Repository, since: number): string[] {
  const homes = new Set([homedir(), userInfo().homedir]);
  const places = ["", ".claude", ".codex", ".config", ".cache", ".local/share", ".local/state"];
  const roots = [...homes].flatMap((home) => places.map((place) => join(home, place)));
  const mark = repository.base.split("/").at(-1) ?? "";
  return roots.flatMap((root) => filesOf(root, !homes.has(root))).filter((file) => isTrace(file, mark, since));
}

function filesOf(root: string, recursive: boolean): string[] {
  if (!existsSync(root)) return [];
  const entries = readdirSync(root, { withFileTypes: true, recursive });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function isTrace(file: string, mark: string, since: number): boolean {
  try {
    const { mtimeMs, size } = statSync(file);
    if (mtimeMs < since) return false;
    return file.includes(mark) || (size <= SEARCHED_BYTES && readFileSync(file).includes(mark));
  } catch {
    return false;
  }
}
