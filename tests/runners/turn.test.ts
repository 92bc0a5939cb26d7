import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ProcessGroups } from "../../src/base/process.ts";
import { INIT, print, RESULT, SAYS, ScriptedAgent } from "./turn/scripted.ts";

const START = { type: "thread.started", thread_id: "01a1fd82-3db7-7de1-983c-cb988ed12d8f" };
const WELL = print(INIT, SAYS("Done."), RESULT("Done."));

test("a turn that ends well gives its session, its answer and its events", async () => {
  using agent = new ScriptedAgent(`cat > prompt; echo note >&2; ${WELL}`);
  const outcome = await agent.turn("claude");
  expect(outcome).toMatchObject({
    kind: "success",
    class: null,
    message: "",
    sessionId: INIT.session_id,
    finalText: "Done.",
    exitCode: 0,
    invalidSession: false,
  });
  expect(agent.events.map((event) => event.type)).toEqual(["session", "text", "final", "end"]);
  expect(agent.stderr).toEqual(["note"]);
  expect(readFileSync(join(agent.root, "prompt"), "utf8")).toBe("do it");
});

test("the agent is told where it is and who asks", async () => {
  using agent = new ScriptedAgent(`env > env; pwd > pwd; ${WELL}`);
  await agent.turn("codex", {
    call: { kind: "prompt", prompt: "p" },
    model: "openai-codex/gpt-5.4",
    env: { BUN_OPTIONS: "--smol", KEPT: "yes", CUELOOP_TASK_ID: "RQ-0099" },
  });
  const env = readFileSync(join(agent.root, "env"), "utf8").split("\n");
  expect(env).toContain(`PWD=${agent.root}`);
  expect(env).toContain(`PATH=/opt/cueloop/bin:${process.env["PATH"]}`);
  expect(env).toContain("CUELOOP_RUNNER_USED=codex");
  expect(env).toContain("CUELOOP_MODEL_USED=openai-codex/gpt-5.4");
  expect(env).toContain("CUELOOP_RUN_ID=run-1");
  expect(env).toContain("CUELOOP_TASK_ID=RQ-0001");
  expect(env).toContain("KEPT=yes");
  expect(env.filter((line) => line.startsWith("BUN_OPTIONS"))).toEqual([]);
  expect(readFileSync(join(agent.root, "pwd"), "utf8").trim()).toBe(agent.root);
});

test("an agent without a task of its own is not told an outer one's", async () => {
  using agent = new ScriptedAgent(`env > env; ${WELL}`);
  await agent.turn("claude", { taskId: null, env: { CUELOOP_TASK_ID: "RQ-0099" } });
  expect(readFileSync(join(agent.root, "env"), "utf8")).not.toContain("CUELOOP_TASK_ID");
});

test("the session id we made holds for a call that died before its first event", async () => {
  using agent = new ScriptedAgent('for word in "$@"; do echo "$word" >> words; done; exit 7');
  const outcome = await agent.turn("claude");
  const words = readFileSync(join(agent.root, "words"), "utf8").split("\n");
  expect(outcome).toMatchObject({ kind: "failed", class: "permanent", exitCode: 7 });
  expect(outcome.sessionId).toBe(words[words.indexOf("--session-id") + 1] ?? "none");
});

test.each([
  ["exit 0 without a word", "exit 0", /^Incomplete output/],
  ["half a line of JSON", `printf '{"type":"result","is_er'`, /^Incomplete output/],
  ["nothing but garbage", "head -c 4096 /dev/urandom", /^Incomplete output/],
  ["events without a final one", print(INIT, SAYS("Working on it")), /^Incomplete output/],
])("%s is no success", async (_name, script, message) => {
  using agent = new ScriptedAgent(script);
  const outcome = await agent.turn("claude");
  expect(outcome).toMatchObject({ kind: "other", class: "permanent" });
  expect(outcome.message).toMatch(message);
});

test("garbage between events hides none of them", async () => {
  using agent = new ScriptedAgent(
    print("warming up", INIT, '{"half":', `[debug] ${JSON.stringify(SAYS("Hi"))} trailing`, "42", RESULT("Hi")),
  );
  expect(await agent.turn("claude")).toMatchObject({ kind: "success", finalText: "Hi" });
  expect(agent.events.filter((event) => event.type === "raw").map((event) => event.text)).toEqual(["warming up", '{"half":', "42"]);
});

