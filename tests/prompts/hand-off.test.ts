import { expect, test } from "bun:test";
import { parse } from "valibot";
import { DEFAULTS } from "../../src/config/defaults.ts";
import { conflictMessage, type HandOff, repairMessage } from "../../src/prompts/hand-off.ts";
import { builtInTemplates } from "../../src/prompts/load.ts";
import { TaskRecord } from "../../src/queue/task.ts";
import { task } from "../support/repository.ts";

const HAND_OFF: HandOff = {
  task: parse(TaskRecord, task("RQ-0042", { title: "Retry refunds", request: "Retry them twice" })),
  attempt: 2,
  maxAttempts: 50,
  target: "main",
  onto: "abc123",
  phaseSummary: "The work is done.",
  status: "UU src/refund.ts\n",
  previousFailure: "The gate failed.",
  books: [".cueloop/queue.jsonc", ".cueloop/done.jsonc"],
  gate: "bun test",
  message: null,
};
const SOURCES = { env: {}, config: DEFAULTS, gate: { enabled: true, display: "bun test" }, publishMode: "off" as const, warn() {} };

test("a conflict's message names attempt, task, base, both intents, files, status and what is not the agent's to do", () => {
  const text = conflictMessage(
    { ...HAND_OFF, files: ["src/refund.ts", "logo.png"], unmarked: ["logo.png"], theirs: "1a2b3c Bo: Refund in cents" },
    builtInTemplates(),
    SOURCES,
  );
  for (const part of [
    "attempt 2 of 50",
    "RQ-0042: Retry refunds",
    "`abc123`, the tip of main",
    "Retry them twice",
    "1a2b3c Bo: Refund in cents",
    "- src/refund.ts\n",
    "- logo.png (without markers",
    "UU src/refund.ts",
    "The attempt before failed: The gate failed.",
    "do not push",
    "`.cueloop/queue.jsonc` and `.cueloop/done.jsonc`",
    "`bun test`",
  ]) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain("{{");
});

test("without a gate the agent is told so", () => {
  expect(repairMessage({ ...HAND_OFF, gate: null }, "Put it right.")).toContain("No gate is enabled");
});

test("a person's remark goes last", () => {
  expect(
    repairMessage({ ...HAND_OFF, message: "Keep the old API" }, "Put it right.")
      .trimEnd()
      .endsWith("Keep the old API"),
  ).toBe(true);
});

test("control characters of programs' output do not reach the agent", () => {
  const text = repairMessage({ ...HAND_OFF, previousFailure: "\x1b[31mred\x00\ttab" }, "Put it right.");
  expect(text).toContain(" [31mred \ttab");
  expect(text).not.toMatch(/[\x00-\x08\x1b]/);
});
