import { isBuiltin } from "node:module";
import { resolve } from "node:path";
import type { BuildMetafile } from "bun";
import type { ClosureEdge } from "./closure.ts";

/** Modules the program itself gives to user code. */
export const VIRTUAL_MODULES = ["cueloop", "cueloop/testing"] as const;

/** This program. It waits for the configuration, which would wait for it; the bundler asks nobody about it. */
const PROGRAM = "bun:main";

/** True for what an import may name without being a file of the closure. */
export function isLeaf(specifier: string): boolean {
  if (specifier === PROGRAM) return false;
  return VIRTUAL_MODULES.some((name) => name === specifier) || specifier === "bun" || specifier.startsWith("bun:") || isBuiltin(specifier);
}

/** Imports the bundler was asked to follow: `importer`, a NUL, `specifier`. */
export type Asked = ReadonlySet<string>;

export function askedKey(importer: string, specifier: string): string {
  return `${importer}\0${specifier}`;
}

/**
 * The edges of a finished build, by absolute paths. An import that was never asked for is one of types alone, which the
 * bundler drops; one that was asked for and stayed outside is a guarded `require` of what is not there. The bundler's paths
 * are relative to the process's directory, and so is what `resolve` does with them.
 */
export function edgesOf(inputs: BuildMetafile["inputs"], asked: Asked): ClosureEdge[] {
  return Object.entries(inputs).flatMap(([file, { imports }]) => {
    const from = resolve(file);
    return imports.flatMap((edge): ClosureEdge[] => {
      const specifier = edge.original ?? edge.path;
      if (isLeaf(specifier)) return [];
      const isExternal = "external" in edge && edge.external === true;
      if (isExternal)
        return specifier === PROGRAM || asked.has(askedKey(from, specifier)) ? [{ from, specifier, kind: edge.kind, target: null }] : [];
      return [{ from, specifier, kind: edge.kind, target: resolve(edge.path) }];
    });
  });
}

/** Imports that stay in the bundle without having been asked for, by file and specifier: those of types alone, and what is loaded later. */
export function unaskedOf(inputs: BuildMetafile["inputs"], asked: Asked): (readonly [file: string, specifier: string])[] {
  return Object.entries(inputs).flatMap(([name, { imports }]) => {
    const file = resolve(name);
    const outside = imports.filter((edge) => "external" in edge && edge.external === true).map((edge) => edge.original ?? edge.path);
    return outside.filter((specifier) => !isLeaf(specifier) && !asked.has(askedKey(file, specifier))).map((specifier) => [file, specifier]);
  });
}
