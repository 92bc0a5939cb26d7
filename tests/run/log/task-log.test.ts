import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LogReader, readTaskLog } from "../../../src/run/log/task-log.ts";

let runtimeDir = "";
beforeEach(() => {
  runtimeDir = mkdtempSync(join(tmpdir(), "cueloop-log-"));
  mkdirSync(join(runtimeDir, "logs", "runs"), { recursive: true });
});
afterEach(() => rmSync(runtimeDir, { recursive: true, force: true }));

const logFile = (runId: string) => join(runtimeDir, "logs", "runs", `${runId}.ndjson`);
const line = (kind: string, fields: object = {}) =>
  `${JSON.stringify({ version: 3, timestamp: "2026-01-01T00:00:00.000000000Z", run_mode: "one", kind, ...fields })}\n`;
const START = line("run_started", { payload: { run_id: "r", command: "run one", pid: 1 } });

test("a task's lines are led by the start of their run, oldest run first", () => {
  appendFileSync(logFile("02"), START + line("task_selected", { task_id: "RQ-0001", message: "b" }));
  appendFileSync(
    logFile("01"),
    START + line("task_selected", { task_id: "RQ-0001", message: "a" }) + line("task_selected", { task_id: "RQ-0002", message: "x" }),
  );
  appendFileSync(logFile("03"), START + line("task_selected", { task_id: "RQ-0002", message: "y" }));
  expect(readTaskLog(runtimeDir, "RQ-0001").map((entry) => `${entry.runId} ${entry.event?.kind}`)).toEqual([
    "01 run_started",
    "01 task_selected",
    "02 run_started",
    "02 task_selected",
  ]);
});

test("a torn last line waits until it is whole", () => {
  const reader = new LogReader(logFile("01"));
  expect(reader.read()).toEqual([]);
  const selected = line("task_selected", { task_id: "RQ-0001", message: "ü" });
  const bytes = Buffer.from(START + selected);
  const cut = Buffer.from(START).length + Buffer.from(selected).indexOf(0xc3) + 1;
  appendFileSync(logFile("01"), bytes.subarray(0, cut));
  expect(reader.read()).toHaveLength(1);
  appendFileSync(logFile("01"), bytes.subarray(cut));
  expect(reader.read()).toMatchObject([{ taskId: "RQ-0001", event: { message: "ü" } }]);
});

test("what is no event is passed over, a kind of a later version is kept as text", () => {
  appendFileSync(logFile("01"), `garbage\n{"a":1}\n${line("from_the_future", { task_id: "RQ-0001" })}`);
  expect(new LogReader(logFile("01")).read()).toMatchObject([{ event: null, taskId: "RQ-0001" }]);
});
