import type { RunnerEvent } from "../../event.ts";
import { type JsonObject, numberAt, objectAt, objectsAt, stringAt } from "../json.ts";
import { type Dialect, unlessBlank } from "../parser.ts";
import { isSessionId } from "../session-id.ts";
import { toolSummary } from "../tool-summary.ts";

/** pi with `--mode json`. */
export class PiDialect implements Dialect {
  #answer = "";
  /** How the last message of the agent ended; the program exits with 0 after a failed one too. */
  #failed = false;

  event(event: JsonObject): RunnerEvent[] {
    switch (stringAt(event, "type")) {
      case "session": {
        const id = stringAt(event, "id");
        return isSessionId(id) ? [{ type: "session", id }] : [];
      }
      case "message_update": {
        const update = objectAt(event, "assistantMessageEvent");
        if (update["type"] !== "thinking_end") return [];
        return unlessBlank(stringAt(update, "content"), (text) => ({ type: "reasoning", text }));
      }
      case "tool_execution_start":
        return [{ type: "tool_call", name: stringAt(event, "toolName") || "Tool", summary: toolSummary(event["args"]) }];
      case "message_end":
        return this.#message(objectAt(event, "message"));
      case "auto_retry_start":
        return [{ type: "warning", text: `The agent tries again: ${stringAt(event, "errorMessage") || "the model did not answer"}` }];
      case "agent_end":
        return [{ type: "end", ok: !this.#failed }];
      case "result": {
        const text = texts(event["result"]);
        if (text !== "") this.#answer = text;
        return unlessBlank(text, (shown) => ({ type: "text", text: shown }));
      }
      default:
        return [];
    }
  }

  end(): RunnerEvent[] {
    return unlessBlank(this.#answer, (text) => ({ type: "final", text }));
  }

  #message(message: JsonObject): RunnerEvent[] {
    if (message["role"] === "toolResult") {
      const status = message["isError"] === true ? "error" : "completed";
      return [{ type: "tool_result", name: stringAt(message, "toolName") || "Tool", status }];
    }
    if (message["role"] !== "assistant") return [];
    const stop = stringAt(message, "stopReason");
    this.#failed = stop === "error" || stop === "aborted";
    const text = texts(message["content"]);
    if (text !== "") this.#answer = text;
    const error = this.#failed
      ? unlessBlank(stringAt(message, "errorMessage") || stop, (shown): RunnerEvent => ({ type: "error", text: shown }))
      : [];
    return [...unlessBlank(text, (shown): RunnerEvent => ({ type: "text", text: shown })), ...error, ...usage(message)];
  }
}

function texts(content: unknown): string {
  if (typeof content === "string") return content.trim();
  return objectsAt({ content }, "content")
    .filter((item) => item["type"] === "text")
    .map((item) => stringAt(item, "text").trim())
    .filter((text) => text !== "")
    .join("\n");
}

function usage(message: JsonObject): RunnerEvent[] {
  const tokens = objectAt(message, "usage");
  if (numberAt(tokens, "input") === null) return [];
  const count = (key: string) => Math.max(0, Math.trunc(numberAt(tokens, key) ?? 0));
  const cost = numberAt(tokens, "cost", "total");
  return [
    {
      type: "usage",
      input_tokens: count("input") + count("cacheRead") + count("cacheWrite"),
      output_tokens: count("output"),
      cache_read_tokens: count("cacheRead"),
      ...(cost === null ? {} : { cost }),
      cumulative: false,
    },
  ];
}