test("a line of 50 MB is left out, said once, and what follows is read", async () => {
  using agent = new ScriptedAgent(`printf '{"type":"assistant","x":"'; head -c 50000000 /dev/zero | tr '\\0' 'x'; printf '"}\\n'; ${WELL}`);
  const outcome = await agent.turn("claude");
  expect(outcome).toMatchObject({ kind: "success", finalText: "Done." });
  expect(agent.events.filter((event) => event.type === "warning")).toHaveLength(1);
  expect(JSON.stringify(agent.events).length).toBeLessThan(2000);
  expect(outcome.stdoutTail.length).toBeLessThanOrEqual(10 * 1024 * 1024);
});

test("3 MB go in while 3 MB come out", async () => {
  using agent = new ScriptedAgent(`head -c 3000000 /dev/zero | tr '\\0' '\\n'; wc -c > count; ${WELL}`);
  expect(await agent.turn("claude", { call: { kind: "prompt", prompt: "x".repeat(3_000_000) } })).toMatchObject({ kind: "success" });
  expect(readFileSync(join(agent.root, "count"), "utf8").trim()).toBe("3000000");
});

test("an agent that never reads its prompt is judged by its own exit", async () => {
  using agent = new ScriptedAgent("exec 0<&-; echo 'API key rejected: 401 Unauthorized' >&2; exit 3");
  const outcome = await agent.turn("codex", { call: { kind: "prompt", prompt: "x".repeat(3_000_000) } });
  expect(outcome).toMatchObject({ kind: "failed", class: "needs_user", reason: "authentication", exitCode: 3 });
  expect(outcome.message).toBe("OpenAI Codex CLI exited with code 3. It says: API key rejected: 401 Unauthorized");
});

test("a missing program is named, with the setting that names it", async () => {
  using agent = new ScriptedAgent("exit 0");
  const outcome = await agent.turn("claude", { env: { PATH: "/nowhere" }, cwd: agent.root });
  expect(outcome.kind).not.toBe("missing_binary");
  using gone = new ScriptedAgent("exit 0");
  gone[Symbol.dispose]();
  expect(await gone.turn("claude", { cwd: agent.root })).toMatchObject({
    kind: "missing_binary",
    class: "needs_user",
    message: `The program ${gone.program} was not found. Install it, or name another program in \`agent.claude_bin\`.`,
    sessionId: null,
  });
});

test("a missing working directory is not a missing program", async () => {
  using agent = new ScriptedAgent("exit 0");
  const outcome = await agent.turn("claude", { cwd: join(agent.root, "gone") });
  expect(outcome).toMatchObject({ kind: "spawn_failed", class: "permanent" });
  expect(outcome.message).toContain("gone");
});

test("an agent that exits with 0 on SIGINT was interrupted, not successful", async () => {
  const stop = new AbortController();
  using agent = new ScriptedAgent(
    `bye() { ${print(RESULT("stopped"))}; exit 0; }; trap bye INT; ${print(INIT)}; while :; do sleep 0.02; done`,
  );
  const outcome = await agent.turn("claude", { signal: stop.signal, onEvent: () => stop.abort() });
  expect(outcome).toMatchObject({ kind: "interrupted", class: "permanent", sessionId: INIT.session_id, finalText: "stopped" });
});

test("an agent killed by somebody else can be continued", async () => {
  using agent = new ScriptedAgent(`${print(INIT)}; kill -KILL $$`);
  expect(await agent.turn("claude")).toMatchObject({ kind: "signaled", signal: "SIGKILL", sessionId: INIT.session_id });
});

test("silence for too long ends the turn, to be tried again", async () => {
  using agent = new ScriptedAgent(`${print(INIT)}; exec sleep 600`);
  const outcome = await agent.turn("claude", { idleTimeoutMs: 150 });
  expect(outcome).toMatchObject({ kind: "timeout", class: "retryable", reason: "idle" });
  expect(outcome.message).toContain("150 ms");
});

test("a turn that takes too long ends for good", async () => {
  using agent = new ScriptedAgent(`while :; do ${print(SAYS("still here"))}; sleep 0.02; done`);
  const outcome = await agent.turn("claude", { turnTimeoutMs: 300, idleTimeoutMs: 250 });
  expect(outcome).toMatchObject({ kind: "timeout", class: "permanent", reason: "turn_limit" });
});

test("an agent that stays after its result is ended, and its result counts", async () => {
  using agent = new ScriptedAgent(`${WELL}; exec sleep 600`);
  expect(await agent.turn("claude", { resultGraceMs: 50 })).toMatchObject({ kind: "success", finalText: "Done." });
  using bad = new ScriptedAgent(`${print(INIT, { type: "result", is_error: true, errors: ["out of luck"] })}; exec sleep 600`);
  expect(await bad.turn("claude", { resultGraceMs: 50 })).toMatchObject({ kind: "failed", class: "permanent" });
});

