import type { RunnerEvent } from "../event.ts";
import { type JsonObject, readJsonObject } from "./json.ts";
import type { LineReader } from "./reading.ts";

/** How one family of agents says what it does; keeps state over the events of one call. */
export interface Dialect {
  event(event: JsonObject): RunnerEvent[];
  /** What is known only when the output ended. */
  end(): RunnerEvent[];
}

/** Current time in Unix seconds, for limits that are told as "so many seconds from now". */
export type UnixNow = () => number;

/** Reads lines of JSON by a dialect; what is not a JSON object is passed on as it is. */
export function jsonLines(dialect: Dialect): LineReader {
  return {
    line(text) {
      if (text.trim() === "") return [];
      const object = readJsonObject(text);
      return object === null ? [{ type: "raw", text }] : dialect.event(object);
    },
    end: () => dialect.end(),
  };
}

/** `[]`, or the one event about a text that is not blank. */
export function unlessBlank<Event extends RunnerEvent>(text: string, event: (text: string) => Event): Event[] {
  return text.trim() === "" ? [] : [event(text)];
}
