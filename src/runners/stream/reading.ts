import { CueLoopError } from "../../base/errors.ts";
import type { RunnerEvent } from "../event.ts";
import type { ParserContext, ProgramRunner } from "../runner.ts";

/** Reads one call's standard output; keeps state over the lines of that call. Never throws `runner.code_failed`. */
export interface LineReader {
  /** Events of one line, without its line end. */
  line(text: string): readonly RunnerEvent[];
  /** Events that were held back when the output ended. */
  end(): readonly RunnerEvent[];
}

/** The reading of one turn as the runner says. Error `runner.code_failed`. */
export function lineReader(runner: ProgramRunner, context: ParserContext): LineReader {
  if (runner.createParser !== undefined) {
    const parser = runner.createParser(context);
    const line = (text: string) => parser.line(text);
    return unfailing(parser.end === undefined ? answering(line) : { line, end: () => parser.end?.() ?? [] });
  }
  return runner.parse === undefined ? plainLines() : unfailing(answering((text) => runner.parse?.(text) ?? []));
}

/** Every line is what the agent says, all of it its answer. */
export function plainLines(): LineReader {
  const lines: string[] = [];
  return {
    line(text) {
      lines.push(text);
      return text.trim() === "" ? [] : [{ type: "text", text }];
    },
    end: () => (lines.some((line) => line.trim() !== "") ? [{ type: "final", text: lines.join("\n").trim() }] : []),
  };
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

function answering(read: LineReader["line"]): LineReader {
  const answer = new Answer();
  return {
    line(text) {
      const events = read(text);
      for (const event of events) answer.take(event);
      return events;
    },
    end: () => answer.end(),
  };
}

/** Once the runner's code fails, the turn has failed, and nothing more is read. */
function unfailing(reader: LineReader): LineReader {
  let isBroken = false;
  const attempt = (read: () => readonly RunnerEvent[]): readonly RunnerEvent[] => {
    if (isBroken) return [];
    try {
      return read();
    } catch (error) {
      if (!(error instanceof CueLoopError)) throw error;
      isBroken = true;
      return [
        { type: "error", text: error.message },
        { type: "end", ok: false },
      ];
    }
  };
  return { line: (text) => attempt(() => reader.line(text)), end: () => attempt(() => reader.end()) };
}
