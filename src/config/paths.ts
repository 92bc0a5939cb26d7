import { statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { Environment } from "../base/context.ts";

/** Name of the directory in a repository's root that holds what is ours. */
export const RUNTIME_DIR = ".cueloop";

const MARKERS = ["queue.jsonc", "done.jsonc", "config.jsonc", "trust.jsonc", "queue.json", "done.json", "config.json"] as const;

/**
 * First directory from `cwd` upwards that holds a used runtime directory or an entry `.git`;
 * `cwd` itself when there is none. An empty runtime directory marks nothing.
 */
export function findRoot(cwd: string): string {
  const start = resolve(cwd);
  for (let directory = start; ; directory = dirname(directory)) {
    if (isRoot(directory)) return directory;
    if (dirname(directory) === directory) return start;
  }
}

function isRoot(directory: string): boolean {
  const runtime = join(directory, RUNTIME_DIR);
  if (kindAt(runtime) === "directory" && MARKERS.some((name) => kindAt(join(runtime, name)) === "file")) return true;
  return kindAt(join(directory, ".git")) !== null;
}

function kindAt(path: string): "directory" | "file" | "other" | null {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return null;
    if (stat.isDirectory()) return "directory";
    return stat.isFile() ? "file" : "other";
  } catch {
    return null;
  }
}

/** The project's own layer, whether it exists or not. */
export function projectConfigPath(root: string): string {
  return join(root, RUNTIME_DIR, "config.jsonc");
}

/** The user's layer, whether it exists or not; null when neither `XDG_CONFIG_HOME` nor `HOME` says where. */
export function globalConfigPath(env: Environment): string | null {
  const base = baseDirectory(env, "XDG_CONFIG_HOME", ".config");
  return base === null ? null : join(base, "cueloop", "config.jsonc");
}

/** Where per-user state is kept, for example trust decisions; null when neither `XDG_STATE_HOME` nor `HOME` says where. */
export function stateDirectory(env: Environment): string | null {
  const base = baseDirectory(env, "XDG_STATE_HOME", join(".local", "state"));
  return base === null ? null : join(base, "cueloop");
}

/** An empty or relative XDG variable counts as unset. */
function baseDirectory(env: Environment, variable: string, fallback: string): string | null {
  const xdg = env[variable] ?? "";
  if (isAbsolute(xdg)) return xdg;
  const home = homeOf(env);
  return home === null ? null : join(home, fallback);
}

/** `HOME`, trimmed; null when unset or blank. */
export function homeOf(env: Environment): string | null {
  const home = env["HOME"]?.trim() ?? "";
  return home === "" ? null : home;
}

/** A path of the configuration made absolute: `~` and `~/` are the home directory, relative paths belong to the root. */
export function configuredPath(root: string, env: Environment, text: string): string {
  const home = homeOf(env);
  if (home !== null && text === "~") return home;
  if (home !== null && text.startsWith("~/")) return join(home, text.slice(2));
  return resolve(root, text);
}
