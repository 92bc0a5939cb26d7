import { expect, test } from "bun:test";
import { gateProblem, planGate } from "../../../src/run/gate/plan.ts";

test.each([
  [["make", "ci"], null],
  [["sh", "check.sh"], null],
  [[], "is empty"],
  [["make", " "], "blank"],
  [["/bin/bash", "-c", "make ci"], "shell"],
  [["cmd", "/C", "dir"], "shell"],
  [["pwsh", "-Command", "x"], "shell"],
  [["grep", "-c", "x"], null],
])("%j", (argv, problem) => {
  if (problem === null) expect(gateProblem(argv)).toBeNull();
  else expect(gateProblem(argv)).toContain(problem);
});

test("a disabled gate is not looked at", () =>
  expect(planGate({ enabled: false, argv: [] })).toMatchObject({ argv: null, display: "disabled" }));
