import { afterEach, expect, test } from "bun:test";
import * as v from "valibot";
import { formatTimestamp } from "../../src/base/clock.ts";
import { CueLoopError } from "../../src/base/errors.ts";
import { bootId, hostName, pidNamespace } from "../../src/base/identity.ts";
import { BlockingState } from "../../src/queue/blocking.ts";
import { blockingStateOf } from "../../src/run/blocking.ts";
import { GateFailedError } from "../../src/run/errors.ts";
import { ResumeRefusedError } from "../../src/run/resume/refused.ts";
import { deadPid, Store } from "../queue/store/store.ts";

const stores: Store[] = [];
afterEach(() => {
  for (const store of stores.splice(0)) store[Symbol.dispose]();
});

function stateOf(error: unknown, files: (store: Store) => Record<string, string> = () => ({})) {
  const store = new Store();
  stores.push(store);
  for (const [name, text] of Object.entries(files(store))) store.write(name, text);
  const state = blockingStateOf(store.ctx, error);
  return { store, state: state === null ? null : v.parse(BlockingState, state) };
}

function owner(store: Store, pid: number): string {
  const place = `host: ${hostName()}\nboot_id: ${bootId() ?? ""}\npid_ns: ${pidNamespace() ?? ""}\n`;
  return `pid: ${pid}\nstarted_at: ${formatTimestamp(store.ctx.clock.now())}\ncommand: cueloop run loop\nlabel: run loop\n${place}`;
}

const HELD = new CueLoopError("queue.lock_held", { message: "Queue lock already held" });

test.each<[what: string, files: (store: Store) => Record<string, string>, who: () => object, message: RegExp, detail: RegExp]>([
  [
    "live",
    (store) => ({ "lock/owner": owner(store, process.pid) }),
    () => ({ owner: "run loop", owner_pid: process.pid }),
    /held by `run loop` \(pid \d+/,
    /Wait until it has finished/,
  ],
  [
    "stale",
    (store) => ({ "lock/owner": owner(store, deadPid()) }),
    () => ({ owner: "run loop", owner_pid: expect.any(Number) }),
    /left behind by `run loop`/,
    /clears it by itself/,
  ],
  ["without an owner", () => ({ "lock/other": "" }), () => ({}), /names no holder/, /queue unlock/],
  ["with an owner that cannot be read", () => ({ "lock/owner": "who knows" }), () => ({}), /cannot be read/, /queue unlock/],
  ["free by now", () => ({}), () => ({}), /was held/, /free again/],
])("lock_blocked: a lock that is %s", (_what, files, who, message, detail) => {
  const { store, state } = stateOf(HELD, files);
  expect(state).toEqual({
    status: "stalled",
    reason: { kind: "lock_blocked", lock_path: `${store.root}/.cueloop/lock`, ...who() },
    message: expect.stringMatching(message),
    detail: expect.stringMatching(detail),
    observed_at: expect.stringMatching(/Z$/),
  });
});

test.each([
  [2, "Lint check failure", { exit_code: 2, pattern: "Lint check failure" }],
  [2, null, { exit_code: 2 }],
  [null, null, {}],
])("ci_blocked: exit %p, pattern %p, however often it was wrapped", (exitCode, pattern, fields) => {
  const gate = new GateFailedError("RQ-0001", {
    exitCode,
    pattern,
    stdout: "",
    stderr: "",
    message: "It failed.",
    hint: "Here it stays.\nNext",
  });
  expect(stateOf(new Error("outer", { cause: new Error("inner", { cause: gate }) })).state).toEqual({
    status: "stalled",
    reason: { kind: "ci_blocked", ...fields },
    task_id: "RQ-0001",
    message: expect.any(String),
    detail: "Here it stays.",
    observed_at: expect.any(String),
  });
});

test("runner_recovery: a refused resume, with its task at the top too", () => {
  const decision = {
    status: "refusing_to_resume",
    scope: "run_session",
    reason: "resume_confirmation_required",
    task_id: "RQ-0001",
    message: "Resume: not without you.",
    detail: "It was interrupted.",
  } as const;
  expect(stateOf(new ResumeRefusedError(decision)).state).toEqual({
    status: "stalled",
    reason: { kind: "runner_recovery", scope: "run_session", reason: "resume_confirmation_required", task_id: "RQ-0001" },
    task_id: "RQ-0001",
    message: "Resume: not without you.",
    detail: "It was interrupted.",
    observed_at: expect.any(String),
  });
});

test.each(["run.agent_failed", "run.interrupted", "run.dirty_repository", "queue.invalid", "run.lfs_check"])(
  "%s leaves no state",
  (code) => {
    expect(stateOf(new CueLoopError(code, { message: "It failed." })).state).toBeNull();
  },
);
