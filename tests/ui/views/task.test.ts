import { expect, test } from "bun:test";
import type { Task } from "../../../src/queue/task.ts";
import { compactRow, longRow, taskLines, taskText } from "../../../src/ui/views/task.ts";

const task: Task = {
  id: " RQ-0007 ",
  status: "done",
  title: "Add\tretry\nto \x1b[31mthe client",
  priority: "high",
  tags: [" net ", "", "io"],
  scope: ["src/upload"],
  evidence: ["log"],
  plan: ["reproduce", "fix"],
  notes: ["first\nsecond"],
  created_at: "2026-03-02T08:15:00.000000000Z",
  updated_at: "2026-03-02T08:16:00.000000000Z",
  depends_on: ["RQ-0003"],
  blocks: [],
  relates_to: [],
  custom_fields: { owner: "infra", area: "x y" },
};

const piped = { color: false, width: null };

test("compact: id, status, priority, title on one line", () => {
  expect(taskLines([compactRow(task)], piped)).toEqual(["RQ-0007\tdone\thigh\tAdd retry to the client"]);
});

test("long: nine fields, missing ones empty", () => {
  expect(taskLines([longRow(task)], piped)).toEqual([
    "RQ-0007\tdone\thigh\tAdd retry to the client\tnet,io\tsrc/upload\t2026-03-02T08:16:00.000000000Z\t\tarea=x y,owner=infra",
  ]);
});

test("status and priority are coloured, nothing else", () => {
  expect(taskLines([compactRow(task)], { color: true, width: null })).toEqual([
    "RQ-0007\t\x1b[32mdone\x1b[0m\t\x1b[1;33mhigh\x1b[0m\tAdd retry to the client",
  ]);
});

test("text: the task for a person", () => {
  const text = taskText(task, { color: false, verdict: { verified: false, reason: "no evidence is kept with it" }, worker: null });
  expect(text).toBe(
    [
      "RQ-0007  done  high",
      "Add retry to the client",
      "",
      "  tags        net, io",
      "  scope       src/upload",
      "  depends on  RQ-0003",
      "  created     2026-03-02T08:15:00.000000000Z",
      "  updated     2026-03-02T08:16:00.000000000Z",
      "  owner       infra",
      "  area        x y",
      "  claimed: no evidence is kept with it",
      "",
      "Plan",
      "  1. reproduce",
      "  2. fix",
      "",
      "Evidence",
      "  - log",
      "",
      "Notes",
      "  - first second",
    ].join("\n"),
  );
});

test("text: a verified task names the commit", () => {
  const text = taskText(task, { color: false, verdict: { verified: true, commit: "0123456789abcdef" }, worker: "landing since then" });
  expect(text).toContain("  verified: the gate passed on the tree of commit 0123456789ab\n");
  expect(text).toMatch(/^ {2}worker +landing since then$/m);
});
