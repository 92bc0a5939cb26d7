import type { RunnerEvent } from "../../event.ts";
import { type JsonObject, numberAt, objectAt, stringAt } from "../json.ts";
import { type Dialect, unlessBlank } from "../parser.ts";
import { isSessionId } from "../session-id.ts";
import { toolSummary } from "../tool-summary.ts";

/** Gemini CLI with `--output-format stream-json`. */
export class GeminiDialect implements Dialect {
  #answer = "";
  /** Pieces of the present message that were not shown yet. */
  #pending = "";
  #continues = false;
  readonly #tools = new Map<string, string>();

  event(event: JsonObject): RunnerEvent[] {
    if (event["type"] === "message" && event["role"] === "assistant") return this.#message(event);
    return [...this.#flush(), ...this.#other(event)];
  }

  end(): RunnerEvent[] {
    return [...this.#flush(), ...unlessBlank(this.#answer.trim(), (text): RunnerEvent => ({ type: "final", text }))];
  }

  /** Pieces come a few words at a time: whole lines are shown, the rest is kept for the next piece. */
  #message(event: JsonObject): RunnerEvent[] {
    const text = stringAt(event, "content");
    const isPiece = event["delta"] === true;
    this.#answer = isPiece && this.#continues ? this.#answer + text : text;
    if (!isPiece) return [...this.#flush(), ...unlessBlank(text, (shown): RunnerEvent => ({ type: "text", text: shown }))];
    this.#continues = true;
    this.#pending += text;
    const lastBreak = this.#pending.lastIndexOf("\n");
    if (lastBreak < 0) return [];
    const lines = this.#pending.slice(0, lastBreak);
    this.#pending = this.#pending.slice(lastBreak + 1);
    return unlessBlank(lines, (shown) => ({ type: "text", text: shown }));
  }

  #flush(): RunnerEvent[] {
    const rest = this.#pending;
    this.#pending = "";
    this.#continues = false;
    return unlessBlank(rest, (text) => ({ type: "text", text }));
  }

  #other(event: JsonObject): RunnerEvent[] {
    switch (stringAt(event, "type")) {
      case "init":
      case "session":
      case "session_started":
      case "system": {
        const id = stringAt(event, "session_id");
        return isSessionId(id) ? [{ type: "session", id }] : [];
      }
      case "tool_use": {
        const name = stringAt(event, "tool_name") || "tool";
        this.#tools.set(stringAt(event, "tool_id"), name);
        return [{ type: "tool_call", name, summary: toolSummary(event["parameters"]) }];
      }
      case "tool_result": {
        const id = stringAt(event, "tool_id");
        const name = stringAt(event, "tool_name") || this.#tools.get(id) || "";
        this.#tools.delete(id);
        return unlessBlank(name, (tool) => ({ type: "tool_result", name: tool, status: stringAt(event, "status") || "completed" }));
      }
      case "error":
        return unlessBlank(stringAt(event, "message") || stringAt(event, "error", "message"), (text) => ({
          type: "error",
          text,
          ...(event["severity"] === "warning" ? { transient: true } : {}),
        }));
      case "result":
        return result(event);
      default:
        return [];
    }
  }
}

function result(event: JsonObject): RunnerEvent[] {
  const ok = event["status"] === undefined || event["status"] === "success";
  const stats = objectAt(event, "stats");
  const count = (key: string) => Math.max(0, Math.trunc(numberAt(stats, key) ?? 0));
  const usage: RunnerEvent[] =
    numberAt(stats, "input_tokens") === null
      ? []
      : [
          {
            type: "usage",
            input_tokens: count("input_tokens"),
            output_tokens: count("output_tokens"),
            cache_read_tokens: count("cached"),
            cumulative: false,
          },
        ];
  const error = ok ? [] : unlessBlank(stringAt(event, "error", "message"), (text): RunnerEvent => ({ type: "error", text }));
  return [...error, ...usage, { type: "end", ok }];
}
