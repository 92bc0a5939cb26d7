import { join } from "node:path";
import { type Bundled, bundle } from "../closure/bundler.ts";
import type { Closure, ClosureFile } from "../closure/closure.ts";
import { isLeaf } from "../closure/edges.ts";

/** Marks the files of a closure to the bundler, and in stack traces what is the user's. */
export const USER_NAMESPACE = "user";
const MISSING_NAMESPACE = "missing";

/**
 * Bundles a closure from its bytes in memory. Nothing is read from disk: every import goes where the closure says it goes,
 * so the text follows from what the digest covers, whatever became of the files since.
 */
export function bundlePinned(closure: Closure): Promise<Bundled> {
  const absolute = (path: string) => join(closure.boundary, path);
  const files = new Map(closure.files.map((file): [string, ClosureFile] => [absolute(file.path), file]));
  const edges = new Map(closure.edges.map(({ from, specifier, kind, target }) => [`${absolute(from)}\0${kind}\0${specifier}`, target]));
  const entry = absolute(closure.entry);
  return bundle(entry, closure.boundary, {
    name: "cueloop-pinned",
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
        if (importer === "") return { path, namespace: USER_NAMESPACE };
        if (isLeaf(path)) return { path, external: true };
        const target = edges.get(`${importer}\0${kind}\0${path}`);
        return typeof target === "string" ? { path: absolute(target), namespace: USER_NAMESPACE } : { path, namespace: MISSING_NAMESPACE };
      });
      build.onLoad({ filter: /.*/, namespace: USER_NAMESPACE }, ({ path }) => {
        const file = files.get(path);
        if (file === undefined) throw new Error(`${path} is not in the closure`);
        return { contents: file.bytes, loader: file.loader };
      });
      // A guarded `require` finds at run time what it found when the files were read: nothing.
      build.onLoad({ filter: /.*/, namespace: MISSING_NAMESPACE }, ({ path }) => ({
        contents: `throw Object.assign(new Error(${JSON.stringify(`Cannot find module '${path}'`)}), { code: "MODULE_NOT_FOUND" });`,
        loader: "js",
      }));
      build.onLoad({ filter: /.*/, namespace: "file" }, ({ path }) => {
        throw new Error(`${path} is not in the closure`);
      });
    },
  });
}
