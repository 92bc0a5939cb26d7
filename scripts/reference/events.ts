import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { BlockingState } from "../../src/queue/blocking.ts";
import { PhaseSummary, RunEvent, UsageTotals } from "../../src/run/events.ts";
import { RunnerEvent } from "../../src/runners/event.ts";
import { page, table } from "./markdown.ts";
import { typeOf } from "./schema-rows.ts";

/** Every kind of event, in the order of a run. */
const KINDS: Readonly<Record<RunEvent["kind"], string>> = {
  run_started: "A run begins.",
  resume_decision: "What becomes of an earlier attempt or agent session.",
  task_selected: "A task was chosen; `message` is its title.",
  config_resolved: "What the task will be worked with.",
  phase_entered: "A phase begins.",
  phase_completed: "A phase ended well.",
  turn_started: "The agent is called: with a prompt, or to go on.",
  agent_event: "One thing the agent said or did, see below.",
  turn_finished: "The call ended.",
  retry: "A turn failed for a passing reason and is repeated after a wait.",
  usage_limit: "The agent's quota is used up.",
  gate_started: "The gate begins on this tree.",
  gate_finished: "The gate ended.",
  outcome_recorded: "What the agent reported of its own task.",
  followups_applied: "Follow-up tasks the agent proposed were added.",
  task_archived: "The task is in the done file.",
  commit: "A commit was made; `message` is its message.",
  proof: "Whether the commit holds what the gate saw.",
  push: "What pushing came to.",
  processes_ended: "Processes an earlier run or the agent left behind were ended.",
  task_finished: "An attempt at a task ended.",
  queue_snapshot: "How the queue stands.",
  blocked_state_changed: "Why no work happens.",
  blocked_state_cleared: "Work goes on.",
  worker_state: "Where a task of a parallel run stands, besides what its phases tell.",
  wrote_outside: "The coordinator's checkout changed, and nothing of the run's own explains it.",
  scope_overlap: "Two tasks that were worked together changed the same paths.",
  message: "A line for the person who watches.",
  warning: "A line the person should read.",
  run_finished: "The last event of a run.",
};

/** Every type of agent event. */
const AGENT_TYPES: Readonly<Record<RunnerEvent["type"], string>> = {
  session: "Id of the agent session.",
  text: "What the agent says.",
  reasoning: "What it thinks.",
  tool_call: "It uses a tool.",
  tool_result: "What came of that.",
  command: "It runs a shell command.",
  usage: "Tokens, and the cost where it is known (USD). `cumulative`: totals of the session.",
  permission_denied: "It was not allowed to use a tool.",
  usage_limit: "Its quota is used up. `resets_at`: Unix seconds.",
  warning: "Something it works around itself.",
  error: "Something went wrong.",
  raw: "A line of output that is no event.",
  final: "The answer of the turn, so far.",
  end: "It says its turn is over.",
};

/** The JSON Schema of one line of a run log. */
export function runEventSchema(): JsonSchema {
  const { $schema, $defs } = toJsonSchema(RunEvent, {
    target: "draft-2020-12",
    definitions: { RunEvent, RunnerEvent, BlockingState, UsageTotals, PhaseSummary },
  });
  const { RunEvent: events, ...definitions } = $defs ?? {};
  const variants = typeof events === "object" ? (events.oneOf ?? []) : [];
  return {
    ...($schema === undefined ? {} : { $schema }),
    title: "RunEvent",
    description: "One line of a run log in .cueloop/logs/runs/.",
    oneOf: variants.map((variant) => (typeof variant === "object" ? stored(variant) : variant)),
    $defs: definitions,
  };
}

const Envelope = toJsonSchema(v.strictObject({ version: v.literal(3), timestamp: v.string(), run_mode: v.picklist(["one", "loop"]) }));

function stored(variant: JsonSchema): JsonSchema {
  return {
    ...variant,
    properties: { ...Envelope.properties, ...variant.properties },
    required: [...(Envelope.required ?? []), ...(variant.required ?? [])],
  };
}

/** The run log: every kind with its payload. */
export function eventsPage(): string {
  const schema = runEventSchema();
  const variants = (schema.oneOf ?? []).filter((variant) => typeof variant === "object");
  const agent = schema.$defs?.["RunnerEvent"];
  const agentVariants = (typeof agent === "object" ? (agent.oneOf ?? []) : []).filter((variant) => typeof variant === "object");
  return page("Events of a run", "the schemas in `src/run/events.ts` and `src/runners/event.ts`", [
    "A run writes what happens to `.cueloop/logs/runs/<run>.ndjson`, one JSON object a line, secrets redacted. `cueloop task log <ID> --format json` prints the lines of one task. The JSON Schema of a line is [run-event.schema.json](schemas/run-event.schema.json).",
    "Each line has `version` (3), `timestamp` (RFC 3339, UTC), `run_mode` (`one` or `loop`) and `kind`; where it belongs to one, `task_id` and `phase` (`planning`, `implementation`, `review`); some a `message` for people, an `exit_code`, a `payload`. A reader ignores kinds it does not know.",
    "## Kinds",
    table(
      ["Kind", "Says", "Payload"],
      variants.map((variant) => [
        `\`${tag(variant, "kind")}\``,
        Object.entries(KINDS).find(([kind]) => kind === tag(variant, "kind"))?.[1] ?? "",
        payloadOf(variant, schema),
      ]),
    ),
    "## Agent events",
    "The payload of `agent_event`, by its `type`:",
    table(
      ["Type", "Says", "Keys"],
      agentVariants.map((variant) => [
        `\`${tag(variant, "type")}\``,
        Object.entries(AGENT_TYPES).find(([type]) => type === tag(variant, "type"))?.[1] ?? "",
        keysOf(variant, schema, ["type"]),
      ]),
    ),
    "## Blocking states",
    blockingText(schema),
  ]);
}

function payloadOf(variant: JsonSchema, root: JsonSchema): string {
  const payload = variant.properties?.["payload"];
  if (typeof payload !== "object") return "";
  if (payload.$ref !== undefined) return payload.$ref.endsWith("RunnerEvent") ? "an agent event" : "a blocking state";
  return keysOf(payload, root, []);
}

/** `exit_code` (integer), with `?` behind what may be absent. */
function keysOf(schema: JsonSchema, root: JsonSchema, without: readonly string[]): string {
  return Object.entries(schema.properties ?? {})
    .filter(([key]) => !without.includes(key))
    .map(
      ([key, property]) =>
        `\`${key}\`${schema.required?.includes(key) === true ? "" : "?"} (${shortType(typeOf(property, root, { nullable: true }))})`,
    )
    .join(", ");
}

function shortType(type: string): string {
  return type.replaceAll("`, `", "`|`");
}

function tag(variant: JsonSchema, key: string): string {
  const property = variant.properties?.[key];
  return typeof property === "object" ? String(property.const) : "";
}

function blockingText(schema: JsonSchema): string {
  const state = schema.$defs?.["BlockingState"];
  const reason = typeof state === "object" ? state.properties?.["reason"] : undefined;
  const variants = (typeof reason === "object" ? (reason.oneOf ?? []) : []).filter((variant) => typeof variant === "object");
  const rows = variants.map((variant) => [`\`${tag(variant, "kind")}\``, keysOf(variant, schema, ["kind"])]);
  const keys = typeof state === "object" ? keysOf(state, schema, ["reason"]) : "";
  return `Why no work happens: ${keys}, and \`reason\`, by its \`kind\`:\n\n${table(["Reason", "Keys"], rows)}`;
}
