import { expect, test } from "bun:test";
import type { RevertMode } from "../../../src/run/options.ts";
import { decideAfterAnswer, decideRevert } from "../../../src/run/undo/decide.ts";
import type { NotAsked, Questions, RevertDecision } from "../../../src/run/undo/question.ts";

const asked: Questions = { ask: async () => ({ kind: "keep" }) };
const nobody = (why: NotAsked): Questions => ({ ask: null, why });

test.each<[RevertMode, Questions, string, string]>([
  ["enabled", asked, "fails", "revert"],
  ["enabled", nobody("no_terminal"), "fails", "revert"],
  ["enabled", nobody("unattended"), "fails", "revert"],
  ["disabled", asked, "fails", "disabled"],
  ["disabled", nobody("unattended"), "fails", "disabled"],
  ["ask", asked, "fails", "ask"],
  ["ask", nobody("no_terminal"), "fails", "no_terminal"],
  ["ask", nobody("non_interactive"), "fails", "non_interactive"],
  ["ask", nobody("unattended"), "fails", "unattended"],
  // The loop puts the task aside later, once, whatever the mode says.
  ["enabled", asked, "fails in a loop that goes on", "keep_going"],
  ["disabled", asked, "fails in a loop that goes on", "keep_going"],
  ["ask", nobody("unattended"), "fails in a loop that goes on", "keep_going"],
  ["ask", asked, "fails in a loop that goes on", "ask"],
  // Nobody is asked once the run is being stopped, and no task is put aside then.
  ["enabled", asked, "is stopped", "revert"],
  ["disabled", asked, "is stopped", "disabled"],
  ["ask", asked, "is stopped", "interrupted"],
  ["ask", nobody("unattended"), "is stopped", "interrupted"],
  ["enabled", asked, "is stopped in a loop that goes on", "revert"],
  ["ask", asked, "is stopped in a loop that goes on", "interrupted"],
])("mode %s, somebody to ask or not (%j), a task that %s: %s", (mode, questions, what, expected) => {
  const step = decideRevert({ mode, questions, keepGoing: what.includes("goes on"), interrupted: what.startsWith("is stopped") });
  expect<string>(step.kind === "skip" ? step.why : step.kind).toBe(expected);
});

const everywhere = { canContinue: true, canProceed: true, keepGoing: false };
const MESSAGE: RevertDecision = { kind: "continue", message: "try again" };

test.each<[RevertDecision, Partial<typeof everywhere>, string]>([
  [{ kind: "keep" }, {}, "kept"],
  [{ kind: "revert" }, {}, "revert"],
  [MESSAGE, {}, "continue"],
  [{ kind: "continue", message: " " }, {}, "kept"],
  [MESSAGE, { canContinue: false }, "kept"],
  [{ kind: "proceed" }, {}, "proceed"],
  [{ kind: "proceed" }, { canProceed: false }, "kept"],
  [{ kind: "keep" }, { keepGoing: true }, "keep_going"],
  [{ kind: "revert" }, { keepGoing: true }, "keep_going"],
  [MESSAGE, { keepGoing: true }, "continue"],
  [{ kind: "proceed" }, { keepGoing: true }, "proceed"],
])("the answer %j where %j differs from everything being offered: %s", (answer, offered, expected) => {
  const step = decideAfterAnswer(answer, { ...everywhere, ...offered });
  expect<string>(step.kind === "skip" ? step.why : step.kind).toBe(expected);
});
