import type { PluginManifest } from "./manifest.ts";

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
