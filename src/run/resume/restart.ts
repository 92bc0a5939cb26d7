import { type Instant, parseTimestamp } from "../../base/clock.ts";
import type { PhaseNumber } from "../options.ts";
import type { SessionFile } from "../session/session-file.ts";
import type { Sidecar } from "../session/sidecar.ts";

/** A plan or a response that is kept for a later phase. */
export interface Artefact {
  /** Of its content, as the sidecar records it. */
  readonly sha256: string;
  readonly writtenAt: Instant;
}

export interface RestartFacts {
  readonly session: Pick<SessionFile, "iterations_completed" | "current_phase" | "run_started_at" | "last_updated_at">;
  /** Of the same session. */
  readonly sidecar: Pick<Sidecar, "step" | "phase" | "iteration" | "plan_sha256" | "response_sha256" | "agent_session"> | null;
  /** The shape the task is worked in now. */
  readonly phaseCount: PhaseNumber;
  readonly iterations: number;
  /** Id of the runner of each phase, as it is now. */
  readonly runners: Readonly<Record<PhaseNumber, string>>;
  /** Null: there is none, or it is blank. */
  readonly plan: Artefact | null;
  readonly response: Artefact | null;
}

/** Where an interrupted task goes on. */
export interface Restart {
  /** Counts from 1. */
  readonly iteration: number;
  readonly phase: PhaseNumber;
  /** The agent's own session of that phase, if it can be continued. */
  readonly agentSession: string | null;
  /** That phase had begun when the run was interrupted. */
  readonly begun: boolean;
  /** That phase had come to its end: what is next is the gate. */
  readonly atGate: boolean;
  /** A kept response counts for the review. */
  readonly responseCounts: boolean;
  /** Why an earlier phase must be worked again; null when none is. */
  readonly repeated: string | null;
}

/** At most the interrupted phase is worked again; only a plan that is gone makes it one more. */
export function decideRestart(facts: RestartFacts): Restart {
  const { session, phaseCount } = facts;
  const iteration = Math.min(Math.max(session.iterations_completed + 1, 1), facts.iterations);
  const known = agreeing(facts);
  const found = known === null ? inferred(facts) : recorded(facts, known);
  const phase = inShape(found.phase, phaseCount);
  const isSame = phase === found.phase;
  const last: PhaseNumber = phaseCount === 3 ? 3 : 2;
  const atGate = found.atGate && phase === last && iteration === facts.iterations;
  const needsPlan = phaseCount > 1 && phase === 2 && found.agentSession === null && !atGate;
  if (needsPlan && !found.planCounts) {
    const repeated = "Its plan is gone, or is not the one that was made, so the planning comes again.";
    return { iteration, phase: 1, agentSession: null, begun: false, atGate: false, responseCounts: false, repeated };
  }
  return {
    iteration,
    phase,
    agentSession: isSame ? found.agentSession : null,
    begun: isSame && found.begun,
    atGate,
    responseCounts: found.responseCounts,
    repeated: null,
  };
}

type Known = NonNullable<RestartFacts["sidecar"]>;

interface Found {
  readonly phase: PhaseNumber;
  readonly agentSession: string | null;
  readonly begun: boolean;
  readonly atGate: boolean;
  readonly planCounts: boolean;
  readonly responseCounts: boolean;
}

function agreeing({ session, sidecar }: RestartFacts): Known | null {
  if (sidecar === null) return null;
  return sidecar.phase === session.current_phase && sidecar.iteration === session.iterations_completed + 1 ? sidecar : null;
}

function recorded(facts: RestartFacts, sidecar: Known): Found {
  const planCounts = sidecar.plan_sha256 !== null && facts.plan?.sha256 === sidecar.plan_sha256;
  const responseCounts = sidecar.response_sha256 !== null && facts.response?.sha256 === sidecar.response_sha256;
  const counts = { planCounts, responseCounts };
  // The hash is recorded when its phase has come to its end, so the run was interrupted on the way to the next one.
  if (sidecar.step === "planning" && planCounts) return { ...counts, phase: 2, agentSession: null, begun: false, atGate: false };
  if (sidecar.step === "implementation" && facts.phaseCount === 3 && responseCounts) {
    return { ...counts, phase: 3, agentSession: null, begun: false, atGate: false };
  }
  const phase = phaseNumber(sidecar.phase);
  const kept = sidecar.agent_session;
  const isOwn = kept !== null && kept.phase === phase && kept.runner === facts.runners[phase];
  const atGate = sidecar.step !== "planning" && sidecar.step !== "implementation" && sidecar.step !== "review";
  return { ...counts, phase, agentSession: isOwn ? kept.id : null, begun: true, atGate };
}

/** Without a record only what was written since counts: caches of an earlier attempt or iteration prove nothing. */
function inferred({ session, plan, response }: RestartFacts): Found {
  const started = parseTimestamp(session.run_started_at)?.instant;
  // A later iteration began at the latest when the session was written last.
  const since = session.iterations_completed === 0 ? started : parseTimestamp(session.last_updated_at)?.instant;
  const phase = phaseNumber(Math.max(session.current_phase, isSince(response, since) ? 3 : isSince(plan, since) ? 2 : 1));
  return {
    phase,
    agentSession: null,
    begun: phase === session.current_phase,
    atGate: false,
    planCounts: plan !== null && (isSince(plan, since) || session.current_phase >= 2),
    responseCounts: isSince(response, started),
  };
}

function isSince(artefact: Artefact | null, since: Instant | undefined): boolean {
  return artefact !== null && since !== undefined && artefact.writtenAt >= since;
}

function phaseNumber(value: number): PhaseNumber {
  return value <= 1 ? 1 : value === 2 ? 2 : 3;
}

/** A single pass is phase 2. */
function inShape(phase: PhaseNumber, count: PhaseNumber): PhaseNumber {
  if (count === 1) return 2;
  return phase > count ? count : phase;
}
