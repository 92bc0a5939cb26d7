import { CueLoopError } from "../base/errors.ts";
import type { VirtualModules } from "../runtime/load/modules.ts";

/** The modules that user code imports without installing anything. */
export function virtualModules(): VirtualModules {
  return {
    cueloop: async () => (await import("../runtime/load/modules.ts")).definitions,
    "cueloop/testing": () => {
      throw new CueLoopError("runtime.testing_only", { message: "The module cueloop/testing is for tests, not for configuration." });
    },
  };
}
