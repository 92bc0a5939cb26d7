import type { BaseContext } from "../base/context.ts";
import type { LoadedCode } from "./code.ts";
import type { ResolvedConfig } from "./schema.ts";

/** A command's view of one repository: where it is and how it is configured. */
export interface RepoContext extends BaseContext {
  /** Absolute path of the repository root. */
  readonly root: string;
  /** `<root>/.cueloop`. */
  readonly runtimeDir: string;
  /** Where prompts and plugins are read: `runtimeDir`, but the one of the coordinator's checkout in a parallel worker. */
  readonly sourceDir: string;
  /** Merged configuration; gated values of an untrusted project layer are withheld. */
  readonly config: ResolvedConfig;
  /** Absolute path of the active queue file. */
  readonly queuePath: string;
  /** Absolute path of the done file. */
  readonly donePath: string;
  /** Trimmed, upper-cased. */
  readonly idPrefix: string;
  readonly idWidth: number;
  /** Set when the command was started by a live run's agent, gate or hook (spec: inside a run). */
  readonly insideRun: InsideRun | null;
  /** Hooks, runners, commands and prompts of a trusted `cueloop.config.ts`; null: there is none, or the command goes without. */
  readonly code: LoadedCode | null;
}

export interface InsideRun {
  readonly runId: string;
  /** The run's own task, when it has one. */
  readonly taskId: string | null;
}
