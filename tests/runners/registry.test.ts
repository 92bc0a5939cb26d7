import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CueLoopError } from "../../src/base/errors.ts";
import { discoverPlugins, NO_PLUGINS } from "../../src/runners/plugins/discovery.ts";
import { findRunner } from "../../src/runners/registry.ts";
import { runTurn, type TurnRequest } from "../../src/runners/turn.ts";
import { repoContext } from "./context.ts";
import { OPTIONS, print } from "./turn/scripted.ts";

let root = "";
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "cueloop-registry-")));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function refusal(action: () => unknown): { code: string; text: string } {
  try {
    action();
  } catch (error) {
    if (error instanceof CueLoopError) return { code: error.code, text: `${error.message} ${error.hint ?? ""}` };
    throw error;
  }
  return { code: "none", text: "" };
}

test.each([
  ["claude", "claude", "sonnet"],
  [" Codex ", "codex", "openai-codex/gpt-5.4"],
  ["OPENCODE", "opencode", "zai-coding-plan/glm-4.7"],
])("%p is a runner", (id, name, model) => {
  expect(findRunner(repoContext(root), id, NO_PLUGINS)).toMatchObject({ id: name, defaultModel: model });
});

test.each(["gemini", "cursor", "kimi", "Pi", "acp", "acp:gemini", "replay:file.ndjson"])(
  "%s is not built, and the error says what is",
  (id) => {
    const { code, text } = refusal(() => findRunner(repoContext(root), id, NO_PLUGINS));
    expect(code).toBe("runner.not_built");
    for (const word of ["claude", "codex", "opencode", "plugin", "agent.runner", ".cueloop/config.jsonc", "--runner"])
      expect(text).toContain(word);
  },
);

test("a mistyped runner is guessed at", () => {
  const { code, text } = refusal(() => findRunner(repoContext(root), "cladue", NO_PLUGINS));
  expect(code).toBe("runner.unknown");
  expect(text).toContain("Did you mean claude?");
});

/** A plugin in the repository whose program is this shell script. */
function plugin(script: string, runner: object = {}) {
  const directory = join(root, ".cueloop/plugins/relay");
  mkdirSync(directory, { recursive: true });
  const manifest = { api_version: 1, id: "acme.relay", version: "1", name: "Acme relay", runner: { bin: "relay.sh", ...runner } };
  writeFileSync(join(directory, "plugin.json"), JSON.stringify(manifest));
  writeFileSync(join(directory, "relay.sh"), `#!/bin/bash\n${script}\n`);
  chmodSync(join(directory, "relay.sh"), 0o755);
  return discoverPlugins({ env: {}, runtimeDir: join(root, ".cueloop"), projectTrusted: true });
}

const enabled = (config?: unknown) => ({
  plugins: { plugins: { "acme.relay": { enabled: true, ...(config === undefined ? {} : { config }) } } },
});

function turn(runner: TurnRequest["runner"], call: TurnRequest["call"]) {
  return runTurn(repoContext(root, {}, { PATH: process.env["PATH"] }), {
    runner,
    model: "relay-large",
    effort: "high",
    options: OPTIONS,
    call,
    cwd: root,
    runId: "run-1",
    taskId: null,
    executable: "/opt/cueloop",
    onEvent: () => {},
    signal: new AbortController().signal,
    idleTimeoutMs: 0,
    turnTimeoutMs: 0,
  });
}

test("a plugin must be enabled", () => {
  const plugins = plugin("exit 0");
  const { code, text } = refusal(() => findRunner(repoContext(root), "acme.relay", plugins));
  expect(code).toBe("runner.plugin_disabled");
  expect(text).toContain('plugins.plugins["acme.relay"].enabled');
});

test("a plugin without a runner and a broken one are told apart", () => {
  const plugins = plugin("exit 0");
  const [only] = plugins.plugins;
  if (only === undefined) throw new Error("the plugin was not found");
  const { runner: _, ...manifest } = only.manifest;
  const context = repoContext(root, enabled());
  expect(refusal(() => findRunner(context, "acme.relay", { plugins: [{ ...only, manifest }], broken: [] })).code).toBe(
    "runner.plugin_without_runner",
  );
  const broken = { id: "acme.relay", scope: "project", directory: root, problem: "torn" } as const;
  const answer = refusal(() => findRunner(context, "acme.relay", { plugins: [], broken: [broken] }));
  expect(answer.code).toBe("runner.plugin_broken");
  expect(answer.text).toContain("torn");
});

