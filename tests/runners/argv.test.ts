import { expect, test } from "bun:test";
import { mergeLayers } from "../../src/config/layers/merge.ts";
import { builtRunner } from "../../src/runners/registry.ts";
import type { ResolvedRunner } from "../../src/runners/resolve.ts";
import { EFFORTS, type Effort } from "../../src/runners/settings/effort.ts";
import type { RunnerOptions } from "../../src/runners/settings/options.ts";

const { agent } = mergeLayers([]);
const RUNNERS = { claude: builtRunner("claude", agent), codex: builtRunner("codex", agent), opencode: builtRunner("opencode", agent) };

const PLAIN: RunnerOptions = {
  output_format: "stream_json",
  verbosity: "normal",
  approval_mode: "default",
  sandbox: "default",
  plan_mode: "default",
  unsupported_option_policy: "warn",
};
const NEW = { prompt: "-do it\nnow", sessionId: null, newSessionId: "S1" };
const RESUME = { prompt: "-go on", sessionId: "S0", newSessionId: null };
const PLACE = { cwd: "/repo", taskId: null, signal: new AbortController().signal };

function argv(
  runner: ResolvedRunner,
  call: typeof NEW | typeof RESUME,
  options: Partial<RunnerOptions> = {},
  effort: Effort | null = null,
): string {
  return runner.command({ ...call, ...PLACE, model: "M", effort, options: { ...PLAIN, ...options } }).argv.join(" ");
}

const CLAUDE_NEW = (mode: string) => `claude --verbose -p --model M --permission-mode ${mode} --output-format stream-json --session-id S1`;
const CLAUDE_RESUME = (mode: string) => `claude --resume S0 --verbose -p --model M --permission-mode ${mode} --output-format stream-json`;

test.each([
  ["default", "acceptEdits"],
  ["auto_edits", "acceptEdits"],
  ["yolo", "bypassPermissions"],
  ["safe", "default --permission-prompts none"],
] as const)("claude, approval %s", (approval_mode, mode) => {
  for (const sandbox of ["default", "enabled", "disabled"] as const) {
    for (const verbosity of ["quiet", "normal", "verbose"] as const) {
      expect(argv(RUNNERS.claude, NEW, { approval_mode, sandbox, verbosity })).toBe(CLAUDE_NEW(mode));
      expect(argv(RUNNERS.claude, RESUME, { approval_mode, sandbox, verbosity })).toBe(CLAUDE_RESUME(mode));
    }
  }
});

test("claude's configured permission mode holds for approval default and never for safe", () => {
  const open = builtRunner("claude", { ...agent, claude_permission_mode: "bypass_permissions" });
  expect(argv(open, NEW)).toBe(CLAUDE_NEW("bypassPermissions"));
  expect(argv(open, NEW, { approval_mode: "auto_edits" })).toBe(CLAUDE_NEW("acceptEdits"));
  expect(argv(open, NEW, { approval_mode: "safe" })).toBe(CLAUDE_NEW("default --permission-prompts none"));
});

test("claude plans when asked to, whatever may be approved", () => {
  expect(argv(RUNNERS.claude, NEW, { plan_mode: "enabled", approval_mode: "yolo" })).toBe(CLAUDE_NEW("plan"));
  expect(argv(RUNNERS.claude, NEW, { plan_mode: "disabled" })).toBe(CLAUDE_NEW("acceptEdits"));
});

const CODEX = {
  default: "codex ",
  enabled: "codex --sandbox workspace-write ",
  disabled: "codex --dangerously-bypass-approvals-and-sandbox ",
};

/** The agent's commands see the run's PATH, with `cueloop` on it. */
const SHELL = "-c allow_login_shell=false";

test.each(["default", "enabled", "disabled"] as const)("codex, sandbox %s", (sandbox) => {
  for (const verbosity of ["quiet", "normal", "verbose"] as const) {
    for (const approval_mode of ["default", "auto_edits", "yolo"] as const) {
      expect(argv(RUNNERS.codex, NEW, { sandbox, approval_mode, verbosity })).toBe(`${CODEX[sandbox]}exec --json --model M ${SHELL} -`);
      expect(argv(RUNNERS.codex, RESUME, { sandbox, approval_mode, verbosity })).toBe(
        `${CODEX[sandbox]}exec resume S0 --json --model M ${SHELL} -`,
      );
    }
  }
  const safe = sandbox === "disabled" ? CODEX.enabled : CODEX[sandbox];
  expect(argv(RUNNERS.codex, NEW, { sandbox, approval_mode: "safe" })).toBe(`${safe}exec --json --model M ${SHELL} -`);
});

