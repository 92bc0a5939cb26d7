import { expect, test } from "bun:test";
import { type TypedForWorker, workerArguments } from "../../../src/parallel/worker/arguments.ts";
import { NOTHING_TYPED } from "../../support/run-settings.ts";

const START = {
  taskId: "RQ-0007",
  queuePath: "/w/.cueloop/queue.jsonc",
  donePath: "/w/.cueloop/done.jsonc",
  target: "main",
  coordinatorRoot: "/c",
  workerDir: "/c/.cueloop/cache/parallel/workers/RQ-0007",
  integrateOnly: false,
};

test("without anything typed the worker gets its place, and no tools of the editor", () => {
  expect(workerArguments(NOTHING_TYPED, START)).toEqual([
    ...["run", "one", "--id", "RQ-0007", "--parallel-worker", "--non-interactive", "--no-progress"],
    ...["--coordinator-queue-path", "/w/.cueloop/queue.jsonc", "--coordinator-done-path", "/w/.cueloop/done.jsonc"],
    ...["--parallel-target-branch", "main"],
    ...["--coordinator-root", "/c", "--worker-dir", "/c/.cueloop/cache/parallel/workers/RQ-0007"],
    ...["--repo-prompt", "off", "--limit-wait", "6"],
  ]);
});

test("what was typed is repeated, in the order of the protocol", () => {
  const typed: TypedForWorker = {
    agent: {
      runner: "codex",
      model: "m",
      effort: "high",
      phases: { 1: { runner: "claude" }, 2: { model: "two" }, 3: { effort: "low" } },
      runnerOptions: { approval_mode: "yolo", plan_mode: "disabled" },
    },
    phaseCount: 3,
    includeDraft: true,
    includeNew: true,
    force: true,
    repoPrompt: "plan",
    revertMode: "enabled",
    keepGoing: true,
    publishMode: "commit",
    maxTurns: 7,
    limitWaitHours: 1.5,
    lfsCheck: true,
    profile: "night",
    debug: true,
    verbose: true,
    color: "never",
  };
  const typedArguments = workerArguments(typed, { ...START, integrateOnly: true });
  expect(typedArguments.slice(0, 6)).toEqual(["--force", "--verbose", "--color", "never", "run", "one"]);
  expect(typedArguments.slice(typedArguments.indexOf("--integrate-only")).join(" ")).toBe(
    "--integrate-only --profile night --runner codex --model m --effort high --phases 3 --repo-prompt off --git-revert-mode enabled " +
      "--git-publish-mode commit --include-draft --lfs-check --approval-mode yolo --plan-mode disabled --runner-phase1 claude " +
      "--model-phase2 two --effort-phase3 low --max-turns 7 --limit-wait 1.5 --debug",
  );
});
