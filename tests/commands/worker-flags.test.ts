import { expect, test } from "bun:test";
import { type WorkerFlags, workerPlace } from "../../src/commands/run/worker-flags.ts";
import { errorOf } from "../support/errors.ts";

const NONE: WorkerFlags = {
  id: undefined,
  parallelWorker: false,
  coordinatorQueuePath: undefined,
  coordinatorDonePath: undefined,
  parallelTargetBranch: undefined,
  coordinatorRoot: undefined,
  workerDir: undefined,
  integrateOnly: false,
  resume: false,
  dryRun: false,
};
const WORKER: WorkerFlags = {
  ...NONE,
  id: "RQ-0001",
  parallelWorker: true,
  coordinatorQueuePath: "/w/q",
  coordinatorDonePath: "/w/d",
  parallelTargetBranch: " main ",
  coordinatorRoot: "/c",
  workerDir: "/c/w",
};

test("an ordinary run has none of them", () => expect(workerPlace(NONE)).toBeNull());

test("a worker's place", () =>
  expect(workerPlace(WORKER)).toEqual({
    taskId: "RQ-0001",
    queuePath: "/w/q",
    donePath: "/w/d",
    target: "main",
    coordinatorRoot: "/c",
    workerDir: "/c/w",
    integrateOnly: false,
  }));

test.each<[string, WorkerFlags, string]>([
  ["the queue path alone", { ...NONE, coordinatorQueuePath: "/q" }, "--coordinator-queue-path needs --parallel-worker."],
  ["the target alone", { ...NONE, parallelTargetBranch: "main" }, "--parallel-target-branch needs --parallel-worker."],
  ["integrate only alone", { ...NONE, integrateOnly: true }, "--integrate-only needs --parallel-worker."],
  ["no id", { ...WORKER, id: undefined }, "--parallel-worker needs --id."],
  ["no queue path", { ...WORKER, coordinatorQueuePath: undefined }, "--parallel-worker needs --coordinator-queue-path."],
  ["no done path", { ...WORKER, coordinatorDonePath: undefined }, "--parallel-worker needs --coordinator-done-path."],
  ["no target", { ...WORKER, parallelTargetBranch: undefined }, "--parallel-worker needs --parallel-target-branch."],
  ["a blank target", { ...WORKER, parallelTargetBranch: "  " }, "--parallel-target-branch must not be blank."],
  ["no directory", { ...WORKER, workerDir: undefined }, "--parallel-worker needs --worker-dir."],
  ["a relative root", { ...WORKER, coordinatorRoot: "c" }, "--coordinator-root takes an absolute path, not `c`."],
  ["a resume", { ...WORKER, resume: true }, "--parallel-worker and --resume exclude each other."],
  ["a dry run", { ...WORKER, dryRun: true }, "--parallel-worker and --dry-run exclude each other."],
])("misuse: %s", async (_, flags, message) => {
  const error = await errorOf(() => workerPlace(flags));
  expect([error.code, error.message]).toEqual(["usage", message]);
});
