import { expect, test } from "bun:test";
import { type ResolvedRunner, resolveRunner } from "../../../src/runners/resolve.ts";
import type { Runner } from "../../../src/runners/runner.ts";
import { runTurn } from "../../../src/runners/turn.ts";
import { repoContext } from "../context.ts";
import { OPTIONS } from "./scripted.ts";

function turn(runner: ResolvedRunner, signal: AbortSignal) {
  return runTurn(repoContext("/tmp", {}, { PATH: process.env["PATH"] }), {
    runner,
    model: "M",
    effort: "high",
    options: OPTIONS,
    call: { kind: "prompt", prompt: "do it" },
    cwd: "/tmp",
    runId: "run-1",
    taskId: null,
    executable: "/opt/cueloop",
    onEvent: () => {},
    signal,
    idleTimeoutMs: 0,
    turnTimeoutMs: 0,
  });
}

const newSessionId = () => "own-1";
const RUNNERS: Readonly<Record<string, Runner>> = {
  "a program": { newSessionId, command: () => ({ argv: ["true"] }) },
  "a function": { newSessionId, async *run() {} },
};

test.each(Object.keys(RUNNERS))("%s has begun the session of our id once it was started, and not before", async (name) => {
  const runner = resolveRunner({ id: "mine" }, RUNNERS[name] ?? { command: () => ({ argv: ["false"] }) });
  expect(await turn(runner, new AbortController().signal)).toMatchObject({ kind: "success", sessionId: "own-1" });
  expect(await turn(runner, AbortSignal.abort())).toMatchObject({ kind: "interrupted", sessionId: null });
});

test("a program that is missing has begun no session", async () => {
  const runner = resolveRunner({ id: "mine" }, { newSessionId, command: () => ({ argv: ["no-such-agent"] }) });
  expect(await turn(runner, new AbortController().signal)).toMatchObject({ kind: "missing_binary", sessionId: null });
});
