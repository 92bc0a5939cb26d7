import type { RunnerEvent } from "./event.ts";
import type { Effort } from "./settings/effort.ts";
import type { RunnerOptions } from "./settings/options.ts";
import type { FailureClass } from "./turn/outcome.ts";

/** One turn that an agent is asked for. */
export interface RunnerRequest {
  /** What the agent is told. */
  readonly prompt: string;
  readonly model: string;
  /** Null: the agent's own default. */
  readonly effort: Effort | null;
  /** The normalised options, all set. */
  readonly options: RunnerOptions;
  /** The agent session to go on with; null: a new one. */
  readonly sessionId: string | null;
  /** The id that a new agent session shall have, where the runner has `newSessionId`; null when a session goes on. */
  readonly newSessionId: string | null;
  /** The work tree. */
  readonly cwd: string;
  /** Null where no task is worked. */
  readonly taskId: string | null;
  /** Aborted when the turn is to end. */
  readonly signal: AbortSignal;
}

/** A request that goes on with an agent session. */
export type ResumeRequest = RunnerRequest & { readonly sessionId: string };

/** How a program is started. */
export interface RunnerProgram {
  /** Program and arguments; no shell. */
  readonly argv: readonly [string, ...string[]];
  /** Written whole, then closed. */
  readonly stdin?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a turn failed. */
export interface RunnerFailure {
  /** Null: no program was started, or a signal ended it. */
  readonly exitCode: number | null;
  /** The end of standard error; of a runner that is a function, the texts of its errors. */
  readonly stderr: string;
  /** What was written besides the agent's work: the last `raw` events, the texts of `error` events, and standard error. */
  readonly output: string;
}

/** What the reading of one turn's output begins with. */
export interface ParserContext {
  readonly request: RunnerRequest;
  /** The present in Unix seconds. */
  now(): number;
}

/** Reads the standard output of one turn; keeps state over its lines. */
export interface StreamParser {
  /** Events of one line, without its line end. */
  line(text: string): readonly RunnerEvent[];
  /** Events that were held back when the output ended; left out: the last `text` is the answer where no event was `final`. */
  end?(): readonly RunnerEvent[];
}

/** Values of the normalised options that an agent can be told. What asks nothing of it (`default`, `normal`, `quiet`, `yolo`) need not be listed. */
export interface SupportedOptions {
  readonly verbosity?: readonly RunnerOptions["verbosity"][] | undefined;
  readonly approval_mode?: readonly RunnerOptions["approval_mode"][] | undefined;
  readonly sandbox?: readonly RunnerOptions["sandbox"][] | undefined;
  readonly plan_mode?: readonly RunnerOptions["plan_mode"][] | undefined;
}

interface AnyRunner {
  /** What messages call it; left out: its id. */
  readonly displayName?: string | undefined;
  /** Models it knows, for checks and completion; left out: any. */
  readonly models?: readonly string[] | undefined;
  /** The model where nobody names one; null: one must be named. Left out: the first of `models`, else `default`. */
  readonly defaultModel?: string | null | undefined;
  /** Efforts it knows; empty: it takes none. Left out: any. */
  readonly efforts?: readonly string[] | undefined;
  /** What it makes of `request.options`; for all else a person is told that it has no effect. Left out: nothing. */
  readonly supportedOptions?: SupportedOptions | undefined;
  /** The form of the ids that a session can be continued by; left out: any without blanks. */
  readonly sessionIdPattern?: RegExp | undefined;
  /** True: a continued session keeps its id, so that another one means that it was lost. */
  readonly keepsSessionId?: boolean | undefined;
  /** True: a turn that is over says so by an `end` event; without one it is incomplete, at exit code 0 too. */
  readonly reportsEnd?: boolean | undefined;
  /** An id of our own for a new session, which then need not tell its id; left out: the agent makes it. */
  newSessionId?(): string;
  /** Whether a turn that was to go on with a session failed because the agent does not know it: a new one is begun then. */
  isUnknownSession?(failure: RunnerFailure): boolean;
  /** What may be done about a failed turn; left out: the shared rules. */
  classify?(failure: RunnerFailure): FailureClass;
}

/** An agent that is a program. */
export interface ProgramRunner extends AnyRunner {
  /** What `command` starts, a name on PATH or a path: looked for before a task is begun. Left out: only the call tells. */
  readonly program?: string | undefined;
  command(request: RunnerRequest): RunnerProgram;
  /** Left out: sessions are not continued, each phase begins with its full prompt. */
  resume?(request: ResumeRequest): RunnerProgram;
  /** Events of one line of standard output; left out: the line is what the agent says. */
  parse?(line: string): readonly RunnerEvent[];
  /** Instead of `parse`, where lines do not stand alone: called once a turn, before the program starts. */
  createParser?(context: ParserContext): StreamParser;
  readonly run?: undefined;
}

/** An agent that is a library or a service. */
export interface FunctionRunner extends AnyRunner {
  /** Yields what the agent says and does; an error is a failed turn. */
  run(request: RunnerRequest): AsyncIterable<RunnerEvent>;
  readonly program?: undefined;
  readonly command?: undefined;
  readonly resume?: undefined;
  readonly parse?: undefined;
  readonly createParser?: undefined;
}

/** How an agent is called and how its output is read: what `defineRunner` takes, and what the runners of CueLoop's own are. */
export type Runner = ProgramRunner | FunctionRunner;
