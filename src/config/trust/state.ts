/**
 * - `none`: the project layer holds nothing that needs trust.
 * - `trusted`: a yes, for exactly these values.
 * - `untrusted`: no yes, or one that git tracks.
 * - `changed`: a yes, but for other values.
 */
export type TrustStatus = "none" | "trusted" | "untrusted" | "changed";

/** One value of the project layer, or a file of a project plugin, that needs trust. */
export interface GatedValue {
  /** Key path, for example `agent.ci_gate` or `profiles.night.runner`; for a file its path in the repository. */
  readonly key: string;
  /** As written; secrets only as `sha256:…`. */
  readonly value: unknown;
}

/** A gated value that is not the one trust was given for; null: absent on that side. */
export interface GatedChange {
  readonly key: string;
  readonly old: unknown;
  readonly new: unknown;
}

export interface TrustState {
  readonly status: TrustStatus;
  /** Absolute path of the trust file, whether it exists or not. */
  readonly file: string;
  /** Whether git tracks the trust file; a read does not ask and says false. */
  readonly tracked: boolean;
  /** `sha256:…` over the gated values; null when nothing is gated. */
  readonly digest: string | null;
  readonly gated: readonly GatedValue[];
  /** Differences from the values trusted last; only in status `changed`. */
  readonly changes: readonly GatedChange[];
}
