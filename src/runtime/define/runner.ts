import type { Immutable } from "../../base/shape.ts";
import type { RunnerEvent } from "../../runners/event.ts";

/** One turn that an agent is asked for. */
export interface RunnerRequest {
  /** What the agent is told. */
  readonly prompt: string;
  readonly model: string;
  /** `low`, `medium`, `high` or `xhigh`; null: the agent's own default. */
  readonly effort: string | null;
  /** The agent session to go on with; null: a new one. */
  readonly sessionId: string | null;
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
  readonly exitCode: number | null;
  readonly stderr: string;
}

/** What may be done about a failed turn: try again, ask a person, give up. */
export type FailureClass = "retryable" | "needs_user" | "permanent";

interface AnyRunner {
  /** Models it knows, for checks and completion; left out: any. */
  readonly models?: readonly string[] | undefined;
  /** Efforts it knows; left out: any. */
  readonly efforts?: readonly string[] | undefined;
  /** Left out: the shared rules. */
  classify?(failure: RunnerFailure): FailureClass;
}

/** An agent that is a program. */
export interface ProgramRunner extends AnyRunner {
  command(request: RunnerRequest): RunnerProgram;
  /** Left out: sessions are not continued, each phase begins with its full prompt. */
  resume?(request: ResumeRequest): RunnerProgram;
  /** Events of one line of standard output; left out: the line is what the agent says. */
  parse?(line: string): readonly Immutable<RunnerEvent>[];
  readonly run?: undefined;
}

/** An agent that is a library or a service. */
export interface FunctionRunner extends AnyRunner {
  /** Yields what the agent says and does; an error is a failed turn. */
  run(request: RunnerRequest): AsyncIterable<Immutable<RunnerEvent>>;
  readonly command?: undefined;
  readonly resume?: undefined;
  readonly parse?: undefined;
}

export type Runner = ProgramRunner | FunctionRunner;
