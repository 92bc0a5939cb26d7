import type { PhaseName } from "../events.ts";
import type { PhaseNumber } from "../options.ts";

export type PhaseRole = "planning" | "implementation" | "handoff" | "review" | "single";

export interface PhaseStep {
  /** What sessions and settings call it; a single pass is 2. */
  readonly number: PhaseNumber;
  readonly name: PhaseName;
  readonly role: PhaseRole;
}

const PLANNING: PhaseStep = { number: 1, name: "planning", role: "planning" };

/** The phases of a shape, in order. */
export function phasesOf(count: PhaseNumber): readonly PhaseStep[] {
  switch (count) {
    case 1:
      return [{ number: 2, name: "implementation", role: "single" }];
    case 2:
      return [PLANNING, { number: 2, name: "implementation", role: "implementation" }];
    case 3:
      return [PLANNING, { number: 2, name: "implementation", role: "handoff" }, { number: 3, name: "review", role: "review" }];
  }
}
