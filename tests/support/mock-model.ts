import { answerAnthropic, answerChat, answerResponses, readAnthropic, readChat, readResponses } from "./mock-model-dialects.ts";

/** What an agent asked the model, whatever its dialect. */
export interface ModelRequest {
  readonly dialect: "anthropic" | "responses" | "chat";
  /** What the person (here CueLoop) said last, with what the agent wraps around it. */
  readonly text: string;
  /** Outputs of the tools that ran since then, oldest first. */
  readonly toolOutputs: readonly string[];
  /** Names of the tools the model may call. */
  readonly tools: readonly string[];
  /** The agent's working directory, as far as the request tells it. */
  readonly cwd: string | null;
  readonly headers: Headers;
  readonly body: unknown;
}

/** One use of a tool. Relative paths are in the agent's working directory. */
export type ModelAction =
  | { readonly kind: "write"; readonly path: string; readonly content: string }
  | { readonly kind: "run"; readonly command: string };

export type ModelAnswer =
  /** The actions one after the other, then the text. */
  | { readonly actions?: readonly ModelAction[]; readonly say: string }
  /** `type` of the error in the body; without one the usual for the status. */
  | { readonly status: number; readonly message: string; readonly headers?: Readonly<Record<string, string>>; readonly type?: string }
  /** The stream starts and never goes on. */
  | { readonly hang: true };

export interface MockModel extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Every request that was answered by the script, in order. */
  readonly requests: readonly ModelRequest[];
}

/** What `answer` decides for one request: one tool call, or the closing text. */
export type ModelStep = { readonly action: ModelAction } | { readonly say: string };

/** No agent of a test asks as often; one that does would go on for ever. */
const MOST_REQUESTS = 100;

const STREAM = { "content-type": "text/event-stream" };

/**
 * A model server on 127.0.0.1 for the real agent programs: Anthropic messages, OpenAI responses
 * and OpenAI chat completions. `script` is a function of the request; it is asked again after each
 * tool, and the number of tool outputs says which of its actions comes next.
 * Requests without tools (titles, summaries) never reach the script.
 */
export function startMockModel(script: (request: ModelRequest) => ModelAnswer): MockModel {
  const requests: ModelRequest[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(incoming) {
      const { pathname } = new URL(incoming.url);
      const read = readerOf(pathname);
      if (incoming.method !== "POST" || read === null) return Response.json({ error: { message: "no such page" } }, { status: 404 });
      const body: unknown = await incoming.json();
      const request = read(body, incoming.headers);
      if (request.tools.length === 0) return stream(request, { say: "A title" });
      requests.push(request);
      if (requests.length > MOST_REQUESTS) return failure({ status: 400, message: "The script goes round in circles." });
      const answer = script(request);
      if ("hang" in answer) return new Response(hangingBody(), { headers: STREAM });
      if ("status" in answer) return failure(answer);
      const action = answer.actions?.[request.toolOutputs.length];
      return stream(request, action === undefined ? { say: answer.say } : { action });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      await server.stop(true);
    },
  };
}

function readerOf(pathname: string): ((body: unknown, headers: Headers) => ModelRequest) | null {
  if (pathname.endsWith("/v1/messages")) return readAnthropic;
  if (pathname.endsWith("/v1/responses")) return readResponses;
  if (pathname.endsWith("/v1/chat/completions")) return readChat;
  return null;
}

function stream(request: ModelRequest, step: ModelStep): Response {
  const answer = { anthropic: answerAnthropic, responses: answerResponses, chat: answerChat }[request.dialect];
  return new Response(answer(request, step), { headers: STREAM });
}

function failure(answer: { status: number; message: string; headers?: Readonly<Record<string, string>>; type?: string }): Response {
  const usual = answer.status === 429 ? "rate_limit_error" : answer.status === 401 ? "authentication_error" : "api_error";
  const body = { type: "error", error: { type: answer.type ?? usual, message: answer.message } };
  return Response.json(body, { status: answer.status, headers: { ...answer.headers } });
}

function hangingBody(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(": waiting\n\n"));
    },
  });
}
