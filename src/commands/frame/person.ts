import type { Environment } from "../../base/context.ts";
import { isBelowRun } from "../../run/processes/below-run.ts";
import { detectInsideRun } from "../../run/processes/inside.ts";

/** Whether a person may have started this process: no agent's mark is in its environment, and no run among its ancestors. */
export function mayDecide(env: Environment, root: string): boolean {
  return env["CUELOOP_RUNNER_USED"] === undefined && detectInsideRun({ env }, root) === null && !isBelowRun(root);
}
