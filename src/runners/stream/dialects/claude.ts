import type { RunnerEvent } from "../../event.ts";
import { firstString, type JsonObject, numberAt, objectAt, objectsAt, stringAt, stringsAt } from "../json.ts";
import { type Dialect, unlessBlank } from "../parser.ts";
import { resetTime } from "../retry-after.ts";
import { isSessionId } from "../session-id.ts";
import { toolSummary } from "../tool-summary.ts";

/** Claude Code with `--output-format stream-json`. */
export class ClaudeDialect implements Dialect {
  /** The agent's last message, without those of its sub-agents. */
  #answer = "";
  #isFinal = false;
  #lastText = "";
  #lastError = "";
  readonly #tools = new Map<string, string>();
  readonly #denied = new Set<string>();

  event(event: JsonObject): RunnerEvent[] {
    switch (stringAt(event, "type")) {
      case "system":
        return this.#system(event);
      case "session":
        return session(stringAt(event, "session_id"));
      case "rate_limit_event":
        return usageLimit(event);
      case "assistant":
        return this.#assistant(event);
      case "user":
        return this.#toolResults(event);
      case "message_end":
        return this.#messageEnd(objectAt(event, "message"));
      case "result":
        return this.#result(event);
      default:
        return this.#denials(event);
    }
  }

  end(): RunnerEvent[] {
    return this.#isFinal ? [] : unlessBlank(this.#answer, (text) => ({ type: "final", text }));
  }

  #system(event: JsonObject): RunnerEvent[] {
    switch (stringAt(event, "subtype")) {
      case "init":
        return session(stringAt(event, "session_id"));
      case "api_retry":
        return [{ type: "warning", text: retryText(event) }];
      case "permission_denied":
        return this.#denial(event);
      default:
        return [];
    }
  }

  #assistant(event: JsonObject): RunnerEvent[] {
    const content = objectsAt(event, "message", "content");
    if (event["is_api_error_message"] === true) return this.#apiError(event, content);
    const isOwn = stringAt(event, "parent_tool_use_id") === "";
    const said = content
      .filter((item) => item["type"] === "text")
      .map((item) => stringAt(item, "text").trim())
      .filter((text) => text !== "")
      .join("\n");
    if (isOwn && said !== "") this.#answer = said;
    return [...content.flatMap((item) => this.#content(item, isOwn)), ...this.#denials(event)];
  }

  #content(item: JsonObject, isOwn: boolean): RunnerEvent[] {
    const text = stringAt(item, "text");
    switch (item["type"]) {
      case "text":
        if (isOwn && text.trim() !== "") this.#lastText = text.trim();
        return unlessBlank(text, (shown) => ({ type: "text", text: shown }));
      case "thinking":
      case "analysis":
      case "reasoning":
        return unlessBlank(firstString(item, "thinking", "text"), (shown) => ({ type: "reasoning", text: shown }));
      case "tool_use": {
        const name = stringAt(item, "name") || "tool";
        this.#tools.set(stringAt(item, "id"), name);
        return [{ type: "tool_call", name, summary: toolSummary(item["input"]) }];
      }
      default:
        return [];
    }
  }

  /** Only failed tools: a success is shown by what the agent does next. */
  #toolResults(event: JsonObject): RunnerEvent[] {
    return objectsAt(event, "message", "content").flatMap((item): RunnerEvent[] => {
      if (item["type"] !== "tool_result") return [];
      const id = stringAt(item, "tool_use_id");
      const name = this.#tools.get(id) ?? "tool";
      this.#tools.delete(id);
      return item["is_error"] === true && !this.#denied.has(id) ? [{ type: "tool_result", name, status: "error" }] : [];
    });
  }

  #messageEnd(message: JsonObject): RunnerEvent[] {
    if (message["role"] === "toolResult") {
      return [
        { type: "tool_result", name: stringAt(message, "toolName") || "tool", status: message["isError"] === true ? "error" : "completed" },
      ];
    }
    if (message["role"] !== "assistant") return [];
    const content = message["content"];
    const items = typeof content === "string" ? [{ type: "text", text: content }] : objectsAt(message, "content");
    return this.#assistant({ message: { content: items } });
  }

  #result(event: JsonObject): RunnerEvent[] {
    const ok = event["is_error"] !== true;
    const shown = ok ? this.#answered(stringAt(event, "result")) : this.#failed(event);
    return [...shown, ...this.#denials(event), ...usage(event), { type: "end", ok }];
  }

  #answered(result: string): RunnerEvent[] {
    if (result.trim() === "") return [];
    this.#isFinal = true;
    const repeats = result.trim() === this.#lastText || result.trim() === this.#answer;
    return [...(repeats ? [] : [{ type: "text", text: result } as const]), { type: "final", text: result }];
  }

  #failed(event: JsonObject): RunnerEvent[] {
    const listed = stringsAt(event, "errors").filter((text) => text.trim() !== "");
    const single = firstString(objectAt(event, "error"), "message") || stringAt(event, "result");
    return (listed.length > 0 ? listed : [single]).flatMap((text) => this.#error(text, numberAt(event, "api_error_status")));
  }

  #apiError(event: JsonObject, content: readonly JsonObject[]): RunnerEvent[] {
    const text = content.map((item) => stringAt(item, "text")).join("\n");
    return this.#error(text, numberAt(event, "api_error_status"));
  }

  #error(text: string, status: number | null): RunnerEvent[] {
    if (text.trim() === "" || text === this.#lastError) return [];
    this.#lastError = text;
    return [{ type: "error", text, ...(status === null ? {} : { status }) }];
  }

  #denials(event: JsonObject): RunnerEvent[] {
    return objectsAt(event, "permission_denials").flatMap((denial) => this.#denial(denial));
  }

  /** Told when it happens, and once more in the result. */
  #denial(denial: JsonObject): RunnerEvent[] {
    const id = stringAt(denial, "tool_use_id");
    const tool = stringAt(denial, "tool_name");
    if (tool === "" || this.#denied.has(id)) return [];
    if (id !== "") this.#denied.add(id);
    return [{ type: "permission_denied", tool }];
  }
}

