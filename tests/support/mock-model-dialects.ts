import { isAbsolute, join } from "node:path";
import type { ModelAction, ModelRequest, ModelStep } from "./mock-model.ts";

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const field = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);

/** Text of a message's content: a string, or its text parts. */
function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  return listOf(content)
    .map((part) => textOf(part["text"]))
    .filter((text) => text !== "")
    .join("\n");
}

function workingDirectory(body: unknown): string | null {
  const whole = JSON.stringify(body);
  const match = /(?:[Ww]orking directory: |<cwd>)(\/.*?)(?:\\n|<\/cwd>|")/.exec(whole);
  return match?.[1] ?? null;
}

/** The dialect's pieces of a conversation, in order. */
type Piece = { readonly kind: "user"; readonly text: string } | { readonly kind: "output"; readonly text: string };

function readPieces(pieces: readonly Piece[]): { text: string; toolOutputs: string[] } {
  const last = pieces.findLastIndex((piece) => piece.kind === "user");
  return { text: pieces[last]?.text ?? "", toolOutputs: pieces.slice(last + 1).map((piece) => piece.text) };
}

export function readAnthropic(body: unknown, headers: Headers): ModelRequest {
  const pieces: Piece[] = [];
  for (const message of listOf(field(body, "messages"))) {
    if (message["role"] !== "user") continue;
    const outputs = listOf(message["content"]).filter((part) => part["type"] === "tool_result");
    for (const part of outputs) pieces.push({ kind: "output", text: contentText(part["content"]) });
    if (outputs.length === 0) pieces.push({ kind: "user", text: contentText(message["content"]) });
  }
  const tools = listOf(field(body, "tools")).map((tool) => textOf(tool["name"]));
  return { dialect: "anthropic", ...readPieces(pieces), tools, cwd: workingDirectory(body), headers, body };
}

export function readResponses(body: unknown, headers: Headers): ModelRequest {
  const pieces: Piece[] = [];
  for (const item of listOf(field(body, "input"))) {
    if (textOf(item["type"]).endsWith("_call_output")) pieces.push({ kind: "output", text: outputText(item["output"]) });
    else if (item["role"] === "user") pieces.push({ kind: "user", text: contentText(item["content"]) });
  }
  const tools = listOf(field(body, "tools")).map((tool) => textOf(tool["name"]) || textOf(tool["type"]));
  return { dialect: "responses", ...readPieces(pieces), tools, cwd: workingDirectory(body), headers, body };
}

export function readChat(body: unknown, headers: Headers): ModelRequest {
  const pieces: Piece[] = [];
  for (const message of listOf(field(body, "messages"))) {
    if (message["role"] === "user") pieces.push({ kind: "user", text: contentText(message["content"]) });
    if (message["role"] === "tool") pieces.push({ kind: "output", text: contentText(message["content"]) });
  }
  const tools = listOf(field(body, "tools")).map((tool) => textOf(field(tool["function"], "name")));
  return { dialect: "chat", ...readPieces(pieces), tools, cwd: workingDirectory(body), headers, body };
}

function outputText(output: unknown): string {
  return typeof output === "string" ? output : contentText(output);
}

interface ToolUse {
  readonly name: string;
  readonly input: Json;
}

/** The tool call of this agent that does what the action says. */
function toolUse(request: ModelRequest, action: ModelAction): ToolUse {
  const first = (...names: string[]) => names.find((name) => request.tools.includes(name));
  if (action.kind === "write") {
    const path = isAbsolute(action.path) ? action.path : join(request.cwd ?? "", action.path);
    const tool = first("Write", "write");
    if (tool === "Write") return { name: tool, input: { file_path: path, content: action.content } };
    if (tool === "write") return { name: tool, input: { filePath: path, content: action.content } };
    return shellUse(request, `mkdir -p ${quote(join(path, ".."))} && printf %s ${quote(action.content)} > ${quote(path)}`);
  }
  return shellUse(request, action.command);
}

function shellUse(request: ModelRequest, command: string): ToolUse {
  const name = ["Bash", "bash", "exec_command", "shell_command", "shell"].find((tool) => request.tools.includes(tool)) ?? "bash";
  if (name === "exec_command") return { name, input: { cmd: command } };
  if (name === "shell") return { name, input: { command: ["sh", "-c", command] } };
  if (name === "shell_command") return { name, input: { command } };
  return { name, input: { command, description: "A step of the script" } };
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const named = (events: readonly Json[]): string =>
  events.map((event) => `event: ${textOf(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`).join("");

export function answerAnthropic(request: ModelRequest, step: ModelStep): string {
  const usage = { input_tokens: 11, cache_read_input_tokens: 3, cache_creation_input_tokens: 2, output_tokens: 1 };
  const head = {
    id: unique("msg"),
    type: "message",
    role: "assistant",
    model: "m",
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  };
  const use = "action" in step ? toolUse(request, step.action) : null;
  const block = use === null ? { type: "text", text: "" } : { type: "tool_use", id: unique("toolu"), name: use.name, input: {} };
  const delta =
    use === null
      ? { type: "text_delta", text: "say" in step ? step.say : "" }
      : { type: "input_json_delta", partial_json: JSON.stringify(use.input) };
  return named([
    { type: "message_start", message: head },
    { type: "content_block_start", index: 0, content_block: block },
    { type: "content_block_delta", index: 0, delta },
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: use === null ? "end_turn" : "tool_use", stop_sequence: null },
      usage: { output_tokens: 5 },
    },
    { type: "message_stop" },
  ]);
}

export function answerResponses(request: ModelRequest, step: ModelStep): string {
  const use = "action" in step ? toolUse(request, step.action) : null;
  const item =
    use === null
      ? {
          type: "message",
          role: "assistant",
          id: unique("msg"),
          status: "completed",
          content: [{ type: "output_text", text: "say" in step ? step.say : "", annotations: [] }],
        }
      : {
          type: "function_call",
          id: unique("fc"),
          call_id: unique("call"),
          name: use.name,
          arguments: JSON.stringify(use.input),
        };
  const usage = {
    input_tokens: 11,
    input_tokens_details: { cached_tokens: 3 },
    output_tokens: 5,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 16,
  };
  const id = unique("resp");
  return named([
    { type: "response.created", response: { id } },
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response: { id, status: "completed", usage } },
  ]);
}

export function answerChat(request: ModelRequest, step: ModelStep): string {
  const use = "action" in step ? toolUse(request, step.action) : null;
  const call = use === null ? null : { name: use.name, arguments: JSON.stringify(use.input) };
  const delta =
    call === null
      ? { role: "assistant", content: "say" in step ? step.say : "" }
      : { role: "assistant", tool_calls: [{ index: 0, id: unique("call"), type: "function", function: call }] };
  const id = unique("chat");
  const chunk = (choice: Json, more: Json = {}) => ({
    id,
    object: "chat.completion.chunk",
    created: 1,
    model: "mock-1",
    choices: [{ index: 0, ...choice }],
    ...more,
  });
  const usage = { prompt_tokens: 11, completion_tokens: 5, total_tokens: 16, prompt_tokens_details: { cached_tokens: 3 } };
  const chunks = [
    chunk({ delta, finish_reason: null }),
    chunk({ delta: {}, finish_reason: call === null ? "stop" : "tool_calls" }, { usage }),
  ];
  return `${chunks.map((each) => `data: ${JSON.stringify(each)}\n\n`).join("")}data: [DONE]\n\n`;
}

/** An id like no other: an agent that continues a session keeps one message of those with the same. */
function unique(prefix: string): string {
  return `${prefix}_${crypto.randomUUID().replaceAll("-", "")}`;
}
