import type { RunnerEvent } from "../../event.ts";
import { firstString, type JsonObject, numberAt, objectAt, stringAt } from "../json.ts";
import { type Dialect, type UnixNow, unlessBlank } from "../parser.ts";
import { retryAfterOf } from "../retry-after.ts";
import { sessionIdTest } from "../session-id.ts";
import { toolSummary } from "../tool-summary.ts";

/** How its session ids begin. */
export const OPENCODE_SESSION = /^ses/;
const isOwnSession = sessionIdTest(OPENCODE_SESSION);

/** `opencode run --format json`. */
export class OpencodeDialect implements Dialect {
  readonly #now: UnixNow;
  #session = "";
  /** Text of the last step that had any. */
  #answer = "";
  #isNewStep = true;

  constructor(now: UnixNow) {
    this.#now = now;
  }

  event(event: JsonObject): RunnerEvent[] {
    return [...this.#sessionOf(event), ...this.#content(event)];
  }

  end(): RunnerEvent[] {
    return unlessBlank(this.#answer.trim(), (text) => ({ type: "final", text }));
  }

  /** Every event carries the session; it is told once. */
  #sessionOf(event: JsonObject): RunnerEvent[] {
    const id = firstString(event, "sessionID", "session_id");
    if (id === this.#session || !isOwnSession(id)) return [];
    this.#session = id;
    return [{ type: "session", id }];
  }

  #content(event: JsonObject): RunnerEvent[] {
    const part = objectAt(event, "part");
    switch (stringAt(event, "type")) {
      case "step_start":
        this.#isNewStep = true;
        return [];
      case "text":
        this.#answer = (this.#isNewStep ? "" : this.#answer) + stringAt(part, "text");
        this.#isNewStep = false;
        return unlessBlank(stringAt(part, "text"), (text) => ({ type: "text", text }));
      case "reasoning":
        return unlessBlank(stringAt(part, "text"), (text) => ({ type: "reasoning", text }));
      case "tool_use":
        return toolUse(part);
      case "step_finish":
        return stepFinish(part);
      case "error":
        return this.#error(event);
      default:
        return [];
    }
  }

  #error(event: JsonObject): RunnerEvent[] {
    const data = objectAt(event, "error", "data");
    const text = stringAt(data, "message") || stringAt(event, "error", "name") || stringAt(event, "message");
    const status = numberAt(data, "statusCode") ?? numberAt(data, "status");
    const retryable = data["isRetryable"];
    const limit: RunnerEvent[] =
      status === 429 ? [{ type: "usage_limit", resets_at: retryAfterOf(objectAt(data, "responseHeaders"), this.#now()) }] : [];
    const error = unlessBlank(text, (shown) => ({
      type: "error",
      text: shown,
      ...(status === null ? {} : { status }),
      ...(typeof retryable === "boolean" ? { retryable } : {}),
    }));
    return [...limit, ...error, { type: "end", ok: false }];
  }
}

function toolUse(part: JsonObject): RunnerEvent[] {
  const state = objectAt(part, "state");
  const name = stringAt(part, "tool") || "tool";
  const status = stringAt(state, "status");
  const call = {
    type: "tool_call",
    name,
    summary: toolSummary(state["input"] ?? part["input"]),
    ...(status === "" ? {} : { status }),
  } as const;
  // The program's own wording for a permission that nobody could be asked for.
  const isRefused = status === "error" && /\brejected permission\b/.test(stringAt(state, "error"));
  return isRefused ? [call, { type: "permission_denied", tool: name }] : [call];
}

/** Tokens and cost of one step; the steps of a turn add up. A step that ends in tool calls is followed by another. */
function stepFinish(part: JsonObject): RunnerEvent[] {
  const tokens = objectAt(part, "tokens");
  const count = (...path: string[]) => Math.max(0, Math.trunc(numberAt(tokens, ...path) ?? 0));
  const cost = numberAt(part, "cost");
  const usage: RunnerEvent = {
    type: "usage",
    input_tokens: count("input") + count("cache", "read") + count("cache", "write"),
    output_tokens: count("output") + count("reasoning"),
    cache_read_tokens: count("cache", "read"),
    ...(cost === null ? {} : { cost }),
    cumulative: false,
  };
  const reason = stringAt(part, "reason");
  const isLast = reason !== "" && reason !== "tool-calls";
  return [usage, ...(isLast ? [{ type: "end", ok: reason !== "error" } as const] : [])];
}
