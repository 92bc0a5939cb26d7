import type { RunnerEvent } from "./event.ts";
import type { Effort } from "./settings/effort.ts";
import type { RunnerOptions } from "./settings/options.ts";
import type { FailureClass } from "./turn/outcome.ts";

/** What one call of an agent is asked. */
export interface RunnerRequest {
  /** As resolved; runners strip what their program does not understand. */
  readonly model: string;
  readonly effort: Effort | null;
  readonly options: RunnerOptions;
  readonly call: RunnerCall;
}

export type RunnerCall =
  /** `sessionId`: the id the new agent session shall have, null when the agent picks one. */
  | { readonly kind: "prompt"; readonly prompt: string; readonly sessionId: string | null }
  | { readonly kind: "resume"; readonly sessionId: string; readonly message: string };

/** Where a call is made, and for what. */
export interface TurnPlace {
  /** Working directory of the agent. */
  readonly cwd: string;
  readonly taskId: string | null;
  /** Aborted when the turn is to end. */
  readonly signal: AbortSignal;
}

/** How a call failed. */
export interface TurnFailure {
  /** Null: no program was started, or a signal ended it. */
  readonly exitCode: number | null;
  readonly stderr: string;
}

export interface RunnerCommand {
  readonly argv: readonly [string, ...string[]];
  /** Written whole, then closed; empty closes at once. */
  readonly stdin: string;
  /** Added to the child's environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Reads one call's standard output; keeps state over the lines of that call. */
export interface StreamParser {
  /** Events of one line, without its line end. */
  line(text: string): RunnerEvent[];
  /** Events that were held back when the output ended. */
  end(): RunnerEvent[];
}

/** Which of the normalised options the runner can express. */
export interface OptionSupport {
  readonly verbose: boolean;
  readonly sandbox: boolean;
  readonly autoEdits: boolean;
  readonly safe: boolean;
  readonly planMode: boolean;
}

/** An agent program: how it is called and how its output is read. The supervisor knows no runner by name. */
export interface Runner {
  /** Lower-case for the built-in ones, as written for others. */
  readonly id: string;
  readonly displayName: string;
  readonly provider: string;
  /** What is started: a name to look up on `PATH`, or a path; null where only the call tells. */
  readonly program: string | null;
  /** Key of the configuration that names the program; null where none does. */
  readonly programSetting: string | null;
  /** Null: none, a model must be given. */
  readonly defaultModel: string | null;
  /** Null: any. */
  readonly models: readonly string[] | null;
  readonly supportsEffort: boolean;
  /** Efforts it knows; null and left out: any. */
  readonly efforts?: readonly string[] | null;
  /** False: every call starts a fresh agent session. */
  readonly supportsResume: boolean;
  readonly supportedOptions: OptionSupport;
  /** True: a stream without a final event is an incomplete one, even when the program exits with 0. */
  readonly reportsEnd: boolean;
  /** True: a continued session keeps its id, so another one means that the session was lost. */
  readonly keepsSessionId: boolean;
  /** An id of ours for the agent session of a first call, null when the agent makes it. A new one for each call. */
  newSessionId(): string | null;
  /** Whether an agent session can be continued by this id. */
  acceptsSessionId(id: string): boolean;
  /** Error `runner.code_failed` where code of the user's makes it. */
  command(request: RunnerRequest, place: TurnPlace): RunnerCommand;
  /** Left out: a program is started. Where it is there, it makes the events, in this process, and no program is started. */
  generate?(request: RunnerRequest, place: TurnPlace): AsyncIterable<RunnerEvent>;
  /** `now`: the present in Unix seconds. */
  createParser(now: () => number): StreamParser;
  /** What may be done about a failed call; left out: the shared rules say. Error `runner.code_failed`. */
  classify?(failure: TurnFailure): FailureClass;
  /** Whether this output of a failed call says that the session to continue is unknown. */
  invalidSession(output: string): boolean;
}
