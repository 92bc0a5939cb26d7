import { formatTimestamp, type Instant, parseTimestamp } from "../../base/clock.ts";
import type { GatePlan } from "./plan.ts";

/** The custom field that carries a done task's evidence. */
export const EVIDENCE_FIELD = "cueloop.evidence";

/** What proves a done task. */
export interface Evidence {
  /** `hook`: it passed, and is made of hooks alone; `off`: no gate is enabled. */
  readonly gate: "passed" | "hook" | "off";
  readonly exitCode: number;
  readonly durationMs: number;
  /** The tree the gate saw; without a gate, the work tree at the archive. */
  readonly tree: string;
  readonly at: Instant;
  readonly display: string;
}

/** The evidence as it is kept: one line, `argv` last and to the end. */
export function evidenceText(evidence: Evidence): string {
  const { gate, exitCode, durationMs, tree, at, display } = evidence;
  return `gate=${gate} exit=${exitCode} ms=${Math.round(durationMs)} tree=${tree} at=${formatTimestamp(at)} argv=${display}`;
}

/** What such a line says; null when it is none. */
export function parseEvidence(text: string): Evidence | null {
  const match = /^gate=(passed|hook|off) exit=(-?\d+) ms=(\d+) tree=([0-9a-f]{40}|[0-9a-f]{64}) at=(\S+) argv=([\s\S]*)$/.exec(text);
  const at = parseTimestamp(match?.[5] ?? "")?.instant;
  if (match === null || at === undefined) return null;
  const [, gate, exit, ms, tree = "", , display = ""] = match;
  return { gate: gate === "passed" || gate === "hook" ? gate : "off", exitCode: Number(exit), durationMs: Number(ms), tree, at, display };
}

/** The evidence of a gate that passed. */
export function evidenceOfPass(plan: GatePlan, pass: Pick<Evidence, "durationMs" | "tree" | "at">): Evidence {
  const { durationMs, tree, at } = pass;
  return { gate: plan.argv === null ? "hook" : "passed", exitCode: 0, durationMs, tree, at, display: plan.display };
}

/** The evidence where no gate is enabled. */
export function evidenceWithoutGate(plan: GatePlan, tree: string, at: Instant): Evidence {
  return { gate: "off", exitCode: 0, durationMs: 0, tree, at, display: plan.display };
}
