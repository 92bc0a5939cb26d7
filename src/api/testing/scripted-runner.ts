import * as v from "valibot";
import { parseValue } from "../../base/parse.ts";
import type { Immutable } from "../../base/shape.ts";

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

/** The program of the agent; `place` holds its turns as `turns.json`, and gets `prompts.ndjson`. */
export function agentProgram(place: string): string {
  return `import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
const place = ${JSON.stringify(place)};
const args = process.argv.slice(2);
const stdin = await Bun.stdin.text();
const turns = JSON.parse(readFileSync(join(place, "turns.json"), "utf8"));
const prompts = join(place, "prompts.ndjson");
const count = readFileSync(prompts, "utf8").split("\\n").length - 1;
const resumed = args[0] === "resume";
const session = args.includes("--session") ? args[args.indexOf("--session") + 1] : "scripted-" + (count + 1);
const prompt = resumed && args.at(-1) !== "-" ? args.at(-1) : stdin;
appendFileSync(prompts, JSON.stringify({ prompt, resumed, task: process.env.CUELOOP_TASK_ID ?? "" }) + "\\n");
const emit = (event) => process.stdout.write(JSON.stringify(event) + "\\n");
const turn = turns[count] ?? { say: "There is nothing more in the script." };
if (turn.say !== undefined) emit({ type: "text", content: turn.say });
for (const [file, text] of Object.entries(turn.write ?? {})) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  emit({ type: "tool_call", name: "write", arguments: { path: file } });
}
for (const file of turn.remove ?? []) rmSync(file, { recursive: true, force: true });
if (turn.run !== undefined) {
  const { BUN_BE_BUN, ...env } = process.env;
  const child = Bun.spawnSync(["sh", "-c", turn.run], { stdin: "ignore", stdout: "pipe", stderr: "pipe", env });
  emit({ type: "text", content: turn.run + " -> " + child.exitCode + "\\n" + child.stdout + child.stderr });
}
if (turn.usage !== undefined) {
  const { cost, ...usage } = turn.usage;
  emit({ type: "result", subtype: "success", is_error: false, result: turn.say ?? "", usage, ...(cost === undefined ? {} : { total_cost_usd: cost }) });
}
if (turn.stderr !== undefined) process.stderr.write(turn.stderr + "\\n");
if ((turn.exit ?? 0) !== 0) process.exit(turn.exit);
emit({ type: "finish", session_id: session });
`;
}
