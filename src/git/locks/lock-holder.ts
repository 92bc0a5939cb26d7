import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { parentsOf } from "../../base/identity.ts";

/** Whether a process may still be writing what a lock of git protects. */
export type LockHolder = { readonly kind: "process"; readonly pid: number } | { readonly kind: "none" } | { readonly kind: "unknown" };

/**
 * Who holds a lock file of git. git closes the lock while hooks run, so that one that works in one of the places
 * (absolute directories) counts as well as one that has it open; our own calls do not.
 */
export function lockHolder(lock: string, directories: readonly string[]): LockHolder {
  if (process.platform !== "linux") return { kind: "unknown" };
  const places = directories.filter((place) => existsSync(place)).map((place) => realpathSync(place));
  const target = join(realpathSync(dirname(lock)), basename(lock));
  let isHidden = false;
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const isGit = /^git\b/.test(quietly(() => readFileSync(`/proc/${name}/comm`, "utf8")) ?? "");
    const at = quietly(() => readlinkSync(`/proc/${name}/cwd`));
    if (at === null) isHidden ||= isGit && isAtWork(name);
    else if (!(isGit && places.some((place) => at === place || at.startsWith(place + sep))) && !hasOpen(name, target)) continue;
    else if (!parentsOf(pid).includes(process.pid)) return { kind: "process", pid };
  }
  return isHidden ? { kind: "unknown" } : { kind: "none" };
}

/** Not one that has ended and of which only the entry is left, until its parent asks for it. */
function isAtWork(pid: string): boolean {
  const stat = quietly(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  return stat !== null && !/^ [ZX]/.test(stat.slice(stat.lastIndexOf(")") + 1));
}

function hasOpen(pid: string, target: string): boolean {
  const opened = quietly(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
  return opened.some((fd) => quietly(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) === target);
}

/** Null for what cannot be read: the process ended meanwhile, or belongs to somebody else. */
function quietly<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