test.each(["default", "auto_edits", "yolo", "safe"] as const)("opencode, approval %s", (approval_mode) => {
  const auto = approval_mode === "yolo" ? " --auto" : "";
  for (const sandbox of ["default", "enabled", "disabled"] as const) {
    for (const verbosity of ["quiet", "normal", "verbose"] as const) {
      expect(argv(RUNNERS.opencode, NEW, { approval_mode, sandbox, verbosity })).toBe(`opencode run --model M --format json${auto}`);
      expect(argv(RUNNERS.opencode, RESUME, { approval_mode, sandbox, verbosity })).toBe(
        `opencode run -s S0 --model M --format json${auto}`,
      );
    }
  }
});

test.each(EFFORTS)("effort %s", (effort) => {
  expect(argv(RUNNERS.claude, NEW, {}, effort)).toBe(
    `claude --verbose -p --model M --permission-mode acceptEdits --output-format stream-json --effort ${effort} --session-id S1`,
  );
  expect(argv(RUNNERS.claude, RESUME, {}, effort)).toBe(`${CLAUDE_RESUME("acceptEdits")} --effort ${effort}`);
  expect(argv(RUNNERS.codex, NEW, {}, effort)).toBe(`codex exec --json --model M -c model_reasoning_effort="${effort}" ${SHELL} -`);
  expect(argv(RUNNERS.codex, RESUME, {}, effort)).toBe(
    `codex exec resume S0 --json --model M -c model_reasoning_effort="${effort}" ${SHELL} -`,
  );
  expect(argv(RUNNERS.opencode, NEW, {}, effort)).toBe(`opencode run --model M --format json --variant ${effort}`);
});

test.each(Object.values(RUNNERS))("$id gets prompts and messages on stdin, never as arguments", (runner) => {
  const request = { ...PLACE, model: "M", effort: null, options: PLAIN };
  const first = runner.command({ ...request, ...NEW });
  const second = runner.command({ ...request, ...RESUME });
  expect([first.stdin, second.stdin]).toEqual(["-do it\nnow", "-go on"]);
  expect([...first.argv, ...second.argv].filter((word) => word.includes("do it") || word.includes("go on"))).toEqual([]);
});

test("the provider's prefix is not for codex's ears", () => {
  const { argv: words } = RUNNERS.codex.command({ ...NEW, ...PLACE, model: "openai-codex/gpt-5.4", effort: null, options: PLAIN });
  expect(words).toContain("gpt-5.4");
  expect(words).not.toContain("openai-codex/gpt-5.4");
});

test("the configured program is started", () => {
  const own = mergeLayers([{ agent: { claude_bin: "/opt/claude", codex_bin: "cx", opencode_bin: "oc" } }]).agent;
  expect((["claude", "codex", "opencode"] as const).map((id) => argv(builtRunner(id, own), NEW).split(" ")[0])).toEqual([
    "/opt/claude",
    "cx",
    "oc",
  ]);
});

test("claude's session id is a new UUID for each call", () => {
  const ids = [RUNNERS.claude.newSessionId(), RUNNERS.claude.newSessionId()];
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  expect(ids[0]).not.toBe(ids[1]);
  expect([RUNNERS.codex.newSessionId(), RUNNERS.opencode.newSessionId()]).toEqual([null, null]);
});

test.each([
  ["codex", "01a1fd7d-b66f-7f83-a29f-85f9d9f37d58", true],
  ["codex", "my-thread", false],
  ["opencode", "ses_e02823aa9ffeSC8s0s75wAiNUc", true],
  ["opencode", "abc", false],
  ["claude", "11111111-2222-4333-8444-555555555555", true],
  ["claude", "two words", false],
  ["claude", "x".repeat(513), false],
  ["claude", "bell\u0007", false],
  ["claude", "", false],
] as const)("%s accepts the session id %s: %p", (id, session, expected) => {
  expect(RUNNERS[id].acceptsSessionId(session)).toBe(expected);
});

test.each([
  ["claude", "No conversation found with session ID: 99999999-2222-4333-8444-555555555555", true],
  ["claude", 'Error: --resume requires a valid session ID or session title when used with --print. … "nope" is not a UUID', true],
  ["claude", "API Error: 500", false],
  ["codex", "Error: thread/resume: thread/resume failed: no rollout found for thread id 99999999 (code -32600)", true],
  ["codex", "no conversation found with session id", false],
  ["opencode", "\u001b[91m\u001b[1mError: \u001b[0mSession not found\n", true],
  ["opencode", 'ZodError: [{"path":["sessionID"],"message":"must start with \\"ses\\""}]', true],
  ["opencode", "file not found", false],
] as const)("%s: an unknown session is known by %s (%p)", (id, text, expected) => {
  expect(RUNNERS[id].isUnknownSession({ exitCode: 1, stderr: "", output: text })).toBe(expected);
});
