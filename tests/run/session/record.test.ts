import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { formatTimestamp, systemClock } from "../../../src/base/clock.ts";
import { SessionRecord } from "../../../src/run/session/record.ts";
import { readSession, type SessionFile, sessionPath } from "../../../src/run/session/session-file.ts";
import { readSidecar, Sidecar } from "../../../src/run/session/sidecar.ts";
import { task } from "../../support/repository.ts";

const START = "2026-11-21T07:04:29.000000000Z";
const SESSION: SessionFile = {
  version: 1,
  session_id: "20261121T070429000000000Z-RQ-0001",
  task_id: "RQ-0001",
  run_started_at: START,
  last_updated_at: START,
  iterations_planned: 1,
  iterations_completed: 0,
  current_phase: 1,
  runner: "codex",
  model: "gpt-5.4",
  tasks_completed_in_loop: 0,
  max_tasks: 0,
};
const SECOND = 1_000_000_000n;

const SIDECAR = v.parse(Sidecar, {
  version: 1,
  session_id: SESSION.session_id,
  run_id: "r",
  step: "planning",
  phase: 1,
  iteration: 1,
  turns: 0,
  base: null,
  phase_tree: null,
  head: null,
  branch: null,
  plan_sha256: null,
  response_sha256: null,
  agent_session: null,
  task_before: { index: 0, task: task("RQ-0001") },
  updated_at: START,
});

let runtimeDir = "";
let now = 0n;
beforeEach(() => {
  runtimeDir = mkdtempSync(join(tmpdir(), "cueloop-record-"));
  now = systemClock().now();
});
afterEach(() => rmSync(runtimeDir, { recursive: true, force: true }));

const record = () => {
  const emit = (event: unknown) => expect(event).toBeUndefined();
  return new SessionRecord({ runtimeDir, emit, clock: { ...systemClock(), now: () => now } }, SESSION, SIDECAR);
};

/** When each file says that it was written. */
const written = () => {
  const found = readSession(runtimeDir);
  return { session: found.kind === "session" ? found.session.last_updated_at : found.kind, sidecar: readSidecar(runtimeDir)?.updated_at };
};

/** Moves the clock; what is written from now on says this time. */
const later = (seconds: bigint): string => {
  now += seconds * SECOND;
  return formatTimestamp(now);
};

test("both files are written at once", () => {
  const at = later(0n);
  record();
  expect(written()).toEqual({ session: at, sidecar: at });
});

test("each file is written when something of its own changes", () => {
  const begun = later(0n);
  const saved = record();
  const first = later(1n);
  saved.update({ sidecar: { turns: 1 } });
  expect(written()).toEqual({ session: begun, sidecar: first });
  const second = later(1n);
  saved.update({ session: { current_phase: 2 } });
  expect(written()).toEqual({ session: second, sidecar: first });
  later(1n);
  saved.update({ session: { current_phase: 2 }, sidecar: { turns: 1 } });
  expect(written()).toEqual({ session: second, sidecar: first });
});

test("both are written again where nothing changes for a minute", () => {
  const begun = later(0n);
  const saved = record();
  later(59n);
  saved.update({});
  expect(written()).toEqual({ session: begun, sidecar: begun });
  const minute = later(1n);
  saved.update({});
  expect(written()).toEqual({ session: minute, sidecar: minute });
});

test.each([
  ["gone", () => rmSync(sessionPath(runtimeDir))],
  ["another", () => writeFileSync(sessionPath(runtimeDir), "{}")],
])("a session file that is %s is written again", (_name, touch) => {
  const saved = record();
  touch();
  const at = later(1n);
  saved.update({ sidecar: { turns: 1 } });
  expect(written()).toEqual({ session: at, sidecar: at });
});

test("what is noted goes with the next update", () => {
  const begun = later(0n);
  const saved = record();
  const at = later(1n);
  saved.note({ session: { current_phase: 2 }, sidecar: { phase: 2 } });
  expect(saved.sidecar.phase).toBe(2);
  expect(written()).toEqual({ session: begun, sidecar: begun });
  saved.update({});
  expect(written()).toEqual({ session: at, sidecar: at });
  expect([readSession(runtimeDir), readSidecar(runtimeDir)]).toMatchObject([{ session: { current_phase: 2 } }, { phase: 2 }]);
});
