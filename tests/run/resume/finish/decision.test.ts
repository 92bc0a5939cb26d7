import { expect, test } from "bun:test";
import * as v from "valibot";
import { decideFinish, type FinishFacts, previewFinish } from "../../../../src/run/resume/finish/decision.ts";
import { Sidecar } from "../../../../src/run/session/sidecar.ts";
import { task } from "../../../support/repository.ts";

const facts: FinishFacts = {
  step: "publish",
  isActive: false,
  isRejected: false,
  wantsCommit: true,
  commit: "none",
  sameBranch: true,
  sameTree: true,
  isUndoing: false,
};

test.each<[string, Partial<FinishFacts>, string]>([
  ["interrupted before the archive", { step: "gate", isActive: true }, "not_reached"],
  ["active, the tree is what the gate saw", { step: "archive", isActive: true }, "archive"],
  ["active, nothing is committed with publishing off", { step: "archive", isActive: true, wantsCommit: false }, "archive"],
  ["active, the tree has changed", { step: "archive", isActive: true, sameTree: false }, "gate_again"],
  ["active, another branch", { step: "archive", isActive: true, sameBranch: false }, "gate_again"],
  ["active again although it was archived", { isActive: true, commit: "reachable" }, "gate_again"],
  ["a rejection, still active", { step: "archive", isActive: true, isRejected: true }, "reject"],
  ["a rejection, still active, the tree has changed", { step: "archive", isActive: true, isRejected: true, sameTree: false }, "gate_again"],
  [
    "a rejection, still active, its changes half gone",
    { step: "archive", isActive: true, isRejected: true, sameTree: false, isUndoing: true },
    "reject",
  ],
  [
    "a rejection, half undone, another branch",
    { step: "archive", isActive: true, isRejected: true, sameBranch: false, isUndoing: true },
    "gate_again",
  ],
  [
    "a rejection, still active, publishing off, whatever the tree",
    { step: "archive", isActive: true, isRejected: true, wantsCommit: false, sameBranch: false, sameTree: false },
    "reject",
  ],
  ["archived, not committed", { step: "archive" }, "commit"],
  ["archived, the commit refused", {}, "commit"],
  ["archived, the tree has changed", { sameTree: false }, "leave"],
  ["archived, another branch", { sameBranch: false }, "leave"],
  ["archived, publishing off", { step: "archive", wantsCommit: false }, "clear"],
  ["archived, publishing off, another branch", { wantsCommit: false, sameBranch: false, sameTree: false }, "clear"],
  ["committed", { commit: "reachable" }, "prove"],
  ["committed, the next edit is in the tree", { commit: "reachable", sameTree: false }, "prove"],
  ["committed, on another branch", { commit: "reachable", sameBranch: false }, "leave"],
  ["committed, and taken back by somebody", { commit: "gone" }, "leave"],
  ["a rejection, archived", { isRejected: true }, "commit_books"],
  ["a rejection, archived, its books committed", { isRejected: true, commit: "reachable" }, "commit_books"],
  ["a rejection, archived, publishing off", { isRejected: true, wantsCommit: false }, "clear"],
  ["a rejection, archived, another branch", { isRejected: true, sameBranch: false }, "clear"],
])("%s", (_name, given, expected) => expect<string>(decideFinish({ ...facts, ...given })).toBe(expected));

const sidecar = {
  version: 1,
  session_id: "s",
  run_id: "r",
  phase: 3,
  iteration: 1,
  turns: 3,
  base: null,
  phase_tree: null,
  head: null,
  branch: "main",
  plan_sha256: null,
  response_sha256: null,
  agent_session: null,
  task_before: { index: 0, task: task("RQ-0001") },
  updated_at: "2026-03-02T08:15:00.000000000Z",
};
const evidence = "gate=passed exit=0";
const message = "RQ-0001: Task RQ-0001";

test.each<[string, boolean | "rejected", Partial<Sidecar>, string | null]>([
  ["before the archive", true, { step: "gate", evidence }, null],
  ["to be archived", true, { step: "archive", evidence, message }, "passed its gate and is to be archived"],
  ["a rejection to be archived", "rejected", { step: "archive" }, "RQ-0001 is to be archived as its agent rejected it;"],
  ["a rejection that is recorded no longer: its session decides", true, { step: "archive" }, null],
  ["active again although it was archived: its session decides", true, { step: "publish", evidence, message }, null],
  ["archived, to be committed", false, { step: "archive", evidence, message }, "passed its gate and is archived, not committed"],
  ["committed", false, { step: "publish", evidence, message, commit: "c" }, "passed its gate and is archived;"],
  ["archived, publishing off", false, { step: "archive", evidence }, "passed its gate and is archived;"],
  ["a rejection, archived", false, { step: "publish", message }, "RQ-0001 is archived, not committed;"],
  ["a rejection, archived, publishing off", false, { step: "publish" }, "RQ-0001 is archived;"],
])("preview: %s", (_name, active, change, told) => {
  const state = { isActive: active !== false, isRejected: active === "rejected" };
  const decision = previewFinish(v.parse(Sidecar, { ...sidecar, ...change }), state);
  if (told === null) expect(decision).toBeNull();
  else expect(decision).toMatchObject({ status: "resuming_same_session", task_id: "RQ-0001", message: expect.stringContaining(told) });
});
