import { diffPatch } from "../../git/diff.ts";
import { readRef } from "../../git/refs/refs.ts";
import { captureTree, withTemporaryObjects } from "../../git/tree.ts";
import { consumeStopRequest, requestStop } from "../../queue/store/stop.ts";
import type { RunContext } from "../../run/context.ts";
import { runRef } from "../../run/refs.ts";
import { workExclusions } from "../../run/trees.ts";
import type { LiveActions } from "../../ui/run/live.ts";

/** What the keys of the live view do. */
export function liveActions(context: RunContext, stopNow: () => void): LiveActions {
  return {
    toggleStop() {
      if (consumeStopRequest(context)) return false;
      requestStop(context);
      return true;
    },
    stopNow,
    async diff() {
      const base = await readRef(context, runRef(context.runId, "base"));
      if (base === null) return "";
      const exclude = workExclusions(context);
      return withTemporaryObjects(context, async (git) => {
        const { tree } = await captureTree(git, { exclude });
        return diffPatch(git, { from: base, to: tree, exclude });
      });
    },
  };
}
