import { expect, test } from "bun:test";
import {
  ciFailureMessage,
  inFreshSession,
  interruptedMessage,
  limitOverMessage,
  signalMessage,
} from "../../src/prompts/continue-messages.ts";

const failure = { gate: "bun test", exitCode: 1, snippet: "Output, 1 lines:\n```\nboom\n```", pattern: null, operatorMessage: null };
const pattern = {
  key: "Unknown variant error",
  file: "a.toml",
  line: 3,
  invalidValue: "fast",
  validOptions: "`quick`, `slow`",
  action: "Use one.",
};

test("a gate failure that was not recognised", () => {
  expect(ciFailureMessage(failure)).toMatchSnapshot();
});

test("a recognised failure with the operator's words", () => {
  expect(ciFailureMessage({ ...failure, exitCode: null, pattern, operatorMessage: " look at {{X}} " })).toMatchSnapshot();
});

test.each([
  [{ ...pattern, line: null }, "Place: a.toml\n"],
  [pattern, "Place: a.toml, line 3\n"],
  [{ ...pattern, file: null }, "Line: 3\n"],
])("the place of %o", (recognised, expected) => {
  expect(ciFailureMessage({ ...failure, pattern: recognised })).toContain(expected);
});

test.each([
  [interruptedMessage(null), "Your turn was interrupted. "],
  [limitOverMessage("  "), "Your turn was interrupted by a usage limit, and the limit is over. "],
  [signalMessage("SIGKILL"), "Your turn was interrupted by the signal SIGKILL. "],
])("%p says what happened and to go on", (message, start) => {
  expect(message).toStartWith(start);
  expect(message).toEndWith("Go on where you stopped; do not start again.");
});

test("the person's message follows under its heading", () => {
  expect(interruptedMessage("Mind {{X}}.")).toEndWith(
    "## A message from the person who started this run\n\nIt goes before the plan and before earlier advice, but never before the rules on bookkeeping.\n\nMind {{X}}.",
  );
});

test("a fresh session gets the phase's prompt first", () => {
  expect(inFreshSession("PROMPT\n", "MESSAGE")).toBe("PROMPT\n\n---\n\nMESSAGE");
});
