import type { RunnerEvent } from "../../event.ts";
import { type JsonObject, objectAt, objectsAt, readJsonObject, stringAt } from "../json.ts";
import { type Dialect, unlessBlank } from "../parser.ts";
import { toolSummary } from "../tool-summary.ts";

/** Kimi CLI with `--output-format stream-json`: messages by role, no types, no session id. */
export class KimiDialect implements Dialect {
  #answer = "";
  readonly #tools = new Map<string, string>();

  event(event: JsonObject): RunnerEvent[] {
    if (event["role"] === "assistant") return this.#assistant(event);
    if (event["role"] !== "tool") return [];
    const id = stringAt(event, "tool_call_id");
    const name = stringAt(event, "tool_name") || this.#tools.get(id) || "Tool";
    this.#tools.delete(id);
    return [{ type: "tool_result", name, status: "completed" }];
  }

  end(): RunnerEvent[] {
    return unlessBlank(this.#answer, (text) => ({ type: "final", text }));
  }

  #assistant(event: JsonObject): RunnerEvent[] {
    const content = event["content"];
    const items: JsonObject[] = typeof content === "string" ? [{ type: "text", text: content }] : objectsAt(event, "content");
    const said = items.filter((item) => item["type"] === "text").map((item) => stringAt(item, "text").trim());
    const answer = said.filter((text) => text !== "").join("\n");
    if (answer !== "") this.#answer = answer;
    return [...items.flatMap(contentEvents), ...objectsAt(event, "tool_calls").map((call) => this.#toolCall(call))];
  }

  #toolCall(call: JsonObject): RunnerEvent {
    const name = stringAt(call, "function", "name") || "Tool";
    this.#tools.set(stringAt(call, "id"), name);
    return { type: "tool_call", name, summary: toolSummary(readJsonObject(stringAt(objectAt(call, "function"), "arguments"))) };
  }
}

function contentEvents(item: JsonObject): RunnerEvent[] {
  if (item["type"] === "text") return unlessBlank(stringAt(item, "text"), (text) => ({ type: "text", text }));
  if (item["type"] === "think") return unlessBlank(stringAt(item, "think"), (text) => ({ type: "reasoning", text }));
  return [];
}
