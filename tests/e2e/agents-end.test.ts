import { expect } from "bun:test";
import { json } from "../support/books.ts";
import { eventsOf } from "../support/fake-agent/aftermath.ts";
import type { Step } from "../support/fake-agent/script.ts";
import {
  expectGoingOn,
  FAILED,
  FINISHED,
  INTERRUPTED,
  PATIENCE_MS,
  type Row,
  WITH_WORK,
  WORK,
  withEveryAgent,
} from "../support/fake-agent/table.ts";
import { isAlive } from "../support/leftovers.ts";

/** From a signal to the end of the run, the two seconds that a deaf agent is given and a busy machine included. */
const SOON_MS = 8000;

const killed: Row[] = [
  ...(["SIGKILL", "SIGSEGV", "SIGTERM"] as const).map(
    (kill): Row => ({
      name: `is killed by ${kill} once`,
      script: [[{ say: "Let me see." }, { kill }], [WORK]],
      expected: { ...FINISHED, calls: 2 },
      check: (shop) => expectGoingOn(shop, "same session"),
    }),
  ),
  {
    name: "is killed before it has said anything",
    script: [[{ deaf: true }, { kill: "SIGKILL" }], [WORK]],
    expected: { ...FINISHED, calls: 2 },
    check: (shop, _run, { id }) => expectGoingOn(shop, id === "claude" ? "same session" : "fresh session"),
  },
  {
    name: "is killed each time",
    script: [[WORK, { kill: "SIGKILL" }]],
    expected: { ...FAILED, ...WITH_WORK, calls: 6, says: ["ended by SIGKILL", "killed again each time"] },
  },
  {
    name: "is killed after it said that its turn is over",
    script: [[WORK, { end: "ok" }, { kill: "SIGSEGV" }], [{ say: "It is done." }]],
    expected: { ...FINISHED, calls: 2 },
  },
];

/** A process that outlives its agent unless somebody ends it. */
const STRAY: Step = { leave: "stray", place: "detached" };
const left: Row[] = [
  {
    name: "leaves a child behind in its group",
    script: [[{ leave: "child", place: "group" }, WORK]],
    expected: FINISHED,
    check: (shop) => expect(isAlive(shop.pidIn("child"))).toBeFalse(),
  },
  {
    name: "leaves a detached child behind",
    script: [[STRAY, WORK]],
    expected: { ...FINISHED, says: ["sleep 600 (pid "], log: ["processes_ended", "task_archived"] },
    check(shop) {
      const pid = shop.pidIn("stray");
      expect(isAlive(pid)).toBeFalse();
      expect(eventsOf(shop)).toContainEqual(expect.objectContaining({ kind: "processes_ended", payload: { ended: [pid], kept: [] } }));
    },
  },
  {
    name: "leaves a detached child behind and fails",
    script: [[STRAY, { exit: 2 }]],
    expected: { ...FAILED, says: ["exited with code 2", "sleep 600 (pid "] },
  },
  {
    name: "leaves a detached child behind and is killed",
    script: [[STRAY, { kill: "SIGKILL" }], [WORK]],
    expected: { ...FINISHED, calls: 2, says: ["sleep 600 (pid "] },
  },
];

function interruption(name: string, signal: NodeJS.Signals, steps: readonly Step[]): Row {
  return {
    name: `${name} when ${signal} comes`,
    script: [[WORK, ...steps]],
    async meanwhile(shop, run) {
      await shop.appeared("hanging", PATIENCE_MS);
      const from = performance.now();
      run.kill(signal);
      await run.finished;
      expect(performance.now() - from).toBeLessThan(SOON_MS);
    },
    expected: INTERRUPTED,
    async check(shop) {
      expect(json(shop.read(".cueloop/cache/session.jsonc"))).toMatchObject({ version: 1, task_id: "RQ-0001", current_phase: 2 });
      shop.script([[WORK]]);
      expect((await shop.cueloop("run", "one", "--resume")).code).toBe(0);
      expect(shop.git("status", "--porcelain")).toBe("");
    },
  };
}

const interrupted: Row[] = [
  interruption("hangs", "SIGINT", [{ hang: "hanging", sigint: "dies" }]),
  interruption("hangs", "SIGTERM", [{ hang: "hanging", sigint: "dies" }]),
  interruption("hangs and ends well", "SIGINT", [{ hang: "hanging", sigint: "exits 0" }]),
  interruption("hangs, deaf to SIGINT,", "SIGTERM", [{ hang: "hanging", sigint: "ignored" }]),
  interruption("hangs with a detached child", "SIGINT", [STRAY, { hang: "hanging", sigint: "dies" }]),
];

withEveryAgent([...killed, ...left, ...interrupted]);
