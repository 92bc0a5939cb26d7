import * as v from "valibot";
import { CueLoopError } from "../../base/errors.ts";
import { compact, isAsyncIterable } from "../../base/shape.ts";
import type { CodeRunner, LoadedCode } from "../../config/code.ts";
import type { RunnerFunction } from "../../config/schema/code-runner.ts";
import { RunnerEvent } from "../event.ts";
import type { Runner, StreamParser } from "../runner.ts";
import { sessionIdTest } from "../stream/session-id.ts";
import { Command, eventsOf, Failure, ownSessionId, Parser, YesOrNo } from "./returns.ts";

/** The code that a runner stands in. */
interface Origin {
  readonly id: string;
  readonly code: LoadedCode;
}

/**
 * A runner of `cueloop.config.ts` as a value whose functions give what their types say: what the user's code throws or
 * gives instead is error `runner.code_failed`, with the user's file and line as far as they are known.
 */
export function checkedRunner(id: string, { functions, settings }: CodeRunner, code: LoadedCode): Runner {
  const origin = { id, code };
  const checked = <T>(name: RunnerFunction, read: (value: unknown) => T) => {
    const body = functions.get(name);
    return body === undefined ? undefined : (...input: readonly unknown[]): T => called(origin, name, () => read(body(...input)));
  };
  const accepts = sessionIdTest(settings.sessionIdPattern);
  const shared = {
    ...settings,
    ...compact({
      newSessionId: checked("newSessionId", v.parser(ownSessionId(accepts))),
      isUnknownSession: checked("isUnknownSession", v.parser(YesOrNo)),
      classify: checked("classify", v.parser(Failure)),
    }),
  };
  const run = functions.get("run");
  if (run !== undefined) return { ...shared, program: undefined, run: (request) => events(origin, () => run(request)) };
  const command = checked("command", v.parser(Command));
  if (command === undefined) throw new Error(`the runner ${id} was not checked`);
  const program = { ...shared, command, ...compact({ resume: checked("resume", v.parser(Command)) }) };
  const createParser = checked("createParser", v.parser(Parser));
  if (createParser === undefined) return { ...program, ...compact({ parse: checked("parse", eventsOf) }) };
  return { ...program, createParser: (context) => checkedParser(origin, createParser(Object.freeze({ ...context }))) };
}

function checkedParser(origin: Origin, parser: v.InferOutput<typeof Parser>): StreamParser {
  const { line, end } = parser;
  const read = (name: string, body: () => unknown) => called(origin, `createParser().${name}`, () => eventsOf(body()));
  return { line: (text) => read("line", () => line(text)), ...(end === undefined ? {} : { end: () => read("end", end) }) };
}

async function* events(origin: Origin, run: () => unknown): AsyncGenerator<RunnerEvent> {
  try {
    const given = await run();
    if (!isAsyncIterable(given)) throw new TypeError("it must be an async generator");
    for await (const value of given) yield v.parse(RunnerEvent, value);
  } catch (thrown) {
    throw failureOf(origin, "run", thrown);
  }
}

function called<T>(origin: Origin, name: string, body: () => T): T {
  try {
    return body();
  } catch (thrown) {
    throw failureOf(origin, name, thrown);
  }
}

function failureOf({ id, code }: Origin, name: string, thrown: unknown): CueLoopError {
  const what = `The function ${name} of the runner ${id} failed`;
  if (!v.isValiError(thrown)) return code.errorOf(thrown, "runner.code_failed", what);
  const path = v.getDotPath(thrown.issues[0]);
  const { configFile } = code.context;
  // "key: …" would be taken for a secret's name and value, and be blacked out.
  const reason = thrown.message.replace(/^Invalid key: /, "");
  return new CueLoopError("runner.code_failed", {
    message: `${what} (${configFile}): what it gave cannot be used${path === null ? "" : `, at ${path}`}: ${reason}.`,
    where: { file: configFile },
  });
}
