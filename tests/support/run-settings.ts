import type { RunSettings } from "../../src/run/options.ts";

/** The settings of a run for which nothing was typed. */
export const NOTHING_TYPED: RunSettings = {
  agent: {},
  includeDraft: false,
  includeNew: false,
  force: false,
  maxTurns: null,
  limitWaitHours: 6,
  lfsCheck: false,
};