function session(id: string): RunnerEvent[] {
  return isSessionId(id) ? [{ type: "session", id }] : [];
}

function usageLimit(event: JsonObject): RunnerEvent[] {
  const info = objectAt(event, "rate_limit_info");
  const source = stringAt(event, "status") === "" ? info : event;
  if (stringAt(source, "status") !== "rejected") return [];
  return [{ type: "usage_limit", resets_at: resetTime(numberAt(source, "resetsAt") ?? numberAt(info, "resetsAt")) }];
}

function retryText(event: JsonObject): string {
  const attempt = `${numberAt(event, "attempt") ?? "?"} of ${numberAt(event, "max_retries") ?? "?"}`;
  const status = numberAt(event, "error_status");
  const seconds = Math.round((numberAt(event, "retry_delay_ms") ?? 0) / 1000);
  return `The model did not answer${status === null ? "" : ` (status ${status})`}; the agent tries again in ${seconds} s, ${attempt}.`;
}

/**
 * `total_cost_usd` and `modelUsage` are running totals of a continued session, `usage` is this call's;
 * `model_usage_since_last_result` has this call's tokens and cost, of all models.
 */
function usage(event: JsonObject): RunnerEvent[] {
  const models = Object.values(objectAt(event, "model_usage_since_last_result"));
  const sum = (key: string) => models.reduce<number>((total, model) => total + (numberAt(model, key) ?? 0), 0);
  if (models.length > 0) {
    const cached = sum("cacheReadInputTokens");
    return [
      {
        type: "usage",
        input_tokens: sum("inputTokens") + cached + sum("cacheCreationInputTokens"),
        output_tokens: sum("outputTokens"),
        cache_read_tokens: cached,
        cost: sum("costUSD"),
        cumulative: false,
      },
    ];
  }
  const tokens = objectAt(event, "usage");
  const count = (key: string) => Math.max(0, Math.trunc(numberAt(tokens, key) ?? 0));
  const cached = count("cache_read_input_tokens");
  const input = count("input_tokens") + cached + count("cache_creation_input_tokens");
  if (input === 0 && count("output_tokens") === 0) return [];
  const cost = numberAt(event, "total_cost_usd");
  return [
    {
      type: "usage",
      input_tokens: input,
      output_tokens: count("output_tokens"),
      cache_read_tokens: cached,
      ...(cost === null ? {} : { cost }),
      cumulative: false,
    },
  ];
}
