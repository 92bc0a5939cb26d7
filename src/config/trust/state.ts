/**
 * - `none`: nothing needs trust.
 * - `trusted`: a yes, for exactly these values.
 * - `untrusted`: no yes, or one that git tracks.
 * - `changed`: a yes, but for other values.
 */
export type TrustStatus = "none" | "trusted" | "untrusted" | "changed";

/** One value of the project layer that needs trust. */
export interface GatedValue {
  /** Key path, for example `agent.ci_gate` or `profiles.night.runner`; a prompt file's path in the repository. */
  readonly key: string;
  /** As written; secrets only as `sha256:…`. */
  readonly value: unknown;
}

/** A manifest or an executable of a project plugin. */
export interface PinnedFile {
  /** Relative to the repository root, `/` between parts. */
  readonly path: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** What trust is given for. */
export interface GatedContent {
  readonly values: readonly GatedValue[];
  readonly files: readonly PinnedFile[];
}

/** A gated value, or the hash of a pinned file, that is not the one trust was given for; null: absent on that side. */
export interface GatedChange {
  readonly key: string;
  readonly old: unknown;
  readonly new: unknown;
}

export interface TrustState {
  readonly status: TrustStatus;
  /** The trust file says yes and git does not track it. Project plugins are used only where `status` is `trusted`. */
  readonly consent: boolean;
  /** Absolute path of the trust file, whether it exists or not. */
  readonly file: string;
  /** Whether git tracks the trust file; a read does not ask and says false. */
  readonly tracked: boolean;
  /** `sha256:…` over the gated content; null when nothing is gated. */
  readonly digest: string | null;
  readonly gated: readonly GatedValue[];
  /** Differences from what trust was given for last; only in status `changed`. */
  readonly changes: readonly GatedChange[];
}

/** Facts the status follows from. */
export interface TrustFacts {
  readonly consent: boolean;
  readonly digest: string | null;
  /** Digests trust was given for; empty when there was no first use yet. */
  readonly recorded: readonly string[];
}

/** The status of a repository. Before the first use a yes holds for whatever is there. */
export function trustStatus(facts: TrustFacts): TrustStatus {
  if (facts.digest === null) return "none";
  if (!facts.consent) return "untrusted";
  return facts.recorded.length === 0 || facts.recorded.includes(facts.digest) ? "trusted" : "changed";
}

/** Whether files that came with the repository and that no digest covers, its `.env` for one, may be used. */
export function isTrusted(trust: Pick<TrustState, "consent" | "status">): boolean {
  return trust.consent && trust.status !== "changed";
}