test("work after a result takes the result back", async () => {
  using agent = new ScriptedAgent(`${WELL}; ${print(SAYS("One more thing"))}; exec sleep 600`);
  expect(await agent.turn("claude", { resultGraceMs: 50, idleTimeoutMs: 600 })).toMatchObject({ kind: "timeout", reason: "idle" });
});

test("what the agent leaves behind in its group does not hold up the turn", async () => {
  using agent = new ScriptedAgent(`sleep 600 & ${WELL}`);
  expect(await agent.turn("claude")).toMatchObject({ kind: "success" });
});

test("a usage limit is told with its reset", async () => {
  const limit = { type: "rate_limit_event", rate_limit_info: { status: "rejected", resetsAt: 1_795_257_899 } };
  using agent = new ScriptedAgent(
    `${print(INIT, limit, { type: "result", is_error: true, api_error_status: 429, result: "limit" })}; exit 1`,
  );
  expect(await agent.turn("claude")).toMatchObject({
    kind: "usage_limit",
    class: "retryable",
    reason: "rate_limit",
    resetsAt: 1_795_257_899,
    sessionId: INIT.session_id,
  });
});

test("a plan that is used up in words only is a rate limit, and the message names it, without secrets", async () => {
  const told = (text: string) => print(START, { type: "turn.failed", error: { message: text } });
  using agent = new ScriptedAgent(`${told("You’ve hit your usage limit. Try again at 10:48 AM, hunter2-hunter2.")}; exit 1`);
  const outcome = await agent.turn("codex", { env: { MY_API_TOKEN: "hunter2-hunter2" } });
  expect(outcome).toMatchObject({ kind: "failed", class: "retryable", reason: "rate_limit", resetsAt: null });
  expect(outcome.message).toContain(
    "OpenAI Codex CLI reports that the limit of your plan is reached. It says: You’ve hit your usage limit.",
  );
  expect(outcome.message).toContain("Try again at 10:48 AM");
  expect(outcome.message).not.toContain("hunter2");
  using other = new ScriptedAgent(`${told("429 Too Many Requests")}; exit 1`);
  const { message } = await other.turn("codex");
  expect(message).toContain("429");
  expect(message).not.toContain("plan");
});

test("a usage limit that the agent worked around is only shown", async () => {
  const limit = { type: "rate_limit_event", status: "rejected", resetsAt: 1_795_257_899 };
  using agent = new ScriptedAgent(print(INIT, limit, SAYS("Done."), RESULT("Done.")));
  expect(await agent.turn("claude")).toMatchObject({ kind: "success", resetsAt: null });
  expect(agent.events).toContainEqual({ type: "usage_limit", resets_at: 1_795_257_899 });
  using warned = new ScriptedAgent(print(INIT, { ...limit, status: "allowed_warning" }, RESULT("Done.")));
  await warned.turn("claude");
  expect(warned.events.filter((event) => event.type === "usage_limit")).toEqual([]);
});

test("a limit that was worked around is not why the turn failed later", async () => {
  const limit = { type: "rate_limit_event", status: "rejected", resetsAt: 1_795_257_899 };
  using agent = new ScriptedAgent(print(INIT, limit, SAYS("Going on."), { type: "result", is_error: true, errors: ["out of luck"] }));
  expect(await agent.turn("claude")).toMatchObject({ kind: "failed", class: "permanent", resetsAt: null });
});

test.each([
  ["claude", "echo 'No conversation found with session ID: x' >&2; exit 1"],
  ["codex", "echo 'no rollout found for thread id' >&2; exit 1"],
  ["opencode", "echo 'Error: Session not found' >&2; exit 1"],
] as const)("%s: a session it does not know is told apart", async (runner, script) => {
  using agent = new ScriptedAgent(script);
  const sessionId = runner === "opencode" ? "ses_1" : INIT.session_id;
  const outcome = await agent.turn(runner, { call: { kind: "resume", sessionId, message: "go on" } });
  expect(outcome).toMatchObject({ kind: "failed", invalidSession: true, sessionId: null });
  expect(await agent.turn(runner)).toMatchObject({ kind: "failed", invalidSession: false });
});

test("what an agent says about sessions is not its program's answer", async () => {
  using agent = new ScriptedAgent(`${print(INIT, SAYS("No conversation found with session ID: 1"))}; exit 1`);
  const call = { kind: "resume", sessionId: INIT.session_id, message: "go on" } as const;
  expect(await agent.turn("claude", { call })).toMatchObject({ kind: "failed", invalidSession: false, sessionId: INIT.session_id });
});

