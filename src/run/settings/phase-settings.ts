import type { ResolvedRunner } from "../../runners/resolve.ts";
import type { Effort } from "../../runners/settings/effort.ts";
import type { RunnerOptions } from "../../runners/settings/options.ts";

export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly baseMs: number;
  readonly multiplier: number;
  readonly maxMs: number;
  readonly jitterRatio: number;
}

/** How the agent of one phase is called. */
export interface PhaseSettings {
  readonly runner: ResolvedRunner;
  readonly model: string;
  readonly effort: Effort | null;
  readonly options: RunnerOptions;
  readonly retry: RetryPolicy;
}
