import { expect, test } from "bun:test";
import * as v from "valibot";
import { CueLoopError } from "../../../src/base/errors.ts";
import type { LoadedCode } from "../../../src/config/code.ts";
import { DEFAULTS } from "../../../src/config/defaults.ts";
import { claude } from "../../../src/runners/claude.ts";
import { checkedRunner } from "../../../src/runners/code/checked.ts";
import { codex } from "../../../src/runners/codex.ts";
import { opencode } from "../../../src/runners/opencode.ts";
import { builtRunner } from "../../../src/runners/registry.ts";
import { type ResolvedRunner, resolveRunner } from "../../../src/runners/resolve.ts";
import type { Runner } from "../../../src/runners/runner.ts";
import { RunnerValue, runnersOf } from "../../../src/runtime/check/runners.ts";
import type { UserRealm } from "../../../src/runtime/load/realm.ts";
import { bytesOf, eventsOf, recording } from "../../runners/events.ts";
import { OPTIONS } from "../../runners/turn/scripted.ts";

const FILE = "/repo/cueloop.config.ts";
const { agent } = DEFAULTS;
const VALUES = { claude: claude(agent), codex: codex(agent), opencode: opencode(agent) };

const realm: UserRealm = {
  run: (_name, body) => body(),
  wrap:
    (_name, body, self) =>
    (...args) =>
      Reflect.apply(body, self, [...args]),
  guard: (body) => body(),
};
const code: LoadedCode = {
  digest: "",
  bundle: "",
  context: { repoRoot: "/repo", configFile: FILE, command: [], config: DEFAULTS, version: "0" },
  hooks: [],
  runners: new Map(),
  commands: new Map(),
  prompts: new Map(),
  ciPatterns: [],
  errorOf: (thrown, name) => new CueLoopError(name, { message: String(thrown) }),
};

/** A value as if a configuration had it for its runner `mine`. */
function asUsers(value: Runner): ResolvedRunner {
  const written = { mine: value };
  const runner = runnersOf({ mine: v.parse(RunnerValue, value) }, written, realm, { file: FILE, value: written }).get("mine");
  if (runner === undefined) throw new Error("the runner was not found");
  return resolveRunner({ id: "mine" }, checkedRunner("mine", runner, code));
}

const REQUEST = {
  prompt: "do it",
  model: "M",
  effort: "low",
  options: { ...OPTIONS, sandbox: "enabled", approval_mode: "safe" },
  cwd: "/repo",
  taskId: null,
  signal: new AbortController().signal,
} as const;
const NEW = { ...REQUEST, sessionId: null, newSessionId: "S1" };
const RESUME = { ...REQUEST, sessionId: "S0", newSessionId: null };
const FAILURE = {
  exitCode: 1,
  stderr: "",
  output: "Error: Session not found; no rollout found for thread id; no conversation found with session id",
};
const now = () => 1_795_254_000;

test.each(["claude", "codex", "opencode"] as const)("%s as a user's runner does what it does as our own", async (id) => {
  const own = builtRunner(id, agent);
  const users = asUsers(VALUES[id]);
  for (const request of [NEW, RESUME]) expect(users.command(request)).toEqual(own.command(request));
  for (const name of ["tools", "unauthorised"]) {
    const bytes = await recording(`${id}-${name}`);
    const context = { request: NEW, now };
    const events = eventsOf(own.createReader(context), bytes);
    expect(events.length).toBeGreaterThan(2);
    expect(eventsOf(users.createReader(context), bytes)).toEqual(events);
  }
  expect(users.isUnknownSession(FAILURE)).toBe(true);
  expect(users.isUnknownSession({ ...FAILURE, output: "" })).toBe(false);
  expect(typeof users.newSessionId()).toBe(typeof own.newSessionId());
  for (const session of ["ses_1", "01a1fd7d-b66f-7f83-a29f-85f9d9f37d58", "a b", ""])
    expect([session, users.acceptsSessionId(session)]).toEqual([session, own.acceptsSessionId(session)]);
  expect(JSON.parse(JSON.stringify(users))).toEqual({ ...JSON.parse(JSON.stringify(own)), id: "mine", programSetting: null });
});

test("what a value leaves out is filled in", () => {
  const least = resolveRunner({ id: "mine" }, { command: () => ({ argv: ["agent"] }) });
  expect(least).toMatchObject({
    displayName: "mine",
    program: null,
    programSetting: null,
    defaultModel: "default",
    models: null,
    supportsEffort: true,
    efforts: null,
    supportsResume: false,
    supportedOptions: {},
    reportsEnd: false,
    keepsSessionId: false,
    generate: null,
    classify: null,
  });
  expect(least.command(NEW)).toEqual({ argv: ["agent"], stdin: "", env: {} });
  expect(least.newSessionId()).toBeNull();
  expect([least.acceptsSessionId("any"), least.acceptsSessionId("a b")]).toEqual([true, false]);
  expect(least.isUnknownSession(FAILURE)).toBe(false);
  expect(eventsOf(least.createReader({ request: NEW, now }), bytesOf("a", "b")).at(-1)).toEqual({ type: "final", text: "a\nb" });
});

test("functions are called as methods of the value they stand in", () => {
  class Agent {
    readonly name = "agent";
    command = () => ({ argv: [this.name] as const });
    newSessionId(): string {
      return `${this.name}-1`;
    }
    isUnknownSession(): boolean {
      return this.name === "agent";
    }
    classify(): "retryable" {
      if (this.name !== "agent") throw new Error("another object");
      return "retryable";
    }
  }
  const runner = resolveRunner({ id: "mine" }, new Agent());
  expect([runner.newSessionId(), runner.isUnknownSession(FAILURE), runner.classify?.(FAILURE)]).toEqual(["agent-1", true, "retryable"]);
});
