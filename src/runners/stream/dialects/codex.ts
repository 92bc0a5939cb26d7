import type { RunnerEvent } from "../../event.ts";
import { firstString, type JsonObject, numberAt, objectAt, objectsAt, stringAt } from "../json.ts";
import { type Dialect, type UnixNow, unlessBlank } from "../parser.ts";
import { retryAfterOf } from "../retry-after.ts";
import { isSessionId } from "../session-id.ts";
import { toolSummary } from "../tool-summary.ts";

/** `codex exec --json`. */
export class CodexDialect implements Dialect {
  readonly #now: UnixNow;
  #answer = "";
  #lastError = "";
  #plan = "";

  constructor(now: UnixNow) {
    this.#now = now;
  }

  event(event: JsonObject): RunnerEvent[] {
    switch (stringAt(event, "type")) {
      case "thread.started":
      case "session.started":
      case "session": {
        const id = firstString(event, "thread_id", "id");
        return isSessionId(id) ? [{ type: "session", id }] : [];
      }
      case "item.started":
      case "item.updated":
      case "item.completed":
        return this.#item(objectAt(event, "item"), stringAt(event, "type"));
      case "error":
        return this.#error(event, stringAt(event, "message"));
      case "turn.failed": {
        const error = objectAt(event, "error");
        return [...this.#error({ ...event, ...error }, stringAt(error, "message")), { type: "end", ok: false }];
      }
      case "turn.completed":
        return [...usage(objectAt(event, "usage")), { type: "end", ok: true }];
      default:
        return [];
    }
  }

  end(): RunnerEvent[] {
    return unlessBlank(this.#answer, (text) => ({ type: "final", text }));
  }

  #item(item: JsonObject, when: string): RunnerEvent[] {
    const type = stringAt(item, "type");
    if (type === "todo_list") return this.#todoList(item);
    if (when === "item.updated") return [];
    const isCompleted = when === "item.completed";
    switch (type) {
      case "agent_message":
        return isCompleted ? this.#message(stringAt(item, "text")) : [];
      case "reasoning":
        return unlessBlank(stringAt(item, "text"), (text) => ({ type: "reasoning", text }));
      case "command_execution":
        return [{ type: "command", command: stringAt(item, "command"), ...statusOf(commandStatus(item)) }];
      case "mcp_tool_call": {
        const name = [stringAt(item, "server"), stringAt(item, "tool")].filter((part) => part !== "").join(".") || "tool";
        const input = item["arguments"] ?? item["args"] ?? item["input"];
        return [{ type: "tool_call", name, summary: toolSummary(input), ...statusOf(stringAt(item, "status")) }];
      }
      case "web_search":
        return [{ type: "tool_call", name: "web_search", summary: searchSummary(item) }];
      case "collab_tool_call":
        return [{ type: "tool_call", name: `collab.${stringAt(item, "tool")}`, summary: "", ...statusOf(stringAt(item, "status")) }];
      case "file_change":
        return isCompleted ? fileChanges(item) : [];
      case "error":
        // Warnings come this way too; a failure is told by `turn.failed`.
        return isCompleted ? unlessBlank(stringAt(item, "message"), (text) => ({ type: "error", text, transient: true })) : [];
      default:
        return [];
    }
  }

  #message(text: string): RunnerEvent[] {
    const said = text.trim();
    if (said === "") return [];
    this.#answer = said;
    return [{ type: "text", text: `${text}\n` }];
  }

  #todoList(item: JsonObject): RunnerEvent[] {
    const items = objectsAt(item, "items");
    const summary = items.map((entry) => `[${entry["completed"] === true ? "x" : " "}] ${stringAt(entry, "text")}`).join(" ");
    if (summary === "" || summary === this.#plan) return [];
    this.#plan = summary;
    return [{ type: "tool_call", name: "plan", summary }];
  }

  #error(event: JsonObject, text: string): RunnerEvent[] {
    const status = statusField(event);
    const isReconnect = /^Reconnecting\b/.test(text);
    const isLimit = status === 429 && !isReconnect;
    return [
      ...(isLimit ? [{ type: "usage_limit", resets_at: retryAfterOf(event, this.#now()) } as const] : []),
      ...this.#shownError(text, { ...(status === null ? {} : { status }), ...(isReconnect ? { transient: true } : {}) }),
    ];
  }

  /** The reason of a failure comes as an event of its own, and once more with the failed turn. */
  #shownError(text: string, more: { status?: number; transient?: boolean }): RunnerEvent[] {
    if (text.trim() === "" || text === this.#lastError) return [];
    this.#lastError = text;
    return [{ type: "error", text, ...more }];
  }
}

function statusField(event: JsonObject): number | null {
  for (const key of ["status", "status_code", "http_status", "code"]) {
    const number = numberAt(event, key) ?? (/^\d{3}$/.test(stringAt(event, key)) ? Number(stringAt(event, key)) : null);
    if (number !== null) return number;
  }
  return null;
}

function statusOf(status: string): { status?: string } {
  return status === "" ? {} : { status };
}

function commandStatus(item: JsonObject): string {
  const status = stringAt(item, "status");
  const code = numberAt(item, "exit_code");
  if (code === null) return status;
  return status === "" ? `exit ${code}` : `${status} (exit ${code})`;
}

function searchSummary(item: JsonObject): string {
  const action = stringAt(item, "action") || stringAt(item, "action", "type");
  const parts = [
    ["query", stringAt(item, "query")],
    ["action", action],
  ];
  return parts.flatMap(([label, text]) => (text === "" ? [] : [`${label}=${text}`])).join(" ");
}

function fileChanges(item: JsonObject): RunnerEvent[] {
  return objectsAt(item, "changes").map((change) => ({
    type: "tool_call",
    name: "file_change",
    summary: toolSummary({ action: change["kind"], path: change["path"] }),
    ...statusOf(stringAt(item, "status")),
  }));
}

/** Running totals of the thread: a continued one goes on counting. */
function usage(tokens: JsonObject): RunnerEvent[] {
  const count = (key: string) => Math.max(0, Math.trunc(numberAt(tokens, key) ?? 0));
  if (numberAt(tokens, "input_tokens") === null && numberAt(tokens, "output_tokens") === null) return [];
  return [
    {
      type: "usage",
      input_tokens: count("input_tokens"),
      output_tokens: count("output_tokens"),
      cache_read_tokens: count("cached_input_tokens"),
      cumulative: true,
    },
  ];
}
