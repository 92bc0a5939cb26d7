import { describe, expect, test } from "bun:test";
import { appendNotes, applyStatus, nextPriority, nextStatus, parsePriority } from "../../src/queue/status.ts";
import { aTask, NOW } from "./books.ts";

const EARLIER = "2026-02-01T00:00:00.000000000Z";

describe("the one policy of status changes", () => {
  test.each([
    ["draft", {}, { completed_at: undefined, started_at: undefined }],
    ["draft", { completed_at: EARLIER, started_at: EARLIER }, { completed_at: undefined, started_at: EARLIER }],
    ["todo", { completed_at: EARLIER, started_at: EARLIER }, { completed_at: undefined, started_at: EARLIER }],
    ["doing", {}, { completed_at: undefined, started_at: NOW }],
    ["doing", { completed_at: EARLIER, started_at: EARLIER }, { completed_at: undefined, started_at: EARLIER }],
    ["done", {}, { completed_at: NOW, started_at: undefined }],
    ["done", { completed_at: EARLIER }, { completed_at: EARLIER, started_at: undefined }],
    ["done", { completed_at: "  " }, { completed_at: NOW, started_at: undefined }],
    ["rejected", {}, { completed_at: NOW, started_at: undefined }],
    ["rejected", { completed_at: EARLIER, started_at: EARLIER }, { completed_at: EARLIER, started_at: EARLIER }],
  ] as const)("to %s with %o", (status, before, after) => {
    const changed = applyStatus(aTask("RQ-0001", before), status, NOW);
    expect(changed.status).toBe(status);
    expect(changed.updated_at).toBe(NOW);
    expect({ completed_at: changed.completed_at, started_at: changed.started_at }).toEqual(after);
  });

  test("the result is in canonical key order", () => {
    const keys = Object.keys(applyStatus(aTask("RQ-0001", { parent_id: "RQ-0002" }), "doing", NOW));
    expect(keys.indexOf("started_at")).toBeGreaterThan(keys.indexOf("updated_at"));
    expect(keys.at(-1)).toBe("parent_id");
  });
});

test("notes are redacted, trimmed and appended, blank ones dropped", () => {
  const redact = (text: string) => text.replace("hunter2", "[REDACTED]");
  expect(appendNotes(aTask("RQ-0001", { notes: ["old"] }), [" pass hunter2 ", "  ", ""], redact).notes).toEqual(["old", "pass [REDACTED]"]);
});

test.each([
  ["draft", "todo"],
  ["todo", "doing"],
  ["doing", "done"],
  ["done", "rejected"],
  ["rejected", "draft"],
] as const)("after %s comes %s", (status, next) => {
  expect(nextStatus(status)).toBe(next);
});

test.each([
  ["low", "medium"],
  ["medium", "high"],
  ["high", "critical"],
  ["critical", "low"],
] as const)("after %s comes %s", (priority, next) => {
  expect(nextPriority(priority)).toBe(next);
});

test.each([
  [" HIGH ", "high"],
  ["Critical", "critical"],
  ["urgent", null],
  ["", null],
] as const)("priority %p reads as %p", (text, priority) => {
  expect(parsePriority(text)).toBe(priority);
});
