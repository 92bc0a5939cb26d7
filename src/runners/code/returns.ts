import * as v from "valibot";
import type { UserFunction } from "../../config/code.ts";
import { RunnerEvent } from "../event.ts";

/** What `command` and `resume` give. */
export const Command = v.strictObject(
  {
    argv: v.tupleWithRest([v.pipe(v.string(), v.nonEmpty("argv must name a program"))], v.string(), "argv must be an array of strings"),
    stdin: v.optional(v.string("stdin must be a string"), ""),
    env: v.optional(v.record(v.string(), v.string("env must hold strings"), "env must be an object of strings"), {}),
  },
  "it must return { argv, stdin?, env? }",
);

const Events = v.array(v.unknown(), "it must return an array of events");

/** What `parse` gives, and the functions of a parser. Throws valibot's error for what is none. */
export function eventsOf(value: unknown): RunnerEvent[] {
  return v.parse(Events, value).map((event) => v.parse(RunnerEvent, event));
}

const Fn = v.custom<UserFunction>((value) => typeof value === "function", "line and end must be functions");

/** What `createParser` gives. */
export const Parser = v.object({ line: Fn, end: v.optional(Fn) }, "it must return { line, end? }");

export const YesOrNo = v.boolean("it must return true or false");

/** What `classify` gives. */
export const Failure = v.picklist(["retryable", "needs_user", "permanent"]);

/** What `newSessionId` gives: an id that the session can be continued by. */
export function ownSessionId(accepts: (id: string) => boolean) {
  return v.pipe(
    v.string("it must return a string"),
    v.check(accepts, "the id must have no blanks, at most 512 bytes, and the form of sessionIdPattern"),
  );
}
