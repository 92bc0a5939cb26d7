import type { BaseContext } from "../base/context.ts";
import type { InsideRun, RepoContext } from "./context.ts";
import type { Provenance } from "./provenance.ts";
import type { GatedChange, TrustState } from "./trust/state.ts";

/**
 * What is done about gated keys of a project layer that is not trusted.
 * - `read`, `write`: they are withheld, with one warning.
 * - `execute`: refused, or asked about.
 * - `init`: not looked at.
 * - `show`: kept as written, with one warning.
 */
export type LoadKind = "read" | "write" | "execute" | "init" | "show";

export interface LoadOptions {
  readonly kind: LoadKind;
  /** Name of the profile to merge over `agent`. */
  readonly profile?: string;
  readonly insideRun: InsideRun | null;
  /** Whether a person sits at a terminal and may be asked. */
  readonly interactive?: boolean;
  /** Asks whether the changed values may be used from now on. */
  askTrust?(changes: readonly GatedChange[]): Promise<boolean>;
}

/** A repository's context with what was found while its configuration was resolved. */
export interface LoadedRepo extends RepoContext {
  /** One line each, for the person; not logged yet. */
  readonly warnings: readonly string[];
  readonly trust: TrustState;
  readonly provenance: Provenance;
}

/** First directory from `cwd` upwards that is a repository root; `cwd` itself when there is none. */
export declare function findRoot(cwd: string): string;

/**
 * Finds the repository of `base.cwd` and resolves its configuration. Throws `config.*` errors
 * with file, line, column and key, and `config.untrusted` when an executing command may not go on.
 */
export declare function loadRepo(base: BaseContext, options: LoadOptions): Promise<LoadedRepo>;
