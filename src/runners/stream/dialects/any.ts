import type { RunnerEvent } from "../../event.ts";
import { firstString, type JsonObject, objectAt, readJsonObject, stringAt } from "../json.ts";
import { type Dialect, type UnixNow, unlessBlank } from "../parser.ts";
import { isSessionId } from "../session-id.ts";
import { toolSummary } from "../tool-summary.ts";
import { ClaudeDialect } from "./claude.ts";
import { CodexDialect } from "./codex.ts";
import { CursorDialect } from "./cursor.ts";
import { GeminiDialect } from "./gemini.ts";
import { KimiDialect } from "./kimi.ts";
import { OpencodeDialect } from "./opencode.ts";
import { PiDialect } from "./pi.ts";

const DIALECTS = ["codex", "cursor", "pi", "claude", "gemini", "opencode", "kimi"] as const;
type DialectName = (typeof DIALECTS)[number];

/**
 * Plugin programs: the plain form (`text`, `tool_call`, `finish`), or any of the built-in agents'
 * dialects, told apart by the shape of each event. Only `finish` and `session` name a session.
 */
export class AnyDialect implements Dialect {
  readonly #dialects: Readonly<Record<DialectName, Dialect>>;
  #plainText = "";
  #lastAnswer: DialectName | "plain" | null = null;

  constructor(now: UnixNow) {
    this.#dialects = {
      codex: new CodexDialect(now),
      cursor: new CursorDialect(),
      pi: new PiDialect(),
      claude: new ClaudeDialect(),
      gemini: new GeminiDialect(),
      opencode: new OpencodeDialect(now),
      kimi: new KimiDialect(),
    };
  }

  event(event: JsonObject): RunnerEvent[] {
    const plain = this.#plain(event);
    if (plain !== null) return plain;
    const name = dialectOf(event);
    if (name === null) return [];
    const events = this.#dialects[name].event(event).filter((each) => each.type !== "session");
    if (events.some((each) => each.type === "text")) this.#lastAnswer = name;
    return events;
  }

  end(): RunnerEvent[] {
    const held = DIALECTS.map((name) => ({ name, events: this.#dialects[name].end() }));
    const shown = held.flatMap(({ events }) => events.filter((event) => event.type !== "final"));
    const final =
      this.#lastAnswer === "plain"
        ? unlessBlank(this.#plainText.trim(), (text): RunnerEvent => ({ type: "final", text }))
        : held.filter(({ name }) => name === this.#lastAnswer).flatMap(({ events }) => events.filter((event) => event.type === "final"));
    return [...shown, ...final];
  }

  /** The plain form, or null for an event of another dialect. */
  #plain(event: JsonObject): RunnerEvent[] | null {
    const type = stringAt(event, "type");
    if (type === "finish" || type === "session") {
      const id = firstString(event, "session_id", ...(type === "session" ? ["id"] : []));
      const session: RunnerEvent[] = isSessionId(id) ? [{ type: "session", id }] : [];
      return type === "finish" ? [...session, { type: "end", ok: true }] : session;
    }
    if (type === "text" && typeof event["content"] === "string") {
      this.#lastAnswer = "plain";
      this.#plainText = event["content"].trim() === "" ? this.#plainText : event["content"];
      return unlessBlank(event["content"], (text) => ({ type: "text", text }));
    }
    if (type === "tool_call" && stringAt(event, "name") !== "" && "arguments" in event) {
      return [{ type: "tool_call", name: stringAt(event, "name"), summary: toolSummary(argumentsOf(event["arguments"])) }];
    }
    return null;
  }
}

function argumentsOf(value: unknown): unknown {
  return typeof value === "string" ? readJsonObject(value) : value;
}

/** Whose event this is, by its shape; null for nobody's. */
export function dialectOf(event: JsonObject): DialectName | null {
  const message = objectAt(event, "message");
  switch (stringAt(event, "type")) {
    case "item.completed":
    case "item.started":
    case "item.updated":
    case "turn.completed":
    case "turn.failed":
      return "codex";
    case "tool_call":
      return "cursor";
    case "message_update":
    case "tool_execution_start":
    case "agent_end":
      return "pi";
    case "message_end":
      return isPiMessage(message) ? "pi" : "claude";
    case "assistant":
    case "user":
    case "rate_limit_event":
      return "claude";
    case "result":
      return "status" in event && !("is_error" in event) ? "gemini" : "claude";
    case "message":
      return event["role"] === "assistant" ? "gemini" : null;
    case "tool_result":
      return "gemini";
    case "tool_use":
      return "part" in event ? "opencode" : "gemini";
    case "text":
    case "reasoning":
    case "step_start":
    case "step_finish":
      return "opencode";
    case "error":
      return typeof event["message"] === "string" && !("error" in event) ? "codex" : "opencode";
    default:
      return event["role"] === "assistant" || event["role"] === "tool" ? "kimi" : null;
  }
}

function isPiMessage(message: JsonObject): boolean {
  return message["role"] === "toolResult" || ["api", "provider", "responseId"].some((key) => key in message);
}
