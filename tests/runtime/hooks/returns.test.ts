import { describe, expect, test } from "bun:test";
import { HOOK_NAMES } from "../../../src/config/code.ts";
import { RETURNS, readReturn } from "../../../src/runtime/hooks/returns.ts";

const NOTHING = [undefined, null] as const;

describe("what a hook returned", () => {
  test.each(
    (["runStart", "worktreeReady", "afterTask", "blocked", "runEnd", "onEvent"] as const).flatMap((name) =>
      [undefined, 7, { skip: "x" }].map((value) => [name, value] as const),
    ),
  )("%s: %p counts for nothing", (name, value) => {
    expect(readReturn(name, value)).toEqual({ ok: true, value: undefined });
  });

  test.each([
    ...NOTHING.flatMap((value) =>
      (["selectTask", "beforeTask", "beforePhase", "afterPhase", "beforeCommit", "beforeIntegrate"] as const).map(
        (name) => [name, value] as const,
      ),
    ),
    ["selectTask", "RQ-0001"],
    ["beforeTask", {}],
    ["beforeTask", { skip: "too dear" }],
    ["beforeTask", { settings: { runner: "codex", model: "m", effort: "high", phases: 2 } }],
    ["beforeTask", { settings: { model: undefined } }],
    ["beforePhase", { prompt: "p", settings: { effort: "low" } }],
    ["afterPhase", { continueWith: "go on" }],
    ["gate", { ok: true }],
    ["gate", { ok: false, output: "" }],
    ["beforeCommit", { message: "m" }],
    ["beforeCommit", { refuse: "r" }],
    ["beforeIntegrate", { refuse: "r" }],
  ] as const)("%s may be %p", (name, value) => {
    expect(readReturn(name, value)).toEqual({ ok: true, value });
  });

  test.each([
    ["selectTask", ""],
    ["selectTask", 1],
    ["beforeTask", true],
    ["beforeTask", { skip: " " }],
    ["beforeTask", { skip: true }],
    ["beforeTask", { setting: {} }],
    ["beforeTask", { settings: { phases: 4 } }],
    ["beforePhase", "prompt"],
    ["beforePhase", { prompt: "" }],
    ["beforePhase", { settings: { phases: 1 } }],
    ["afterPhase", { continueWith: "" }],
    ["gate", undefined],
    ["gate", true],
    ["gate", { ok: false }],
    ["gate", { ok: "yes" }],
    ["beforeCommit", "message"],
    ["beforeCommit", { message: "" }],
    ["beforeIntegrate", { message: "m" }],
  ] as const)("%s may not be %p, and the message says what may", (name, value) => {
    const read = readReturn(name, value);
    if (read.ok) throw new Error("it was accepted");
    expect(read.problem).toContain(RETURNS[name].allowed);
  });

  test("every hook has its line", () => {
    expect(Object.keys(RETURNS).toSorted()).toEqual([...HOOK_NAMES].toSorted());
  });

  test("a long value is cut", () => {
    const read = readReturn("gate", "x".repeat(10_000));
    expect(read.ok ? "" : read.problem.length).toBeLessThan(400);
  });
});
