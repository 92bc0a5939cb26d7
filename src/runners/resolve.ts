import type { RunnerEvent } from "./event.ts";
import type {
  FunctionRunner,
  ParserContext,
  ResumeRequest,
  Runner,
  RunnerFailure,
  RunnerProgram,
  RunnerRequest,
  SupportedOptions,
} from "./runner.ts";
import { Answer, type LineReader, lineReader, plainLines } from "./stream/reading.ts";
import { sessionIdTest } from "./stream/session-id.ts";
import type { FailureClass } from "./turn/outcome.ts";

/** A runner as the supervisor uses it: any value of `Runner`, its defaults filled in. The supervisor knows no runner by name. */
export interface ResolvedRunner {
  /** Lower-case for the built-in ones, as written for others. */
  readonly id: string;
  readonly displayName: string;
  /** What is started: a name to look up on `PATH`, or a path; null where only the call tells. */
  readonly program: string | null;
  /** Key of the configuration that names the program; null where none does. */
  readonly programSetting: string | null;
  /** Null: none, a model must be given. */
  readonly defaultModel: string | null;
  /** Null: any. */
  readonly models: readonly string[] | null;
  readonly supportsEffort: boolean;
  /** Null: any. */
  readonly efforts: readonly string[] | null;
  /** False: every call starts a fresh agent session. */
  readonly supportsResume: boolean;
  readonly supportedOptions: SupportedOptions;
  /** True: a stream without a final event is an incomplete one, even when the program exits with 0. */
  readonly reportsEnd: boolean;
  /** True: a continued session keeps its id, so another one means that the session was lost. */
  readonly keepsSessionId: boolean;
  /** An id of ours for the agent session of a first call, null when the agent makes it. A new one for each call. */
  newSessionId(): string | null;
  /** Whether an agent session can be continued by this id. */
  acceptsSessionId(id: string): boolean;
  /** What is started for the request. */
  command(request: RunnerRequest): Required<RunnerProgram>;
  /** Where it is there, it makes the events, in this process, and no program is started. */
  readonly generate: ((request: RunnerRequest) => AsyncIterable<RunnerEvent>) | null;
  /** A new one for each call. */
  createReader(context: ParserContext): LineReader;
  /** What may be done about a failed call; null: the shared rules say. */
  readonly classify: ((failure: RunnerFailure) => FailureClass) | null;
  /** Whether a failed call says that the session to continue is unknown. */
  isUnknownSession(failure: RunnerFailure): boolean;
}

/** What a runner cannot say of itself: where it was found. */
export interface RunnerIdentity {
  readonly id: string;
  /** Only a built-in runner takes its program from a key of the configuration; code and plugins name their own. */
  readonly programSetting?: string;
}

/** The model that is asked for where nobody named one and the runner lists none. */
const UNNAMED_MODEL = "default";

/**
 * Any runner, built-in or not, as the supervisor uses it. What its functions throw goes through; those of the user's are
 * made to throw `runner.code_failed` before.
 */
export function resolveRunner({ id, programSetting }: RunnerIdentity, runner: Runner): ResolvedRunner {
  const { displayName = id, program = null, models = null, efforts = null, supportedOptions = {} } = runner;
  return {
    id,
    displayName,
    program,
    programSetting: programSetting ?? null,
    defaultModel: runner.defaultModel === undefined ? (models?.[0] ?? UNNAMED_MODEL) : runner.defaultModel,
    models,
    supportsEffort: efforts === null || efforts.length > 0,
    efforts,
    supportsResume: runner.run !== undefined || runner.resume !== undefined,
    supportedOptions,
    reportsEnd: runner.reportsEnd ?? false,
    keepsSessionId: runner.keepsSessionId ?? false,
    newSessionId: runner.newSessionId?.bind(runner) ?? (() => null),
    acceptsSessionId: sessionIdTest(runner.sessionIdPattern),
    command: (request) => ({ stdin: "", env: {}, ...programOf(runner, request) }),
    generate: runner.run === undefined ? null : (request) => answered(runner, request),
    createReader: (context) => (runner.run === undefined ? lineReader(runner, context) : plainLines()),
    classify: runner.classify?.bind(runner) ?? null,
    isUnknownSession: runner.isUnknownSession?.bind(runner) ?? (() => false),
  };
}

function programOf(runner: Runner, request: RunnerRequest): RunnerProgram {
  if (runner.run !== undefined) throw new Error("this runner starts no program");
  return isResume(request) && runner.resume !== undefined ? runner.resume(request) : runner.command(request);
}

function isResume(request: RunnerRequest): request is ResumeRequest {
  return request.sessionId !== null;
}

async function* answered(runner: FunctionRunner, request: RunnerRequest): AsyncGenerator<RunnerEvent> {
  const answer = new Answer();
  for await (const event of runner.run(request)) {
    answer.take(event);
    yield event;
  }
  yield* answer.end();
}
