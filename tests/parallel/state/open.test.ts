import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { parseTimestamp } from "../../../src/base/clock.ts";
import { processStart } from "../../../src/base/identity.ts";
import { filesOfTask } from "../../../src/parallel/files/paths.ts";
import { type ResultFile, writeResult } from "../../../src/parallel/files/result-file.ts";
import { openState } from "../../../src/parallel/state/open.ts";
import type { WorkerRecord } from "../../../src/parallel/state/record.ts";
import { Place, stateWith, worker } from "./support.ts";

const now = parseTimestamp("2026-11-20T12:00:00Z")?.instant ?? 0n;
const NOON = "2026-11-20T12:00:00.000000000Z";
const wish = { target: "main", now };

const onDisk = (place: Place): unknown => JSON.parse(readFileSync(place.file, "utf8"));

test("without a file one is made at once", () => {
  using place = new Place();
  const { state } = openState(place, wish);
  expect(state).toEqual({ schema_version: 3, started_at: NOON, target_branch: "main", workers: [] });
  expect(onDisk(place)).toEqual(state);
  expect(place.warnings).toEqual([]);
});

test("what is due is dropped with a warning, and saved", () => {
  using place = new Place().holding(stateWith([worker("RQ-0001", { started_at: "2026-11-18T00:00:00Z" }), worker("RQ-0002")]));
  expect(openState(place, wish).records.map(({ task_id: id }) => id)).toEqual(["RQ-0002"]);
  expect(place.warnings).toEqual([expect.stringContaining("RQ-0001")]);
  expect(onDisk(place)).toMatchObject({ started_at: "2026-11-20T08:00:00Z", workers: [{ task_id: "RQ-0002" }] });
});

test("a corrupt file is kept under another name", () => {
  using place = new Place().holding("{");
  expect(openState(place, wish).records).toEqual([]);
  const [aside = ""] = readdirSync(dirname(place.file)).filter((name) => name !== basename(place.file));
  expect(aside).toStartWith("state.json.corrupt-2026-11-20T12-00-00");
  expect(readFileSync(`${dirname(place.file)}/${aside}`, "utf8")).toBe("{");
  expect(place.warnings).toEqual([expect.stringContaining(aside)]);
});

test("a newer file is refused and left alone", () => {
  using place = new Place().holding(stateWith([], { schema_version: 4 }));
  expect(() => openState(place, wish)).toThrow(/state\.json has version 4/);
  expect(onDisk(place)).toMatchObject({ schema_version: 4 });
});

test("an old file goes on with the present target", () => {
  using place = new Place().holding({ schema_version: 2, base_branch: "dev", workers: [{}] });
  expect(openState(place, wish).state).toEqual({ schema_version: 3, started_at: NOON, target_branch: "main", workers: [] });
});

const us = { pid: process.pid, pid_start: processStart(process.pid) };

test.each<[string, Partial<WorkerRecord>]>([
  ["is blocked", { lifecycle: "blocked_push" }],
  ["is completed", { lifecycle: "completed" }],
  ["was running when its process died", { lifecycle: "running", ...us, pid_start: "1" }],
  ["ran under the older program", { lifecycle: "running" }],
  ["waits for a retry", { lifecycle: "running", ...us, retry_requested: true }],
])("another target is taken over where the worker %s", (_, fields) => {
  for (const branch of ["dev", ""]) {
    using place = new Place().holding(stateWith([worker("RQ-0001", fields)], { target_branch: branch }));
    const { state } = openState(place, wish);
    expect(state).toMatchObject({ target_branch: "main", started_at: NOON, workers: [{ task_id: "RQ-0001" }] });
    expect(onDisk(place)).toMatchObject({ target_branch: "main" });
    expect(place.warnings).toEqual([expect.stringContaining("main from now on")]);
  }
});

test.each<[string, Partial<WorkerRecord>]>([
  ["runs", { lifecycle: "running", ...us }],
  ["is being brought in", { lifecycle: "integrating" }],
])("another target is refused where a worker %s", (_, fields) => {
  using place = new Place().holding(stateWith([worker("RQ-0001", fields), worker("RQ-0002")], { target_branch: "dev" }));
  const before = readFileSync(place.file, "utf8");
  expect(() => openState(place, wish)).toThrow(/go to main.*target branch dev and 1 active worker \(RQ-0001\)/);
  expect(readFileSync(place.file, "utf8")).toBe(before);
  expect(openState(place, { ...wish, target: "dev" }).records).toHaveLength(2);
});

test("another target is refused where a dead worker's result is ready", () => {
  using place = new Place().holding(stateWith([worker("RQ-0001", { lifecycle: "running" })], { target_branch: "dev" }));
  const { result } = filesOfTask(place.runtimeDir, "RQ-0001");
  const ready: ResultFile = {
    version: 1,
    task_id: "RQ-0001",
    token: "t",
    outcome: "ready",
    base: null,
    tip: null,
    changed: true,
    ci: { ran: false, passed: false },
    attempts: 1,
    turns: 1,
    session: null,
    finished_at: NOON,
    evidence: null,
    notes: [],
    agent: null,
    reason: null,
    history: null,
  };
  writeResult(result, ready);
  expect(existsSync(result)).toBe(true);
  expect(() => openState(place, wish)).toThrow(/RQ-0001/);
});
