import * as v from "valibot";
import { CueLoopError } from "../../base/errors.ts";
import { RunnerEvent } from "../event.ts";
import type { StreamParser } from "../runner.ts";

/** An event as the user's code gave it. Throws valibot's error for what is none. */
export function eventOf(value: unknown): RunnerEvent {
  return v.parse(RunnerEvent, value);
}

/** The answer of a turn whose runner does not say which text it is: the last one. */
export class Answer {
  #text: string | null = null;
  #isTold = false;

  take(event: RunnerEvent): void {
    if (event.type === "text") this.#text = event.text;
    if (event.type === "final") this.#isTold = true;
  }

  end(): RunnerEvent[] {
    return this.#isTold || this.#text === null ? [] : [{ type: "final", text: this.#text }];
  }
}

/** Every line is what the agent says, all of it its answer. */
export function plainLines(): StreamParser {
  const lines: string[] = [];
  return {
    line(text) {
      lines.push(text);
      return text.trim() === "" ? [] : [{ type: "text", text }];
    },
    end: () => (lines.some((line) => line.trim() !== "") ? [{ type: "final", text: lines.join("\n").trim() }] : []),
  };
}

/** Lines read by the user's code. Once it fails, the turn has failed, and nothing more is read. */
export function parsedLines(parse: (line: string) => readonly RunnerEvent[]): StreamParser {
  const answer = new Answer();
  let isBroken = false;
  return {
    line(text) {
      if (isBroken) return [];
      try {
        const events = [...parse(text)];
        for (const event of events) answer.take(event);
        return events;
      } catch (error) {
        if (!(error instanceof CueLoopError)) throw error;
        isBroken = true;
        return [
          { type: "error", text: error.message },
          { type: "end", ok: false },
        ];
      }
    },
    end: () => (isBroken ? [] : answer.end()),
  };
}
