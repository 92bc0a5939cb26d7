import { expect, test } from "bun:test";
import type { RunEvent, WorkerState } from "../../../src/run/events.ts";
import { WorkersBoard } from "../../../src/ui/run/board.ts";
import { WorkersPrinter } from "../../../src/ui/run/workers-printer.ts";
import { at, NOON, phase, said, selected, worker } from "./events.ts";

const PLAIN = { color: false, gateLines: 3, root: "/repo" };

/** The footer ten seconds after noon, once these events came, one a second. */
function footer(events: readonly RunEvent[], size = { width: 100, rows: 24 }): string[] {
  const board = new WorkersBoard(PLAIN);
  for (const [second, event] of events.entries()) board.observe(at(second, event));
  return board.footer({ ...size, color: false, now: NOON + 10_000, stopping: false, ending: false }).map((line) => line.trimEnd());
}

const gate = { display: "bun test", tree: null };

test("a row for each worker: task, phase or integration, time, what happens now", () => {
  const started: RunEvent = { kind: "run_started", payload: { run_id: "r", command: "run loop", pid: 1 } };
  const limit = { runner: "claude", resets_at: null };
  const lines = footer([
    started,
    selected("RQ-0001", "Short"),
    selected("RQ-0002", "A title that is far too long for a row of the view"),
    phase("RQ-0001", 1),
    phase("RQ-0002", 2),
    said("RQ-0002", "I look at /w/RQ-0002/src/a.ts"),
    said("RQ-0001", "I plan.\n"),
    worker("RQ-0002", "integrating"),
    { kind: "gate_started", task_id: "RQ-0002", payload: gate },
    selected("RQ-0003", "Waits"),
    { kind: "usage_limit", task_id: "RQ-0003", phase: "planning", message: "The limit is reached.", payload: limit },
  ]);
  expect(lines).toEqual([
    expect.stringMatching(/^── 3 workers ─+ 10 s$/),
    "   RQ-0001  Short                         planning 1/2  9.0 s  I plan.",
    "   RQ-0002  A title that is far too lon…  integrating   8.0 s  the gate runs, 2.0 s",
    "   RQ-0003  Waits                         starting      1.0 s  waits: The limit is reached.",
    "   0 done",
    "   s stop after these tasks   l agents' output   q stop now",
  ]);
});

test.each<[WorkerState, string]>([
  ["landed", "1 done"],
  ["held", "1 done"],
  ["rejected", "1 done"],
  ["blocked", "0 done · 1 blocked"],
  ["failed", "0 done · 1 failed"],
])("a worker that is %s leaves its row and is counted once", (state, figures) => {
  const finished: RunEvent = {
    kind: "task_finished",
    task_id: "RQ-0001",
    exit_code: 0,
    payload: { outcome: "done", duration_ms: 1, usage: null },
  };
  const lines = footer([selected("RQ-0001"), selected("RQ-0002"), worker("RQ-0001", state), finished, worker("RQ-0001", state)]);
  expect(lines[0]).toStartWith("── 1 worker ─");
  expect(lines.slice(1, 3)).toEqual([expect.stringContaining("RQ-0002"), `   ${figures}`]);
});

test.each<[WorkerState, string]>([
  ["landing", "landing"],
  ["waiting_checkout", "waiting"],
  ["working", "implementation 2/2"],
])("the state %s is told as %s", (state, place) => {
  const [, row] = footer([selected("RQ-0001"), phase("RQ-0001", 2), worker("RQ-0001", state)]);
  expect(row).toContain(`  ${place}  `);
});

test.each<[WorkerState, string]>([
  ["integrating", "the work is put onto the target's tip"],
  ["landing", "the target is moved"],
])("with the state %s, what the agent said last is over", (state, doing) => {
  const [, row] = footer([selected("RQ-0001"), phase("RQ-0001", 1), said("RQ-0001", "I am done.\n"), worker("RQ-0001", state)]);
  expect(row).toEndWith(doing);
});

