import { expect, test } from "bun:test";
import { decideFinish, type FinishFacts } from "../../../src/run/resume/finish-decision.ts";

const facts: FinishFacts = {
  step: "publish",
  isActive: false,
  isRejected: false,
  wantsCommit: true,
  commit: "none",
  sameBranch: true,
  sameTree: true,
};

test.each<[string, Partial<FinishFacts>, string]>([
  ["interrupted before the archive", { step: "gate", isActive: true }, "not_reached"],
  ["active, the tree is what the gate saw", { step: "archive", isActive: true }, "archive"],
  ["active, nothing is committed with publishing off", { step: "archive", isActive: true, wantsCommit: false }, "archive"],
  ["active, the tree has changed", { step: "archive", isActive: true, sameTree: false }, "gate_again"],
  ["active, another branch", { step: "archive", isActive: true, sameBranch: false }, "gate_again"],
  ["active again although it was archived", { isActive: true, commit: "reachable" }, "gate_again"],
  ["a rejection, still active", { step: "archive", isActive: true, isRejected: true }, "gate_again"],
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
  ["a rejection, archived", { isRejected: true, wantsCommit: false }, "commit_books"],
  ["a rejection, archived, another branch", { isRejected: true, wantsCommit: false, sameBranch: false }, "clear"],
])("%s", (_name, given, expected) => expect<string>(decideFinish({ ...facts, ...given })).toBe(expected));
