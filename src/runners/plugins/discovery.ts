import { existsSync, lstatSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Environment } from "../../base/context.ts";
import { errnoOf, messageOf } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import { parseJsonc } from "../../base/jsonc.ts";
import { parseValue } from "../../base/parse.ts";
import { globalConfigPath, homeOf } from "../../config/paths.ts";
import { isBuiltInRunner } from "../../config/schema/values.ts";
import { PluginManifest } from "./manifest.ts";

export interface Plugin {
  readonly id: string;
  readonly scope: "project" | "global";
  /** Absolute path. */
  readonly directory: string;
  readonly manifest: PluginManifest;
}

/** A plugin directory that cannot be used; only what names it fails. */
export interface BrokenPlugin {
  /** The manifest's id where it could be read, else the directory's name. */
  readonly id: string;
  readonly scope: "project" | "global";
  readonly directory: string;
  readonly problem: string;
}

/** Plugins by id, ascending; a project's one before the global one of the same id. */
export interface PluginSet {
  readonly plugins: readonly Plugin[];
  readonly broken: readonly BrokenPlugin[];
}

export const NO_PLUGINS: PluginSet = { plugins: [], broken: [] };

export interface DiscoveryInput {
  readonly env: Environment;
  /** `<root>/.cueloop`. */
  readonly runtimeDir: string;
  /** Without trust the project's plugins are as if they were not there. */
  readonly projectTrusted: boolean;
}

/** Finds the plugins of the user and, in a trusted repository, of the project. Starts nothing. */
export function discoverPlugins({ env, runtimeDir, projectTrusted }: DiscoveryInput): PluginSet {
  const roots: [Plugin["scope"], string][] = globalRoots(env).map((root) => ["global", root]);
  if (projectTrusted) roots.push(["project", join(runtimeDir, "plugins")]);
  const plugins = new Map<string, Plugin>();
  const broken: BrokenPlugin[] = [];
  for (const [scope, root] of roots) {
    for (const found of readRoot(scope, root)) {
      if ("problem" in found) broken.push(found);
      else plugins.set(found.id, found);
    }
  }
  return { plugins: [...plugins.values()].sort(byId), broken: broken.sort(byId) };
}

/** Weakest first: the fixed directory in the home, then the one beside the global configuration. */
export function globalRoots(env: Environment): string[] {
  const home = homeOf(env);
  const config = globalConfigPath(env);
  const roots = [
    ...(home === null ? [] : [join(home, ".config", "cueloop", "plugins")]),
    ...(config === null ? [] : [join(dirname(config), "plugins")]),
  ];
  return [...new Set(roots)];
}

function readRoot(scope: Plugin["scope"], root: string): (Plugin | BrokenPlugin)[] {
  return directoriesIn(root)
    .filter((name) => existsSync(join(root, name, "plugin.json")))
    .map((name) => readPlugin(scope, join(root, name), name));
}

function readPlugin(scope: Plugin["scope"], directory: string, name: string): Plugin | BrokenPlugin {
  try {
    const file = join(directory, "plugin.json");
    const manifest = parseValue(PluginManifest, parseJsonc(readTextIfExists(file) ?? "", file), "plugin manifest");
    const problem = problemOf(manifest, directory);
    return problem === null ? { id: manifest.id, scope, directory, manifest } : { id: manifest.id, scope, directory, problem };
  } catch (error) {
    return { id: name, scope, directory, problem: messageOf(error) };
  }
}

function problemOf(manifest: PluginManifest, directory: string): string | null {
  if (isBuiltInRunner(manifest.id.toLowerCase()) || manifest.id === "acp") return `${manifest.id} is the id of a runner of CueLoop's own.`;
  for (const bin of [manifest.runner?.bin, manifest.processors?.bin]) {
    if (bin !== undefined && !isInside(directory, join(directory, bin))) return `${bin} leads out of the plugin's directory.`;
  }
  return null;
}

/** Whether a path stays in a directory once links are followed; of a missing file its nearest existing parent counts. */
function isInside(directory: string, path: string): boolean {
  let existing = path;
  while (!isThere(existing) && dirname(existing) !== existing) existing = dirname(existing);
  try {
    const inside = relative(realpathSync(directory), realpathSync(existing));
    return inside === "" || !(inside === ".." || inside.startsWith("../"));
  } catch {
    return false;
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function directoriesIn(root: string): string[] {
  try {
    return readdirSync(root).sort();
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return [];
    throw error;
  }
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
