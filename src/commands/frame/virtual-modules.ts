import { CueLoopError } from "../../base/errors.ts";
import type { VirtualModules } from "../../runtime/load/modules.ts";
import type { Session } from "./session.ts";

/** The modules that user code imports without installing anything. */
export function virtualModules(session: Session): VirtualModules {
  return {
    cueloop: async () => {
      const [{ cueloopModule }, { apiHost }] = await Promise.all([import("../../api/module.ts"), import("../programs/host.ts")]);
      return cueloopModule(apiHost(session));
    },
    "cueloop/testing": () => {
      throw new CueLoopError("runtime.testing_only", {
        message: "The module cueloop/testing is for tests.",
        hint: "`cueloop test` runs the files that import it.",
      });
    },
  };
}
