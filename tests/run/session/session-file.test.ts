import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSession, type SessionFile, sessionId, sessionPath, writeSession } from "../../../src/run/session/session-file.ts";

let runtimeDir = "";
beforeEach(() => {
  runtimeDir = mkdtempSync(join(tmpdir(), "cueloop-session-"));
});
afterEach(() => rmSync(runtimeDir, { recursive: true, force: true }));

const SESSION: SessionFile = {
  version: 1,
  session_id: "20261121T070429123456789Z-RQ-0042",
  task_id: "RQ-0042",
  run_started_at: "2026-11-21T07:04:29.123456789Z",
  last_updated_at: "2026-11-21T07:19:02.000000001Z",
  iterations_planned: 2,
  iterations_completed: 1,
  current_phase: 2,
  runner: "codex",
  model: "gpt-5.4",
  tasks_completed_in_loop: 0,
  max_tasks: 0,
  phase2_settings: { runner: "claude", model: "sonnet" },
};

test("an id is the start without punctuation and the task", () => {
  expect(sessionId("2026-11-21T07:04:29.123456789Z", "RQ-0042")).toBe(SESSION.session_id);
});

test("what is written is read", () => {
  expect(readSession(runtimeDir)).toEqual({ kind: "none" });
  writeSession(runtimeDir, SESSION);
  expect(readSession(runtimeDir)).toEqual({ kind: "session", session: SESSION });
});

test.each([
  ["a key nobody knows", { ...SESSION, more: 1 }],
  ["a missing key", { ...SESSION, runner: undefined }],
  ["a value of the wrong kind", { ...SESSION, current_phase: "2" }],
])("%s makes it corrupt", (_name, session) => {
  writeSession(runtimeDir, SESSION);
  writeFileSync(sessionPath(runtimeDir), JSON.stringify(session));
  expect(readSession(runtimeDir).kind).toBe("corrupt");
});

test("so do half a file and a directory", () => {
  writeSession(runtimeDir, SESSION);
  writeFileSync(sessionPath(runtimeDir), '{"version": 1');
  expect(readSession(runtimeDir).kind).toBe("corrupt");
  rmSync(sessionPath(runtimeDir));
  mkdirSync(sessionPath(runtimeDir));
  expect(readSession(runtimeDir).kind).toBe("corrupt");
});

test("comments are read over, and what a newer version adds is ignored", () => {
  writeSession(runtimeDir, SESSION);
  writeFileSync(sessionPath(runtimeDir), `// x\n${JSON.stringify(SESSION)}`);
  expect(readSession(runtimeDir)).toEqual({ kind: "session", session: SESSION });
  writeFileSync(sessionPath(runtimeDir), JSON.stringify({ ...SESSION, version: 2, more: 1 }));
  expect(readSession(runtimeDir)).toEqual({ kind: "session", session: { ...SESSION, version: 2 }, isNewer: true });
});