test("another session than the one to continue is stopped at once", async () => {
  const started = { type: "thread.started", thread_id: "99999999-2222-4333-8444-555555555555" };
  using agent = new ScriptedAgent(`${print(started)}; exec sleep 600`);
  const call = { kind: "resume", sessionId: INIT.session_id, message: "go on" } as const;
  expect(await agent.turn("codex", { call })).toMatchObject({ kind: "other", invalidSession: true, sessionId: null });
});

test.each([
  ["a session id of another form", "codex", { kind: "resume", sessionId: "my-thread", message: "go on" }, true],
  ["a blank session id", "claude", { kind: "resume", sessionId: "  ", message: "go on" }, true],
  ["a blank message", "claude", { kind: "resume", sessionId: INIT.session_id, message: " \n" }, false],
  ["a blank prompt", "claude", { kind: "prompt", prompt: "" }, false],
] as const)("%s starts no process", async (_name, runner, call, invalidSession) => {
  using agent = new ScriptedAgent("touch started");
  expect(await agent.turn(runner, { call })).toMatchObject({ kind: "other", class: "permanent", invalidSession });
  expect(await Bun.file(join(agent.root, "started")).exists()).toBe(false);
});

test("secrets are taken out of everything that is shown", async () => {
  const secret = "hunter2-hunter2";
  using agent = new ScriptedAgent(
    `${print(INIT, SAYS(`It is ${secret}.`), { type: "result", is_error: true, errors: [`bad ${secret}`] })}; echo "oops ${secret}" >&2; exit 1`,
  );
  const outcome = await agent.turn("claude", { env: { SHOP_TOKEN: secret } });
  expect(JSON.stringify(agent.events)).not.toContain(secret);
  expect(agent.stderr.join()).not.toContain(secret);
  expect(outcome.message).toBe("Anthropic Claude Code exited with code 1. It says: bad [REDACTED]");
  expect(outcome.stderrTail).toContain(secret);
});

test("the process is announced, registered and signed off", async () => {
  using agent = new ScriptedAgent(WELL);
  const told: string[] = [];
  const groups = new ProcessGroups();
  await agent.turn("claude", { groups, onSpawn: (pid) => told.push(`start ${pid > 0}`), onExit: (pid) => told.push(`end ${pid > 0}`) });
  expect(told).toEqual(["start true", "end true"]);
});

test("usage of several steps adds up, running totals do not", async () => {
  const step = (type: string, part: object) => ({ type, sessionID: "ses_1", part });
  const tokens = { input: 8, output: 5, reasoning: 1, cache: { read: 3, write: 0 } };
  using agent = new ScriptedAgent(
    print(step("step_finish", { reason: "tool-calls", tokens, cost: 0.5 }), step("step_finish", { reason: "stop", tokens, cost: 0.25 })),
  );
  expect((await agent.turn("opencode")).usage).toEqual({
    input_tokens: 22,
    output_tokens: 12,
    cache_read_tokens: 6,
    cost: 0.75,
    cumulative: false,
  });
  const total = (input_tokens: number) => ({ type: "turn.completed", usage: { input_tokens, output_tokens: 1, cached_input_tokens: 2 } });
  using codex = new ScriptedAgent(print(total(10), total(30)));
  expect((await codex.turn("codex")).usage).toEqual({
    input_tokens: 30,
    output_tokens: 1,
    cache_read_tokens: 2,
    cost: null,
    cumulative: true,
  });
});

test("opencode that stops at a refused tool needs its user", async () => {
  const refused = { status: "error", input: {}, error: "The user rejected permission to use this specific tool call." };
  using agent = new ScriptedAgent(print({ type: "tool_use", sessionID: "ses_1", part: { tool: "write", state: refused } }));
  const outcome = await agent.turn("opencode");
  expect(outcome).toMatchObject({ kind: "other", class: "needs_user", reason: "setup", sessionId: "ses_1" });
  expect(outcome.message).toContain("write");
});

test("opencode's older versions hide a refused session id behind exit 0", async () => {
  using agent = new ScriptedAgent(`echo 'ZodError: sessionID must start with "ses"' >&2; exit 0`);
  const outcome = await agent.turn("opencode", { call: { kind: "resume", sessionId: "ses_1", message: "go on" } });
  expect(outcome).toMatchObject({ kind: "other", invalidSession: true });
});

test("codex that failed its turn with exit 0 has failed", async () => {
  using agent = new ScriptedAgent(print({ type: "turn.failed", error: { message: "unexpected status 503 Service Unavailable" } }));
  expect(await agent.turn("codex")).toMatchObject({ kind: "failed", class: "retryable", reason: "temporarily_unavailable" });
});
