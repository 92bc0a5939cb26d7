import { expect, test } from "bun:test";
import { parseTimestamp } from "../../../src/base/clock.ts";
import { type Artefact, decideRestart, type RestartFacts } from "../../../src/run/resume/restart.ts";

const at = (text: string) => parseTimestamp(text)?.instant ?? 0n;
const artefact = (sha256: string, writtenAt: string): Artefact => ({ sha256, writtenAt: at(writtenAt) });

const STARTED = "2026-11-21T11:00:00Z";
const BEFORE = "2026-11-21T10:00:00Z";
const DURING = "2026-11-21T11:20:00Z";
const SAVED = "2026-11-21T11:30:00Z";
const AFTER = "2026-11-21T11:40:00Z";

interface Given {
  readonly phase: number;
  readonly done?: number;
  readonly sidecar?: Partial<NonNullable<RestartFacts["sidecar"]>> | null;
  readonly plan?: Artefact;
  readonly response?: Artefact;
  readonly shape?: RestartFacts["phaseCount"];
  readonly iterations?: number;
  readonly runner?: string;
}

function facts({ phase, done = 0, sidecar = {}, plan, response, shape = 3, iterations = 2, runner = "codex" }: Given): RestartFacts {
  const step = phase === 1 ? "planning" : phase === 2 ? "implementation" : "review";
  const kept = { phase, runner: "codex", id: `session-${phase}` };
  return {
    session: { iterations_completed: done, current_phase: phase, run_started_at: STARTED, last_updated_at: SAVED },
    sidecar:
      sidecar === null
        ? null
        : { step, phase, iteration: done + 1, plan_sha256: null, response_sha256: null, agent_session: kept, ...sidecar },
    phaseCount: shape,
    iterations,
    runners: { 1: runner, 2: runner, 3: runner },
    plan: plan ?? null,
    response: response ?? null,
  };
}

/** `iteration/phase`, then the agent session, and what else holds. */
function brief(given: Given): string {
  const { iteration, phase, agentSession, begun, atGate, responseCounts, repeated } = decideRestart(facts(given));
  const marks = [begun ? "" : "anew", atGate ? "gate" : "", responseCounts ? "response" : "", repeated === null ? "" : "repeated"];
  return [`${iteration}/${phase}`, agentSession ?? "-", ...marks].filter((part) => part !== "").join(" ");
}

const plan = artefact("aa", DURING);
const response = artefact("bb", DURING);
const planned = { plan_sha256: "aa" };
const worked = { ...planned, response_sha256: "bb" };

test.each<[string, Given, string]>([
  ["planning", { phase: 1 }, "1/1 session-1"],
  ["planning, in the second iteration", { phase: 1, done: 1, plan }, "2/1 session-1"],
  ["planning, ended", { phase: 1, plan, sidecar: { ...planned, agent_session: null } }, "1/2 - anew"],
  ["planning, ended, but the plan was changed", { phase: 1, plan: artefact("xx", DURING), sidecar: planned }, "1/1 session-1"],
  ["implementation", { phase: 2, plan, sidecar: planned }, "1/2 session-2"],
  [
    "implementation, the plan was changed, the session is there",
    { phase: 2, plan: artefact("xx", DURING), sidecar: planned },
    "1/2 session-2",
  ],
  ["implementation, no session", { phase: 2, plan, sidecar: { ...planned, agent_session: null } }, "1/2 -"],
  ["implementation, no session and no plan", { phase: 2, sidecar: { ...planned, agent_session: null } }, "1/1 - anew repeated"],
  [
    "implementation, no session, another plan",
    { phase: 2, plan: artefact("xx", DURING), sidecar: { ...planned, agent_session: null } },
    "1/1 - anew repeated",
  ],
  ["implementation with another runner now", { phase: 2, plan, sidecar: planned, runner: "claude" }, "1/2 -"],
  [
    "the session of another phase",
    { phase: 3, sidecar: { ...worked, agent_session: { phase: 2, runner: "codex", id: "x" } }, plan, response },
    "1/3 - response",
  ],
  ["implementation, ended", { phase: 2, plan, response, sidecar: worked }, "1/3 - anew response"],
  ["review", { phase: 3, plan, response, sidecar: worked }, "1/3 session-3 response"],
  ["review, the response was changed", { phase: 3, plan, response: artefact("xx", DURING), sidecar: worked }, "1/3 session-3"],
  [
    "the gate after the review",
    { phase: 3, plan, response, sidecar: { ...worked, step: "gate" }, iterations: 1 },
    "1/3 session-3 gate response",
  ],
  [
    "the gate of two phases, without the plan",
    { phase: 2, sidecar: { ...planned, step: "gate", agent_session: null }, shape: 2, iterations: 1 },
    "1/2 - gate",
  ],
  ["the gate of two phases, three now", { phase: 2, plan, sidecar: { ...planned, step: "gate" }, iterations: 1 }, "1/2 session-2"],
  ["fewer phases now", { phase: 3, plan, response, sidecar: worked, shape: 2 }, "1/2 - anew response"],
  ["one phase now", { phase: 1, shape: 1 }, "1/2 - anew"],
  ["a single pass", { phase: 2, shape: 1 }, "1/2 session-2"],
  ["fewer iterations now", { phase: 2, done: 1, plan, sidecar: planned, iterations: 1 }, "1/2 session-2"],
  ["a record that does not agree", { phase: 2, plan, sidecar: { iteration: 7 } }, "1/2 -"],
])("with a record: %s", (_name, given, expected) => expect(brief(given)).toBe(expected));

test.each<[string, Given, string]>([
  ["planning", { phase: 1 }, "1/1 -"],
  ["planning, and a plan of an earlier attempt", { phase: 1, plan: artefact("aa", BEFORE) }, "1/1 -"],
  ["planning, and a plan of this one", { phase: 1, plan }, "1/2 - anew"],
  ["planning, and a response of an earlier attempt", { phase: 1, response: artefact("bb", BEFORE) }, "1/1 -"],
  ["implementation", { phase: 2, plan: artefact("aa", BEFORE) }, "1/2 -"],
  ["implementation, without a plan", { phase: 2 }, "1/1 - anew repeated"],
  ["implementation, and its response", { phase: 2, plan, response }, "1/3 - anew response"],
  ["review", { phase: 3, plan, response }, "1/3 - response"],
  ["review, and a response of an earlier attempt", { phase: 3, plan, response: artefact("bb", BEFORE) }, "1/3 -"],
  ["planning again, the plan of the first iteration", { phase: 1, done: 1, plan }, "2/1 -"],
  ["planning again, and its plan", { phase: 1, done: 1, plan: artefact("aa", AFTER) }, "2/2 - anew"],
  ["implementation again, the response of the first iteration", { phase: 2, done: 1, plan, response }, "2/2 - response"],
])("without a record: %s", (_name, given, expected) => {
  const infer = { ...given, sidecar: null };
  expect(brief(infer)).toBe(expected);
});
