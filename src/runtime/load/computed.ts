import { CueLoopError } from "../../base/errors.ts";

/**
 * Refuses relative imports that a configuration computes while it runs. It runs from memory, so such a path would be looked
 * for in whatever directory the process is in, and code would come from there that nobody saw.
 */
export function refuseComputedImports(): void {
  Bun.plugin({
    name: "cueloop-computed-imports",
    setup(build) {
      build.onResolve({ filter: /^\.\.?\// }, ({ path, importer }) => {
        if (!/^\/?blob:/.test(importer)) return undefined;
        throw new CueLoopError("runtime.computed_import", {
          message: `\`${path}\` cannot be imported: the path is computed, and what it leads to was not part of what was trusted.`,
          hint: "Import every file by its name and choose among them.",
        });
      });
    },
  });
}
