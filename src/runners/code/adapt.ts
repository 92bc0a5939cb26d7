import * as v from "valibot";
import { CueLoopError } from "../../base/errors.ts";
import type { CodeRunner, LoadedCode, UserFunction } from "../../config/code.ts";
import type { RunnerEvent } from "../event.ts";
import type { Runner, RunnerCommand, RunnerRequest, TurnPlace } from "../runner.ts";
import { isSessionId } from "../stream/session-id.ts";
import { Answer, eventOf, parsedLines, plainLines } from "./events.ts";

/** The model that is asked for where nobody named one and the runner lists none. */
const UNNAMED_MODEL = "default";

/** A runner of `cueloop.config.ts` as the value that every runner is. */
export function codeRunner(id: string, written: CodeRunner, code: LoadedCode): Runner {
  const { command, resume, parse, classify, run } = written;
  const call = <T>(name: string, body: UserFunction, input: unknown, read: (value: unknown) => T): T => {
    try {
      return read(body(input));
    } catch (thrown) {
      throw failureOf(id, name, thrown, code);
    }
  };
  return {
    id,
    displayName: id,
    provider: "configuration",
    program: null,
    programSetting: null,
    defaultModel: written.models?.[0] ?? UNNAMED_MODEL,
    models: written.models,
    supportsEffort: true,
    efforts: written.efforts,
    supportsResume: resume !== null || run !== null,
    supportedOptions: { verbose: false, sandbox: false, autoEdits: false, safe: false, planMode: false },
    reportsEnd: false,
    keepsSessionId: false,
    newSessionId: () => null,
    acceptsSessionId: isSessionId,
    command(request, place) {
      const [name, body] =
        request.call.kind === "resume" && resume !== null ? (["resume", resume] as const) : (["command", command] as const);
      if (body === null) throw new Error(`the runner ${id} starts no program`);
      return call(name, body, requestOf(request, place), commandOf);
    },
    ...(run === null
      ? {}
      : { generate: (request: RunnerRequest, place: TurnPlace) => generated({ id, run, code }, requestOf(request, place)) }),
    createParser: () =>
      parse === null ? plainLines() : parsedLines((line) => call("parse", parse, line, (value) => v.parse(Events, value).map(eventOf))),
    ...(classify === null
      ? {}
      : { classify: (failure) => call("classify", classify, Object.freeze({ ...failure }), (value) => v.parse(FailureClass, value)) }),
    invalidSession: () => false,
  };
}

const FailureClass = v.picklist(["retryable", "needs_user", "permanent"]);
const Events = v.array(v.unknown(), "it must return an array of events");

const Command = v.strictObject(
  {
    argv: v.tupleWithRest([v.pipe(v.string(), v.nonEmpty("argv must name a program"))], v.string(), "argv must be an array of strings"),
    stdin: v.optional(v.string("stdin must be a string"), ""),
    env: v.optional(v.record(v.string(), v.string("env must hold strings"), "env must be an object of strings"), {}),
  },
  "it must return { argv, stdin?, env? }",
);

function commandOf(value: unknown): RunnerCommand {
  return v.parse(Command, value);
}

/** What the user's functions are asked; frozen. */
function requestOf({ model, effort, call }: RunnerRequest, place: TurnPlace): unknown {
  const [prompt, sessionId] = call.kind === "prompt" ? [call.prompt, null] : [call.message, call.sessionId];
  return Object.freeze({ prompt, model, effort, sessionId, ...place });
}

interface Generator {
  readonly id: string;
  readonly run: UserFunction;
  readonly code: LoadedCode;
}

async function* generated({ id, run, code }: Generator, request: unknown): AsyncGenerator<RunnerEvent> {
  const answer = new Answer();
  try {
    const events = await run(request);
    if (!isAsyncIterable(events)) throw new TypeError("it must be an async generator");
    for await (const value of events) {
      const event = eventOf(value);
      answer.take(event);
      yield event;
    }
  } catch (thrown) {
    throw failureOf(id, "run", thrown, code);
  }
  yield* answer.end();
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

function failureOf(id: string, name: string, thrown: unknown, code: LoadedCode): CueLoopError {
  const what = `The function ${name} of the runner ${id} failed`;
  if (!v.isValiError(thrown)) return code.errorOf(thrown, "runner.code_failed", what);
  const path = v.getDotPath(thrown.issues[0]);
  const { configFile } = code.context;
  return new CueLoopError("runner.code_failed", {
    message: `${what} (${configFile}): what it gave cannot be used${path === null ? "" : `, at ${path}`}: ${thrown.message}.`,
    where: { file: configFile },
  });
}
