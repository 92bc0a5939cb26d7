/** Which layer a value comes from, weakest first. `ts` is the executable configuration. */
export type Origin = "default" | "global" | "project" | "ts" | "profile";

/** Where each leaf of a merged configuration comes from. */
export interface Provenance {
  /** Origin of the leaf at a path like `["agent", "phase_overrides", "phase1", "model"]`. */
  of(path: readonly string[]): Origin;
}
