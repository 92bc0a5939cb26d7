import type { CueLoopError } from "../base/errors.ts";
import type { ResolvedConfig } from "./resolved.ts";
import type { AnyConfigLayer } from "./schema/code-layer.ts";
import type { CodeRunnerSettings, RunnerFunction } from "./schema/code-runner.ts";
import type { Locate } from "./validate/problem.ts";

/** Every hook there is, in the order of a run. */
export const HOOK_NAMES = [
  "runStart",
  "selectTask",
  "beforeTask",
  "worktreeReady",
  "beforePhase",
  "afterPhase",
  "gate",
  "beforeCommit",
  "beforeIntegrate",
  "afterTask",
  "blocked",
  "runEnd",
  "onEvent",
] as const;
export type HookName = (typeof HOOK_NAMES)[number];

/** A function of the user's. What it gives back is anything, a promise too, and is checked where it is called. */
export type UserFunction = (...args: readonly unknown[]) => unknown;

/** One object of hooks, as the user wrote it: names and kinds of its members are checked, nothing is called yet. */
export interface HookObject {
  readonly functions: ReadonlyMap<HookName, UserFunction>;
  /** Limit of one call in seconds; 0: none; null: the default of each hook. */
  readonly timeoutSeconds: number | null;
}

/** A runner as the user wrote it: either `command` or `run` is there. */
export interface CodeRunner {
  readonly functions: ReadonlyMap<RunnerFunction, UserFunction>;
  readonly settings: CodeRunnerSettings;
}

/** One argument or flag of a command of the repository, as its schema tells. */
export interface CommandField {
  /** As the schema names it. */
  readonly name: string;
  readonly kind: "text" | "number" | "boolean";
  /** The accepted words; null: any. */
  readonly words: readonly string[] | null;
  readonly many: boolean;
  readonly required: boolean;
  readonly description: string;
}

/** Arguments, or flags. */
export interface CommandFields {
  /** Of valibot's; undefined: none. */
  readonly schema: unknown;
  readonly fields: readonly CommandField[];
}

/** A command as the user wrote it; lines can be read by its schemas. */
export interface CodeCommand {
  readonly description: string;
  readonly args: CommandFields;
  readonly flags: CommandFields;
  readonly run: UserFunction;
}

/** A further row of the table by which a failing gate's output is recognised. */
export interface CiPattern {
  readonly key: string;
  /** Every one of these must occur. */
  readonly all: readonly string[];
  readonly hint: string;
}

/** What a configuration is evaluated with; plain data, so that a worker can be given the same. */
export interface CodeContext {
  readonly repoRoot: string;
  /** Absolute path of `cueloop.config.ts`. */
  readonly configFile: string;
  /** Words of the command, `["run", "loop"]`. */
  readonly command: readonly string[];
  /** The configuration of the files below this one. */
  readonly config: ResolvedConfig;
  /** Of the executable. */
  readonly version: string;
}

/** What `cueloop.config.ts` brings besides settings, from exactly the bytes the digest names. */
export interface LoadedCode {
  /** `sha256:…` over the files and the edges between them. */
  readonly digest: string;
  /** The bundle as text, for a worker that must not read the file again. */
  readonly bundle: string;
  /** What it was evaluated with. */
  readonly context: CodeContext;
  /** In the order the user wrote them. */
  readonly hooks: readonly HookObject[];
  /** By runner id. */
  readonly runners: ReadonlyMap<string, CodeRunner>;
  /** By the words typed. */
  readonly commands: ReadonlyMap<string, CodeCommand>;
  /** By template name. */
  readonly prompts: ReadonlyMap<string, UserFunction>;
  readonly ciPatterns: readonly CiPattern[];
  /** The error for what one of these functions threw, with the user's file and line. `what`: `The runner local failed`. */
  errorOf(thrown: unknown, code: string, what: string): CueLoopError;
}

/** The executable configuration as a layer above the project's file, with the code that came along. */
export interface CodeLayer {
  readonly layer: AnyConfigLayer;
  /** Where a key stands; the file alone where the code computes it. */
  readonly locate: Locate;
  readonly code: LoadedCode;
  /** The error with the lines it is about, where it names a place in the code. */
  inSource(error: CueLoopError): CueLoopError;
}
