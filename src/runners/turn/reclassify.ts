import { CueLoopError } from "../../base/errors.ts";
import type { Runner, TurnFailure } from "../runner.ts";
import type { ReportedError } from "./classify.ts";
import type { Verdict } from "./judge.ts";
import type { FailureClass, FailureReason } from "./outcome.ts";

const REASONS: Readonly<Record<FailureClass, FailureReason>> = {
  retryable: "temporarily_unavailable",
  needs_user: "setup",
  permanent: "fatal_exit",
};

/** What a runner's own rules are given as standard error: where no program was started, the errors it told of. */
export function stderrOf(errors: readonly ReportedError[], stderr: string, runner: Runner): string {
  return runner.generate === undefined ? stderr : errors.map(({ text }) => text).join("\n");
}

/** The verdict with the class that the runner's own rules give a failed call; limits, interrupts and signals are not theirs. */
export function reclassified(verdict: Verdict, runner: Runner, failure: TurnFailure, warn: (text: string) => void): Verdict {
  if (runner.classify === undefined || (verdict.kind !== "failed" && verdict.kind !== "other")) return verdict;
  try {
    const own = runner.classify(failure);
    return own === verdict.class ? verdict : { ...verdict, class: own, reason: REASONS[own] };
  } catch (error) {
    if (!(error instanceof CueLoopError)) throw error;
    warn(error.message);
    return verdict;
  }
}
