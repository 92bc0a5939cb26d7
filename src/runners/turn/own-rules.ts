import { CueLoopError } from "../../base/errors.ts";
import type { ProcessOutcome } from "../../base/process.ts";
import type { ResolvedRunner } from "../resolve.ts";
import type { RunnerFailure } from "../runner.ts";
import type { ReportedError } from "./classify.ts";
import type { Verdict } from "./judge.ts";
import type { FailureClass, FailureReason } from "./outcome.ts";

const REASONS: Readonly<Record<FailureClass, FailureReason>> = {
  retryable: "temporarily_unavailable",
  needs_user: "setup",
  permanent: "fatal_exit",
};

/** What a runner's own rules are given of a call; frozen. Where no program was started, the errors it told of are its standard error. */
export function failureOf(
  runner: ResolvedRunner,
  process: ProcessOutcome,
  { errors, rawLines }: { readonly errors: readonly ReportedError[]; readonly rawLines: readonly string[] },
  stderr: string,
): RunnerFailure {
  const texts = errors.map(({ text }) => text);
  const hasExited = runner.generate === null && (process.kind === "exited" || process.kind === "ended");
  return Object.freeze({
    exitCode: hasExited ? process.code : null,
    stderr: runner.generate === null ? stderr : texts.join("\n"),
    output: [...rawLines, ...texts, stderr].join("\n"),
  });
}

/** The verdict with the class that the runner's own rules give a failed call; limits, interrupts and signals are not theirs. */
export function reclassified(verdict: Verdict, runner: ResolvedRunner, failure: RunnerFailure, warn: (text: string) => void): Verdict {
  const { classify } = runner;
  if (classify === null || (verdict.kind !== "failed" && verdict.kind !== "other")) return verdict;
  const own = asked(() => classify(failure), verdict.class, warn);
  return own === null || own === verdict.class ? verdict : { ...verdict, class: own, reason: REASONS[own] };
}

/** Whether the runner takes a failed call for one whose session is unknown. */
export function tellsUnknownSession(runner: ResolvedRunner, failure: RunnerFailure, warn: (text: string) => void): boolean {
  return asked(() => runner.isUnknownSession(failure), false, warn);
}

/** A rule that fails is told of and decides nothing. */
function asked<T>(rule: () => T, otherwise: T, warn: (text: string) => void): T {
  try {
    return rule();
  } catch (error) {
    if (!(error instanceof CueLoopError)) throw error;
    warn(error.message);
    return otherwise;
  }
}
