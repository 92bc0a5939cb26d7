import * as v from "valibot";

/** One thing a scripted agent does in a turn. */
export const Step = v.union([
  /** The prompt is not read; only as the first step. */
  v.strictObject({ deaf: v.literal(true) }),
  v.strictObject({ say: v.string() }),
  v.strictObject({ write: v.string(), text: v.string() }),
  /** A line of sh in the repository; what it prints is the output of the agent's command. */
  v.strictObject({ run: v.string() }),
  /** The agent wants to use this tool and is not allowed to. */
  v.strictObject({ denied: v.string() }),
  /** Bytes of standard output outside of the dialect, as base64. */
  v.strictObject({ bytes: v.string() }),
  /** Standard output and standard error as they are, without a line end. */
  v.strictObject({ out: v.string() }),
  v.strictObject({ err: v.string() }),
  /** So many MiB: as many messages, as the output of one tool, or on standard error. */
  v.strictObject({ flood: v.picklist(["messages", "tool", "stderr"]), mebibytes: v.number() }),
  /** The plan's quota is used up and is reset so many seconds from now. */
  v.strictObject({ limit: v.number() }),
  /** The model cannot be reached: nobody is logged in, or the service is down. */
  v.strictObject({ refused: v.picklist(["unauthorised", "unavailable"]) }),
  /** The event that ends the turn; `half` stops in the middle of it, `none` leaves it out. Without this step: `ok`. */
  v.strictObject({ end: v.picklist(["ok", "failed", "half", "unterminated", "none"]) }),
  v.strictObject({ exit: v.number() }),
  v.strictObject({ kill: v.picklist(["SIGKILL", "SIGSEGV", "SIGTERM"]) }),
  /** Tells by the file of this name that it waits, then never ends; `sigint`: what SIGINT does to it. */
  v.strictObject({ hang: v.string(), sigint: v.picklist(["dies", "ignored", "exits 0"]) }),
  /** Leaves a process behind that holds its output open; its id is in the file of this name. */
  v.strictObject({ leave: v.string(), place: v.picklist(["group", "detached"]) }),
]);
export type Step = v.InferOutput<typeof Step>;

/** What the agent does when it is called for the first, the second, … time; the last turn is repeated. */
export const Script = v.array(v.array(Step));
export type Script = readonly (readonly Step[])[];

/** What is noted of a call before the agent does anything. */
export const AgentCall = v.strictObject({
  /** The agent session to continue; null for a new one. */
  resumed: v.nullable(v.string()),
  session: v.string(),
  model: v.string(),
  /** Null when the agent did not read it. */
  prompt: v.nullable(v.string()),
  task: v.string(),
});
export type AgentCall = v.InferOutput<typeof AgentCall>;
