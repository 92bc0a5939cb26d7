import { afterAll, beforeAll, expect } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunnerEvent } from "../../src/runners/event.ts";
import { NO_PLUGINS } from "../../src/runners/plugins/discovery.ts";
import { findRunner } from "../../src/runners/registry.ts";
import type { RunnerOptions } from "../../src/runners/settings/options.ts";
import { runTurn, type TurnOutcome, type TurnRequest } from "../../src/runners/turn.ts";
import { type MockModel, type ModelAnswer, type ModelRequest, startMockModel } from "../support/mock-model.ts";
import { agentEnvironment, areRealAgentsWanted, installAgents, withRealAgents } from "../support/real-agents.ts";
import { repoContext } from "./context.ts";
import { OPTIONS } from "./turn/scripted.ts";

const realTest = withRealAgents();
const TIMEOUT_MS = 120_000;

/** How each program is called here: codex needs leave to write, the model's name is the mock's for opencode. */
const AGENTS = {
  claude: { model: "sonnet", options: {}, unknown: "99999999-2222-4333-8444-555555555555" },
  codex: { model: "openai-codex/gpt-5.4", options: { sandbox: "disabled" }, unknown: "99999999-2222-4333-8444-555555555555" },
  opencode: { model: "mock/mock-1", options: { approval_mode: "yolo" }, unknown: "ses_00000000000000000000000000" },
} satisfies Record<string, { model: string; options: Partial<RunnerOptions>; unknown: string }>;
type AgentId = keyof typeof AGENTS;
const IDS = ["claude", "codex", "opencode"] as const;

let bin = "";
let base = "";

beforeAll(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "cueloop-real-")));
  if (areRealAgentsWanted) bin = await installAgents();
}, 400_000);
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** One agent in a fresh repository, with a home of its own and this model. */
class Bench implements AsyncDisposable {
  readonly id: AgentId;
  readonly repo: string;
  readonly events: RunnerEvent[] = [];
  readonly model: MockModel;
  readonly #scratch: string;

