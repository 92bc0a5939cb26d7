import * as v from "valibot";
import { compact } from "../base/shape.ts";
import { RunEvent } from "../run/events.ts";
import { HookSettings } from "../run/hooks.ts";
import { ResultFile } from "./files/result-file.ts";

/** The executable configuration that the run began with: its text, and what it is evaluated with. */
export const SentCode = v.object({
  bundle: v.string(),
  digest: v.string(),
  context: v.object({
    repoRoot: v.string(),
    configFile: v.string(),
    command: v.array(v.string()),
    config: v.unknown(),
    version: v.string(),
  }),
});
export type SentCode = v.InferOutput<typeof SentCode>;

/** What a coordinator says to its worker over the channel. */
export const ToWorker = v.variant("kind", [
  /**
   * The worker begins; `message` is a person's remark for the agent. `code` is sent so that a worker never
   * reads it from its worktree; `settings`: what hooks want for the task.
   */
  v.object({
    kind: v.literal("start"),
    message: v.nullable(v.string()),
    code: v.nullable(SentCode),
    settings: v.nullable(v.pipe(HookSettings, v.transform(compact))),
  }),
  /** No turn with this runner before `until` (RFC 3339, UTC). */
  v.object({ kind: v.literal("limit"), runner: v.string(), until: v.string() }),
  /** The answer to `want`: nobody else lands until this worker's work has, or an agent's turn begins. */
  v.object({ kind: v.literal("go") }),
  /** After a result: the target has moved on, bring the work up to date once more. */
  v.object({ kind: v.literal("integrate") }),
  /** After a result: it is not needed any more. */
  v.object({ kind: v.literal("leave") }),
  v.object({ kind: v.literal("stop") }),
]);
export type ToWorker = v.InferOutput<typeof ToWorker>;

/** What a worker says to its coordinator. The files say the same, and first. */
export const FromWorker = v.variant("kind", [
  v.object({ kind: v.literal("heartbeat") }),
  v.object({ kind: v.literal("step"), step: v.picklist(["phases", "integrating", "ready", "blocked", "interrupted"]) }),
  v.object({ kind: v.literal("event"), event: RunEvent }),
  /** What the user's own code printed or logged, with its name before it. */
  v.object({ kind: v.literal("said"), level: v.picklist(["error", "warn", "info", "debug"]), text: v.string() }),
  /** Before and after each turn of the agent, so that writes outside the worktree can be noticed. */
  v.object({ kind: v.literal("turn"), active: v.boolean() }),
  v.object({ kind: v.literal("limit"), runner: v.string(), until: v.string() }),
  /** The work is to be put onto the target's tip and gated: not while another's is. */
  v.object({ kind: v.literal("want") }),
  /** The agent has to do something first: others may go on. */
  v.object({ kind: v.literal("yield") }),
  v.object({ kind: v.literal("result"), result: ResultFile }),
]);
export type FromWorker = v.InferOutput<typeof FromWorker>;