test.each([
  [true, "the gate passed"],
  [false, "the gate failed"],
])("after the gate (passed: %p) its row says: %s", (passed, doing) => {
  const finished: RunEvent = {
    kind: "gate_finished",
    task_id: "RQ-0001",
    payload: { ...gate, passed, exit_code: 0, pattern: null, duration_ms: 5, output_tail: "" },
  };
  const [, row] = footer([selected("RQ-0001"), { kind: "gate_started", task_id: "RQ-0001", payload: gate }, finished]);
  expect(row).toEndWith(doing);
});

test("what agents say of their worktree is told without it, once that is known", () => {
  const [, row] = footer([selected("RQ-0001"), worker("RQ-0001", "working"), said("RQ-0001", "I look at /w/RQ-0001/src/a.ts")]);
  expect(row).toEndWith("I look at src/a.ts");
});

test("a small terminal shows some rows and counts the others, none broader than it", () => {
  const ids = ["RQ-0001", "RQ-0002", "RQ-0003", "RQ-0004"];
  const lines = footer(
    ids.map((id) => selected(id)),
    { width: 30, rows: 9 },
  );
  expect(lines).toHaveLength(6);
  expect(lines.slice(1, 4)).toEqual([expect.stringContaining("RQ-0001"), expect.stringContaining("RQ-0002"), "   … and 2 more"]);
  for (const line of lines) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(30);
});

test("an empty run has no rows", () => {
  expect(footer([]).map((line) => line.slice(0, 16).trimEnd())).toEqual(["── between tasks", "   0 done", "   s stop after"]);
});

test("the plain lines begin with the id of their task", () => {
  const printer = new WorkersPrinter({ ...PLAIN, agents: true });
  const events: RunEvent[] = [
    { kind: "message", message: "Two workers." },
    selected("RQ-0001", "One\x1b[31m"),
    selected("RQ-0002", "Two"),
    phase("RQ-0001", 1),
    worker("RQ-0001", "working", "RQ-0001: it is begun."),
    said("RQ-0001", "I look at /w/RQ-0001/a.ts\nand see."),
    { kind: "commit", task_id: "RQ-0002", message: "RQ-0002: Two", payload: { commit: "0123456789abcdef" } },
    worker("RQ-0002", "landed", "RQ-0002 landed on main."),
    { kind: "warning", task_id: "RQ-0001", message: "RQ-0001 is slow." },
    { kind: "wrote_outside", message: "The checkout changed.", payload: { task_ids: ["RQ-0001"], paths: ["x"], head_moved: false } },
    { kind: "scope_overlap", message: "Both changed x.", payload: { tasks: ["RQ-0001", "RQ-0002"], paths: ["x"], declared: false } },
  ];
  expect(events.flatMap((event) => printer.lines(event))).toEqual([
    "Two workers.",
    "RQ-0001 | One",
    "RQ-0002 | Two",
    "RQ-0001 | > planning 1/2  claude opus",
    "RQ-0001 | it is begun.",
    "RQ-0001 | I look at a.ts",
    "RQ-0001 | and see.",
    "RQ-0002 | commit 0123456789  RQ-0002: Two",
    "RQ-0002 | landed on main.",
    "RQ-0001 | warning: is slow.",
    "The checkout changed.",
    "Both changed x.",
  ]);
});

test("on a terminal what agents say stays behind a key", () => {
  const board = new WorkersBoard(PLAIN);
  const event = at(0, said("RQ-0001", "I plan."));
  expect(board.observe(event)).toEqual(["RQ-0001 | I plan."]);
  expect(board.printer.lines(event)).toEqual([]);
  expect(board.printer.lines(phase("RQ-0001", 1))).toEqual(["RQ-0001 | > planning 1/2  claude opus"]);
  const tinted = new WorkersBoard({ ...PLAIN, color: true }).printer.lines(worker("RQ-0001", "landed"));
  expect(tinted.map((line) => Bun.stripANSI(line))).toEqual(["RQ-0001 | landed."]);
});