  constructor(id: AgentId, script: (request: ModelRequest) => ModelAnswer) {
    this.id = id;
    this.#scratch = mkdtempSync(join(base, `${id}-`));
    this.repo = join(this.#scratch, "repo");
    mkdirSync(this.repo);
    Bun.spawnSync(["git", "init", "-q"], { cwd: this.repo });
    this.model = startMockModel(script);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.model[Symbol.asyncDispose]();
  }

  turn(call: TurnRequest["call"], more: Partial<TurnRequest> = {}, env: Record<string, string> = {}): Promise<TurnOutcome> {
    this.events.length = 0;
    const { model, options } = AGENTS[this.id];
    const context = repoContext(this.repo, {}, { ...agentEnvironment(bin, this.#scratch, this.model), ...env });
    return runTurn(context, {
      runner: findRunner(context, this.id, NO_PLUGINS),
      model,
      effort: "medium",
      options: { ...OPTIONS, ...options },
      call,
      cwd: this.repo,
      runId: "run-1",
      taskId: "RQ-0001",
      executable: process.execPath,
      onEvent: (event) => this.events.push(event),
      signal: new AbortController().signal,
      idleTimeoutMs: 60_000,
      turnTimeoutMs: 100_000,
      ...more,
    });
  }
}

/** Writes `hello.txt` when asked for it, and otherwise repeats what it was told. */
function obliging({ text }: ModelRequest): ModelAnswer {
  if (!text.includes("WRITE")) return { say: `You said: ${text.slice(-5)}` };
  return { actions: [{ kind: "write", path: "hello.txt", content: "hi\n" }], say: "It is written." };
}

realTest.each(IDS)(
  "%s writes a file, and its session can be continued",
  async (id) => {
    await using bench = new Bench(id, obliging);
    const first = await bench.turn({ kind: "prompt", prompt: "-WRITE the file" });
    expect(first).toMatchObject({ kind: "success", finalText: "It is written.", message: "" });
    expect(readFileSync(join(bench.repo, "hello.txt"), "utf8")).toBe("hi\n");
    expect(bench.events.filter(({ type }) => type === "tool_call" || type === "command").length).toBeGreaterThan(0);
    expect(bench.events.filter(({ type }) => type === "raw")).toEqual([]);
    expect(bench.events.at(-1)?.type === "end" || bench.events.at(-1)?.type === "final").toBe(true);
    // Two answers of the model, 11 tokens in (3 of them cached) and 5 out each; claude counts 5 cached or fresh ones on top.
    const perAnswer = id === "claude" ? 16 : 11;
    expect(first.usage).toMatchObject({ input_tokens: 2 * perAnswer, output_tokens: 10, cache_read_tokens: 6 });
    const session = first.sessionId ?? "";

    const second = await bench.turn({ kind: "resume", sessionId: session, message: "-go on" });
    expect(second).toMatchObject({ kind: "success", finalText: "You said: go on", sessionId: session, invalidSession: false });
    expect(JSON.stringify(bench.model.requests.at(-1)?.body)).toContain("-WRITE the file");
    const answers = id === "codex" ? 3 : 1;
    expect(second.usage).toMatchObject({ input_tokens: answers * perAnswer, output_tokens: answers * 5, cumulative: id === "codex" });
  },
  TIMEOUT_MS,
);

realTest.each(IDS)(
  "%s says that it does not know a session",
  async (id) => {
    await using bench = new Bench(id, obliging);
    const outcome = await bench.turn({ kind: "resume", sessionId: AGENTS[id].unknown, message: "go on" });
    expect(outcome).toMatchObject({ kind: "failed", invalidSession: true, sessionId: null, exitCode: 1 });
    expect(bench.model.requests).toEqual([]);
  },
  TIMEOUT_MS,
);

realTest.each(IDS)(
  "%s with a refused key needs its user",
  async (id) => {
    await using bench = new Bench(id, () => ({ status: 401, message: "invalid key" }));
    const outcome = await bench.turn({ kind: "prompt", prompt: "hello" });
    expect(outcome).toMatchObject({ kind: "failed", class: "needs_user", reason: "authentication" });
  },
  TIMEOUT_MS,
);

realTest.each(IDS)(
  "%s that is stopped while the model is silent was interrupted",
  async (id) => {
    const stop = new AbortController();
    await using bench = new Bench(id, () => {
      stop.abort();
      return { hang: true };
    });
    const outcome = await bench.turn({ kind: "prompt", prompt: "hello" }, { signal: stop.signal });
    expect(outcome).toMatchObject({ kind: "interrupted", class: "permanent" });
  },
  TIMEOUT_MS,
);

realTest.each(IDS)(
  "%s takes a prompt of 200 KB",
  async (id) => {
    await using bench = new Bench(id, obliging);
    expect(await bench.turn({ kind: "prompt", prompt: `${"a long story ".repeat(16_000)}the end` })).toMatchObject({
      kind: "success",
      finalText: "You said: e end",
    });
  },
  TIMEOUT_MS,
);

realTest(
  "claude's usage limit comes with its reset",
  async () => {
    const reset = Math.floor(Date.now() / 1000) + 3600;
    const headers = {
      "anthropic-ratelimit-unified-status": "rejected",
      "anthropic-ratelimit-unified-reset": String(reset),
      "anthropic-ratelimit-unified-representative-claim": "five_hour",
    };
    await using bench = new Bench("claude", () => ({ status: 429, message: "limit", headers }));
    const token = { ANTHROPIC_API_KEY: "", CLAUDE_CODE_OAUTH_TOKEN: `sk-ant-oat01-${"dummy".repeat(8)}-AA` };
    expect(await bench.turn({ kind: "prompt", prompt: "hello" }, {}, token)).toMatchObject({ kind: "usage_limit", resetsAt: reset });
  },
  TIMEOUT_MS,
);

realTest(
  "codex's rate limit is one to try again after",
  async () => {
    await using bench = new Bench("codex", () => ({ status: 429, message: "slow down" }));
    expect(await bench.turn({ kind: "prompt", prompt: "hello" })).toMatchObject({ class: "retryable", reason: "rate_limit" });
  },
  TIMEOUT_MS,
);

realTest(
  "claude tells of a tool that it was not allowed to use",
  async () => {
    await using bench = new Bench("claude", () => ({
      actions: [{ kind: "run", command: "git commit --allow-empty -m x" }],
      say: "Tried.",
    }));
    expect(await bench.turn({ kind: "prompt", prompt: "hello" })).toMatchObject({ kind: "success", finalText: "Tried." });
    expect(bench.events).toContainEqual({ type: "permission_denied", tool: "Bash" });
  },
  TIMEOUT_MS,
);

realTest(
  "opencode that stops at a refused tool needs its user",
  async () => {
    await using bench = new Bench("opencode", () => ({
      actions: [{ kind: "write", path: "/cueloop-outside.txt", content: "x" }],
      say: "Tried.",
    }));
    const outcome = await bench.turn({ kind: "prompt", prompt: "hello" }, { options: OPTIONS });
    expect(outcome).toMatchObject({ kind: "other", class: "needs_user", reason: "setup" });
  },
  TIMEOUT_MS,
);