test("a plugin's program gets the prompt, its settings and the options", async () => {
  const done = print({ type: "text", content: "Done." }, { type: "finish", session_id: "relay-1" });
  const plugins = plugin(`echo "$@" > args; cat > stdin; env > env; ${done}`, { default_model: "relay-large" });
  const runner = findRunner(repoContext(root, enabled({ tone: "dry" })), "acme.relay", plugins);
  expect(runner).toMatchObject({ id: "acme.relay", displayName: "Acme relay", defaultModel: "relay-large", supportsResume: false });
  const outcome = await turn(runner, { kind: "prompt", prompt: "do it" });
  expect(outcome).toMatchObject({ kind: "success", sessionId: "relay-1", finalText: "Done." });
  expect(readFileSync(join(root, "args"), "utf8").trim()).toBe("run --model relay-large --output-format stream-json -");
  expect(readFileSync(join(root, "stdin"), "utf8")).toBe("do it");
  const env = readFileSync(join(root, "env"), "utf8").split("\n");
  expect(env).toContain("CUELOOP_PLUGIN_ID=acme.relay");
  expect(env).toContain('CUELOOP_PLUGIN_CONFIG_JSON={"tone":"dry"}');
  expect(env).toContain(`CUELOOP_RUNNER_CLI_JSON=${JSON.stringify(OPTIONS)}`);
});

test("a plugin that can resume gets the message twice, one that cannot is not asked", async () => {
  const script = `echo "$@" > args; cat > stdin; echo '{"type":"finish"}'`;
  const resume = { kind: "resume", sessionId: "relay-1", message: "go on" } as const;
  const able = findRunner(repoContext(root, enabled()), "acme.relay", plugin(script, { supports_resume: true }));
  expect(await turn(able, resume)).toMatchObject({ kind: "success", sessionId: "relay-1" });
  expect(readFileSync(join(root, "args"), "utf8").trim()).toBe(
    "resume --session relay-1 --model relay-large --output-format stream-json go on",
  );
  expect(readFileSync(join(root, "stdin"), "utf8")).toBe("go on");
  rmSync(join(root, "args"));
  const unable = findRunner(repoContext(root, enabled()), "acme.relay", plugin(script));
  expect(await turn(unable, resume)).toMatchObject({ kind: "other", invalidSession: true });
  expect(await Bun.file(join(root, "args")).exists()).toBe(false);
});

test("a message too long for an argument goes through stdin alone", async () => {
  const plugins = plugin(`echo "\${@: -1}" > last; wc -c > count; echo '{"type":"finish"}'`, { supports_resume: true });
  const runner = findRunner(repoContext(root, enabled()), "acme.relay", plugins);
  const outcome = await turn(runner, { kind: "resume", sessionId: "relay-1", message: "x".repeat(200_000) });
  expect(outcome.kind).toBe("success");
  expect(readFileSync(join(root, "last"), "utf8").trim()).toBe("-");
  expect(readFileSync(join(root, "count"), "utf8").trim()).toBe("200000");
});

test("a plugin whose program cannot be executed is a failed start", async () => {
  const plugins = plugin("exit 0");
  chmodSync(join(root, ".cueloop/plugins/relay/relay.sh"), 0o644);
  const runner = findRunner(repoContext(root, enabled()), "acme.relay", plugins);
  expect(await turn(runner, { kind: "prompt", prompt: "x" })).toMatchObject({ kind: "spawn_failed", class: "permanent" });
});

test("plain exit codes are enough for a plugin", async () => {
  const runner = findRunner(repoContext(root, enabled()), "acme.relay", plugin("exit 0"));
  expect(await turn(runner, { kind: "prompt", prompt: "x" })).toMatchObject({ kind: "success" });
  const failing = findRunner(repoContext(root, enabled()), "acme.relay", plugin("echo 'rate limit' >&2; exit 9"));
  expect(await turn(failing, { kind: "prompt", prompt: "x" })).toMatchObject({ kind: "failed", reason: "rate_limit", exitCode: 9 });
});
