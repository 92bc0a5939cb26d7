import { CueLoopError } from "../../base/errors.ts";

export const EFFORTS = ["low", "medium", "high", "xhigh"] as const;
/** How hard the agent is to think. */
export type Effort = (typeof EFFORTS)[number];

/** Parses a reasoning effort, trimmed and in any case. Throws `runner.unknown_effort`. */
export function parseEffort(text: string): Effort {
  const wanted = text.trim().toLowerCase();
  const effort = EFFORTS.find((known) => known === wanted);
  if (effort !== undefined) return effort;
  throw new CueLoopError("runner.unknown_effort", {
    message: `"${text}" is not a reasoning effort.`,
    hint: `Use one of: ${EFFORTS.join(", ")}.`,
  });
}
