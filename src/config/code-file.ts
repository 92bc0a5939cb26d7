import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";

/** The one name of the executable configuration. */
export const CODE_FILE = "cueloop.config.ts";
/** Names that other programs take for the same thing; beside the one name they are refused, alone they are not looked at. */
const OTHER_NAMES = ["cueloop.config.mts", "cueloop.config.js", "cueloop.config.mjs", "cueloop.config.cjs"] as const;

/** Absolute path of the executable configuration, whether it exists or not. */
export function codeFilePath(root: string): string {
  return join(root, CODE_FILE);
}

/** Whether a repository has executable configuration; a link that leads nowhere counts. One question to the file system. */
export function hasCodeFile(root: string): boolean {
  return lstatSync(codeFilePath(root), { throwIfNoEntry: false }) !== undefined;
}

/** Files beside the executable configuration that could be mistaken for it. */
export function rivalCodeFiles(root: string): readonly string[] {
  return OTHER_NAMES.map((name) => join(root, name)).filter((path) => existsSync(path));
}
