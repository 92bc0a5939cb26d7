import type { RunnerEvent } from "../../event.ts";
import { firstString, type JsonObject, objectAt, objectsAt, stringAt } from "../json.ts";
import { type Dialect, unlessBlank } from "../parser.ts";
import { isSessionId } from "../session-id.ts";
import { toolSummary } from "../tool-summary.ts";

/** Events of the Cursor SDK, one a line. */
export class CursorDialect implements Dialect {
  #answer = "";

  event(event: JsonObject): RunnerEvent[] {
    return [...session(event), ...this.#content(event)];
  }

  end(): RunnerEvent[] {
    return unlessBlank(this.#answer.trim(), (text) => ({ type: "final", text }));
  }

  #content(event: JsonObject): RunnerEvent[] {
    switch (stringAt(event, "type")) {
      case "tool_call":
        return [toolCall(event)];
      case "assistant": {
        const text = objectsAt(event, "message", "content")
          .map((item) => stringAt(item, "text"))
          .join("");
        this.#answer = event["delta"] === false ? text : this.#answer + text;
        return unlessBlank(text, (shown) => ({ type: "text", text: shown }));
      }
      case "thinking":
        return unlessBlank(firstString(event, "text", "thinking"), (text) => ({ type: "reasoning", text }));
      case "error": {
        const retryable = event["is_retryable"];
        return unlessBlank(stringAt(event, "message"), (text) => ({
          type: "error",
          text,
          ...(typeof retryable === "boolean" ? { retryable } : {}),
        }));
      }
      case "result":
        if (stringAt(event, "result").trim() !== "") this.#answer = stringAt(event, "result");
        return [{ type: "end", ok: event["is_error"] !== true }];
      default:
        return [];
    }
  }
}

function session(event: JsonObject): RunnerEvent[] {
  const id = firstString(event, "session_id", "agent_id", "agentId");
  return /^(agent|bc)-/.test(id) && isSessionId(id) ? [{ type: "session", id }] : [];
}

function toolCall(event: JsonObject): RunnerEvent {
  const subtype = stringAt(event, "subtype");
  const status = ["", "started", "running"].includes(subtype) ? {} : { status: subtype };
  const { name, input } = toolOf(event);
  return { type: "tool_call", name, summary: toolSummary(input), ...status };
}

function toolOf(event: JsonObject): { name: string; input: unknown } {
  const own = stringAt(event, "name");
  if (own !== "") return { name: own, input: event["args"] ?? event["result"] };
  const call = objectAt(event, "tool_call");
  if ("readToolCall" in call) return { name: "read_file", input: objectAt(call, "readToolCall")["args"] };
  if ("writeToolCall" in call) return { name: "write_file", input: objectAt(call, "writeToolCall")["args"] };
  if ("function" in call) {
    const used = objectAt(call, "function");
    return { name: stringAt(used, "name") || "tool", input: used["arguments"] ?? used["args"] };
  }
  if ("mcpToolCall" in call) {
    const args = objectAt(call, "mcpToolCall", "args");
    const name = [stringAt(args, "providerIdentifier"), stringAt(args, "toolName")].filter((part) => part !== "").join(".");
    return { name: name || stringAt(args, "name") || "tool", input: args["args"] };
  }
  return { name: "shell", input: objectAt(call, "shellToolCall")["args"] };
}
