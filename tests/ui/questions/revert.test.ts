import { expect, test } from "bun:test";
import type { RevertQuestion } from "../../../src/run/undo/question.ts";
import { readRevertAnswer, readRevertMessage, revertQuestionText } from "../../../src/ui/questions/revert.ts";

const question: RevertQuestion = {
  taskId: "RQ-0001",
  site: "ci_failure",
  preface: "The gate failed.",
  canContinue: true,
  canProceed: false,
  keepGoing: false,
};

test.each<[string, ReturnType<typeof readRevertAnswer>]>([
  ["", { kind: "keep" }],
  [" 1 ", { kind: "keep" }],
  ["K", { kind: "keep" }],
  ["keep", { kind: "keep" }],
  ["2", { kind: "revert" }],
  ["R", { kind: "revert" }],
  ["Revert", { kind: "revert" }],
  ["3", { kind: "message" }],
  [" try the other file ", { kind: "continue", message: "try the other file" }],
])("%j", (line, expected) => {
  expect(readRevertAnswer(line, question)).toEqual(expected);
});

test("only what is offered counts", () => {
  expect(readRevertAnswer("4", { ...question, canProceed: true })).toEqual({ kind: "proceed" });
  expect(readRevertAnswer("4", { ...question, canContinue: false })).toEqual({ kind: "keep" });
  expect(readRevertAnswer("3", { ...question, canContinue: false })).toEqual({ kind: "keep" });
  expect(readRevertAnswer("some text", { ...question, canContinue: false })).toEqual({ kind: "keep" });
});

test("a blank message keeps the changes", () => {
  expect(readRevertMessage("  ")).toEqual({ kind: "keep" });
  expect(readRevertMessage(" do it ")).toEqual({ kind: "continue", message: "do it" });
});

test("the answers that are offered are shown, foreign text without what steers a terminal", () => {
  expect(revertQuestionText({ ...question, preface: "bad\x1b[2J\x1b]0;title\x07 end" })).toMatchInlineSnapshot(`
    "bad end

    RQ-0001: the gate fails. What now?
      1  Keep its changes in the tree (Enter)
      2  Undo its changes; a ref keeps them
      3  Send the agent a message and go on; any other text is taken as one"
  `);
  expect(revertQuestionText({ ...question, site: "phase1_plan_only", canProceed: true })).toMatchInlineSnapshot(`
    "The gate failed.

    RQ-0001: planning changed files. What now?
      1  Keep its changes in the tree (Enter)
      2  Undo its changes; a ref keeps them
      3  Send the agent a message and go on; any other text is taken as one
      4  Proceed with the changes as they are"
  `);
  expect(revertQuestionText({ ...question, site: "single_pass", canContinue: false, keepGoing: true })).toMatchInlineSnapshot(`
    "The gate failed.

    RQ-0001: the agent failed. What now?
      1  Give the task up: undo its changes, take the next task (Enter)"
  `);
});
