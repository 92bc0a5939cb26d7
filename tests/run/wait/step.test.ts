import { expect, test } from "bun:test";
import { DEFAULTS } from "../../../src/config/defaults.ts";
import { type WaitChoice, type WaitSettings, waitModeFor, waitSettings } from "../../../src/run/wait/settings.ts";
import { nextWaitStep, type WaitRound, type WaitStep } from "../../../src/run/wait/step.ts";

const SETTINGS: WaitSettings = { whenBlocked: true, whenEmpty: true, pollMs: 400, emptyPollMs: 900, timeoutMs: 5000, notify: false };
const ROUND: WaitRound = {
  now: 10_000,
  stopRequested: false,
  interrupted: false,
  changed: false,
  lookedAt: 9900,
  blockedSince: 9000,
  dueAt: null,
  look: null,
};

test.each<[what: string, round: Partial<WaitRound>, step: WaitStep["kind"]]>([
  ["the first look is immediate", { lookedAt: null }, "look"],
  ["before the poll is due it sleeps", {}, "sleep"],
  ["the poll is due", { lookedAt: 9000 }, "look"],
  ["a changed file", { changed: true }, "look"],
  ["a schedule is over", { dueAt: 9999 }, "look"],
  ["the time is up", { blockedSince: 5000 }, "stalled"],
  ["the time is up: before a stop request", { blockedSince: 5000, stopRequested: true, interrupted: true }, "stalled"],
  ["a stop request: before an interrupt", { stopRequested: true, interrupted: true }, "stopped"],
  ["an interrupt: before another look", { interrupted: true, changed: true }, "interrupted"],
  ["nothing was blocked, so no time is up", { blockedSince: null }, "sleep"],
  ["a look that finds work", { look: "runnable" }, "runnable"],
  ["a look that finds everything blocked", { look: "blocked", lookedAt: 10_000 }, "sleep"],
  ["a look that cannot read the queue", { look: "unreadable", lookedAt: 10_000 }, "sleep"],
])("%s, in both modes", (_what, round, kind) => {
  expect(nextWaitStep("blocked_only", SETTINGS, { ...ROUND, ...round }).kind).toBe(kind);
  expect(nextWaitStep("empty_allowed", SETTINGS, { ...ROUND, ...round }).kind).toBe(kind);
});

test("an empty queue ends a wait for blocked tasks and no other", () => {
  const round = { ...ROUND, lookedAt: 10_000, blockedSince: null, look: "no_candidates" } as const;
  expect(nextWaitStep("blocked_only", SETTINGS, round)).toEqual({ kind: "no_candidates" });
  expect(nextWaitStep("empty_allowed", SETTINGS, round)).toEqual({ kind: "sleep", ms: 900 });
});

test.each<[what: string, mode: "blocked_only" | "empty_allowed", round: Partial<WaitRound>, settings: Partial<WaitSettings>, ms: number]>([
  ["to the next poll", "blocked_only", {}, {}, 300],
  ["to the next poll of an empty queue", "empty_allowed", {}, {}, 800],
  ["to the end of the schedule", "empty_allowed", { dueAt: 10_020 }, {}, 20],
  ["to the end of the wait", "empty_allowed", { blockedSince: 5050 }, {}, 50],
  ["without a limit to the poll", "blocked_only", { blockedSince: 1 }, { timeoutMs: 0 }, 300],
  ["never longer than a stop request may go unnoticed", "empty_allowed", {}, { emptyPollMs: 30_000 }, 1000],
])("it sleeps %s", (_what, mode, round, settings, ms) => {
  expect(nextWaitStep(mode, { ...SETTINGS, ...settings }, { ...ROUND, ...round })).toEqual({ kind: "sleep", ms });
});

const LOOP = {
  wait_when_empty: true,
  empty_poll_ms: 2000,
  wait_when_blocked: true,
  wait_poll_ms: 300,
  wait_timeout_seconds: 7,
  notify_when_unblocked: true,
};

test.each<[choice: WaitChoice, loop: typeof LOOP, settings: WaitSettings]>([
  [{}, LOOP, { whenBlocked: true, whenEmpty: true, pollMs: 300, emptyPollMs: 2000, timeoutMs: 7000, notify: true }],
  [
    { whenBlocked: false, whenEmpty: false, pollMs: 60, emptyPollMs: 70, timeoutSeconds: 0, notify: false },
    LOOP,
    { whenBlocked: false, whenEmpty: false, pollMs: 60, emptyPollMs: 70, timeoutMs: 0, notify: false },
  ],
  [{}, { ...LOOP, wait_poll_ms: 1, empty_poll_ms: 0 }, { ...waitSettings({}, LOOP), pollMs: 50, emptyPollMs: 50 }],
  [{}, DEFAULTS.loop, { whenBlocked: false, whenEmpty: false, pollMs: 1000, emptyPollMs: 30_000, timeoutMs: 0, notify: false }],
])("%o over the configuration", (choice, loop, settings) => expect(waitSettings(choice, loop)).toEqual(settings));

test.each<["no_candidates" | "blocked", boolean, boolean, ReturnType<typeof waitModeFor>]>([
  ["blocked", false, false, null],
  ["no_candidates", false, false, null],
  ["blocked", true, false, "blocked_only"],
  ["no_candidates", true, false, null],
  ["blocked", false, true, "empty_allowed"],
  ["no_candidates", false, true, "empty_allowed"],
  ["blocked", true, true, "empty_allowed"],
])("%s with wait-when-blocked %p and wait-when-empty %p: %p", (found, whenBlocked, whenEmpty, mode) => {
  expect(waitModeFor(found, { ...SETTINGS, whenBlocked, whenEmpty })).toBe(mode);
});
