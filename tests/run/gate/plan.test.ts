import { expect, test } from "bun:test";
import { gatePlan, gateProblem, planGate } from "../../../src/run/gate/plan.ts";

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

test.each([
  [null, false, { enabled: false, display: "disabled" }],
  [null, true, { enabled: true, display: "hook", argv: null, hooks: true }],
  [["bun", "test"], false, { enabled: true, display: "bun test", hooks: false }],
  [["bun", "test"], true, { enabled: true, display: "bun test", hooks: true }],
] as const)("a gate of the command %p with hooks %p", (argv, hooks, expected) => {
  expect(gatePlan(argv, hooks)).toMatchObject(expected);
  expect(planGate({ enabled: argv !== null, argv: argv ?? [] }, hooks)).toEqual(gatePlan(argv, hooks));
});
