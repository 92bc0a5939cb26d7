import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { Environment } from "../../base/context.ts";
import { sha256 } from "../../base/files.ts";
import { parseJsonc } from "../../base/jsonc.ts";
import { isPlainObject } from "../../base/shape.ts";
import { configuredPath, RUNTIME_DIR } from "../paths.ts";
import type { OutsideEntry } from "./gated.ts";
import type { GatedValue, PinnedFile } from "./state.ts";

/** Tells entries of `instruction_files` that lead out of the repository, symlinks resolved, from those that stay in it. */
export function outsideEntries(root: string, env: Environment): OutsideEntry {
  return (entry) => {
    const path = configuredPath(root, env, entry.trim());
    const real = realPath(path);
    if (isInside(realPath(root), real)) return null;
    // A symlink inside the repository is recorded with its target, so that another target is another value.
    return isInside(root, path) ? `${entry} -> ${real}` : entry;
  };
}

/** Prompt files that expand environment variables, each with the names of the variables. */
export function promptVariables(root: string): readonly GatedValue[] {
  const directory = join(root, RUNTIME_DIR, "prompts");
  return namesIn(directory)
    .filter((name) => name.endsWith(".md"))
    .flatMap((name) => {
      const names = expandedNames(readBytes(join(directory, name))?.toString("utf8") ?? "");
      return names.length === 0 ? [] : [{ key: `${RUNTIME_DIR}/prompts/${name}`, value: names }];
    });
}

/** Names a template expands: `${NAME}` and `${NAME:-default}`, but not `$${NAME}` or `\${NAME}`; sorted, each once. */
export function expandedNames(template: string): readonly string[] {
  const names = new Set<string>();
  for (const match of template.matchAll(/(?:\$|\\)\$\{[^}]*\}|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-[^}]*)?\}/g)) {
    if (match[1] !== undefined) names.add(match[1]);
  }
  return [...names].sort();
}

/** The manifest of every project plugin and the executables it names, hashed. */
export function pluginFiles(root: string): readonly PinnedFile[] {
  const directory = join(root, RUNTIME_DIR, "plugins");
  return namesIn(directory).flatMap((name) => {
    const plugin = join(directory, name);
    const manifest = readBytes(join(plugin, "plugin.json"));
    if (manifest === null) return [];
    const files = [join(plugin, "plugin.json"), ...executablesOf(manifest).map((bin) => resolve(plugin, bin))];
    return [...new Set(files)].flatMap((path) => {
      const bytes = readBytes(path);
      return bytes === null ? [] : [{ path: relative(root, path).split(sep).join("/"), sha256: sha256(bytes) }];
    });
  });
}

/** `runner.bin` and `processors.bin`; a manifest that cannot be read names none, and its plugin is never used. */
function executablesOf(manifest: Buffer): string[] {
  let value: unknown;
  try {
    value = parseJsonc(manifest.toString("utf8"), "plugin.json").value;
  } catch {
    return [];
  }
  if (!isPlainObject(value)) return [];
  return [value["runner"], value["processors"]].flatMap((section) =>
    isPlainObject(section) && typeof section["bin"] === "string" && section["bin"].trim() !== "" ? [section["bin"]] : [],
  );
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

function readBytes(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

/** The path with every symlink on the way resolved, as far as it exists. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), relative(parent, path));
  }
}

/** True for the directory itself and everything below it; symlinks are not followed. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
