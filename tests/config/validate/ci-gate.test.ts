import { expect, test } from "bun:test";
import { ciGateProblem, launchesShell } from "../../../src/config/validate/ci-gate.ts";

test.each([
  [["bash", "-c", "make ci"], true],
  [["/bin/sh", "-c", "make ci"], true],
  [["zsh", "-x", "-c", "make"], true],
  [["bash", "-lc", "make"], true],
  [["dash", "-ec", "make"], true],
  [["BASH.EXE", "-c", "make"], true],
  [["fish", "--command", "make"], true],
  [["fish", "--command=make"], true],
  [["cmd", "/c", "make"], true],
  [["cmd.exe", "/C", "make"], true],
  [["C:\\Windows\\cmd.exe", "/C", "make"], true],
  [["pwsh", "-Command", "make"], true],
  [["powershell.exe", "-command", "make"], true],
  [["pwsh", "-c", "make"], true],
  [["powershell", "-EncodedCommand", "abc"], true],
  [["bash", "scripts/ci.sh"], false],
  [["bash", "--norc", "scripts/ci.sh"], false],
  [["bash", "-eu", "scripts/ci.sh"], false],
  [["bash", "-C", "scripts/ci.sh"], false],
  [["pwsh", "-NonInteractive", "-File", "ci.ps1"], false],
  [["make", "-c"], false],
  [["./sh-tool", "-c"], false],
  [["bun", "run", "ci"], false],
])("%o hands a line to a shell: %p", (argv, expected) => {
  expect(launchesShell(argv)).toBe(expected);
});

test("nothing is wrong with a gate that is off", () => {
  expect(ciGateProblem({ enabled: false, argv: [] }, ["agent", "ci_gate"])).toBeNull();
  expect(ciGateProblem({ enabled: false, argv: ["sh", "-c", "x"] }, ["agent", "ci_gate"])).toBeNull();
});

test("an enabled gate must not use a shell, and the message says how to do without", () => {
  const problem = ciGateProblem({ enabled: true, argv: ["bash", "-c", "make"] }, ["agent", "ci_gate"]);
  expect(problem?.path).toEqual(["agent", "ci_gate", "argv"]);
  expect(problem?.text).toContain('["bash","-c","make"]');
  expect(problem?.hint).toContain("scripts/ci.sh");
});
