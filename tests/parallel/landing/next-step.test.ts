import { expect, test } from "bun:test";
import {
  afterInterruption,
  chooseBase,
  type InterruptedFacts,
  type LandingFacts,
  nextLandingStep,
} from "../../../src/parallel/landing/next-step.ts";

test.each([
  [{ remote: null, localInRemote: false, remoteInLocal: false }, "L"],
  [{ remote: "L", localInRemote: true, remoteInLocal: true }, "L"],
  [{ remote: "R", localInRemote: true, remoteInLocal: false }, "R"],
  [{ remote: "R", localInRemote: false, remoteInLocal: true }, "L"],
  [{ remote: "R", localInRemote: false, remoteInLocal: false }, null],
])("a local L and %j: results stand on %p", (tips, base) => {
  expect(chooseBase({ local: "L", ...tips })).toBe(base);
});

const READY: LandingFacts = {
  outcome: "ready",
  isUpToDate: true,
  isContained: false,
  onlyBooks: false,
  isFinishedThere: false,
  archivedBy: null,
};

test.each<[Partial<LandingFacts>, ReturnType<typeof nextLandingStep>]>([
  [{}, "go_on"],
  [{ isUpToDate: false }, "behind"],
  [{ isUpToDate: false, onlyBooks: true }, "rebase"],
  [{ isUpToDate: false, onlyBooks: true, isContained: true }, "behind"],
  [{ isUpToDate: false, outcome: "rejected" }, "go_on"],
  [{ isFinishedThere: true }, "done_elsewhere"],
  [{ isFinishedThere: true, outcome: "rejected" }, "done_elsewhere"],
  [{ isFinishedThere: true, isUpToDate: false, onlyBooks: true }, "done_elsewhere"],
  [{ isFinishedThere: true, archivedBy: "X" }, "landed_before"],
  [{ isFinishedThere: false, archivedBy: "X" }, "go_on"],
])("a result with %j: %s", (facts, step) => {
  expect(nextLandingStep({ ...READY, ...facts })).toBe(step);
});

const LOCAL: InterruptedFacts = { isPushed: false, isAcknowledged: false, isOnRemote: false, isOnTarget: false, isTargetUnmoved: true };

test.each<[Partial<InterruptedFacts>, ReturnType<typeof afterInterruption>]>([
  [{}, "advance"],
  [{ isTargetUnmoved: false }, "land_again"],
  [{ isTargetUnmoved: false, isOnTarget: true }, "finish"],
  [{ isPushed: true }, "land_again"],
  [{ isPushed: true, isOnRemote: true }, "advance"],
  [{ isPushed: true, isOnRemote: true, isTargetUnmoved: false }, "advance"],
  [{ isPushed: true, isAcknowledged: true }, "advance"],
  [{ isPushed: true, isOnRemote: true, isOnTarget: true, isTargetUnmoved: false }, "finish"],
])("an interrupted landing with %j: %s", (facts, step) => {
  expect(afterInterruption({ ...LOCAL, ...facts })).toBe(step);
});
