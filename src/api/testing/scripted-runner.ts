import * as v from "valibot";
import { parseValue } from "../../base/parse.ts";
import type { Immutable } from "../../base/shape.ts";
import agent from "./agent.txt" with { type: "text" };

const Turn = v.strictObject({
  /** What the agent says. */
  say: v.optional(v.string()),
  /** Files it writes: texts by path. */
  write: v.optional(v.record(v.string(), v.string())),
  /** Files it deletes. */
  remove: v.optional(v.array(v.string())),
  /** A line of sh that it runs in the repository. */
  run: v.optional(v.string()),
  /** Tokens it reports, and their cost. */
  usage: v.optional(
    v.strictObject({
      input_tokens: v.pipe(v.number(), v.integer(), v.minValue(0)),
      output_tokens: v.pipe(v.number(), v.integer(), v.minValue(0)),
      cost: v.optional(v.number()),
    }),
  ),
  /** What it prints on stderr. */
  stderr: v.optional(v.string()),
  /** Its exit code, when the turn fails. */
  exit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
});

/** What the agent does in one turn, in the order of the keys. */
export type Turn = Immutable<v.InferInput<typeof Turn>>;

/** An agent that does what a test says; `runInRepo` takes it. */
export interface ScriptedRunner {
  readonly turns: readonly Turn[];
}

/** An agent whose first turn is the first of these, and so on; in further turns it only says something. Error: `file.invalid`. */
export function scriptedRunner(turns: readonly Turn[]): ScriptedRunner {
  return { turns: turns.map((turn, index) => parseValue(Turn, { file: `scriptedRunner() [${index}]`, value: turn }, "turn")) };
}

/** Id of the plugin by which the agent is run. */
export const SCRIPTED = "scripted";

export const MANIFEST = {
  api_version: 1,
  id: SCRIPTED,
  version: "1.0.0",
  name: "Scripted agent",
  runner: { bin: "agent", supports_resume: true, default_model: "scripted" },
};

/** The program of the agent; its directory holds its turns as `turns.json`, and gets `prompts.ndjson`. */
export const AGENT_PROGRAM: string = agent;
