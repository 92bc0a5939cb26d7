import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import { json } from "../support/books.ts";
import { eventsOf } from "../support/fake-agent/aftermath.ts";
import type { Running } from "../support/fake-agent/running.ts";
import type { Step } from "../support/fake-agent/script.ts";
import { FAILED, FINISHED, PATIENCE_MS, type Row, WITH_WORK, WORK, withEveryAgent } from "../support/fake-agent/table.ts";
import type { Workshop } from "../support/fake-agent/workshop.ts";

/** From a signal to the end of the run, the two seconds that a deaf agent is given and a busy machine included. */
const SOON_MS = 8000;
const INTERRUPTED = {
  ...FAILED,
  ...WITH_WORK,
  says: ["interrupted", "stays `doing`"],
  log: ["run_started", "turn_started", "turn_finished", "task_finished", "run_finished"],
} as const;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

/** The agent goes on in the session of its first call, or gets the whole prompt again. */
function expectGoingOn(shop: Workshop, how: "same session" | "fresh session"): void {
  const [first, second] = shop.calls();
  if (how === "same session") expect(second).toMatchObject({ resumed: first?.session, session: first?.session });
  else expect(second).toMatchObject({ resumed: null, prompt: expect.stringContaining("Write the file") });
}

async function interruptTheWait(_shop: Workshop, run: Running): Promise<void> {
  await run.told("Next try at");
  run.kill("SIGINT");
}

const waiting: Row[] = [
  {
    name: "hits a usage limit that ends in seconds",
    script: [[{ say: "Let me see." }, { limit: 1 }], [WORK]],
    expected: {
      ...FINISHED,
      calls: 2,
      says: ["reached its usage limit", "Next try at"],
      log: ["usage_limit", "blocked_state_changed", "blocked_state_cleared", "turn_started", "task_archived", "run_finished"],
    },
    check: (shop) => expectGoingOn(shop, "same session"),
  },
  {
    name: "stays, deaf to SIGINT, after it said that its turn is over",
    script: [[WORK, { end: "ok" }, { hang: "staying", sigint: "ignored" }]],
    expected: FINISHED,
    check: (shop) => expect(isAlive(shop.pidIn("staying"))).toBeFalse(),
  },
  {
    name: "hits a usage limit that lasts longer than anybody waits",
    script: [[{ limit: 24 * 3600 }]],
    expected: { ...FAILED, says: ["has reached its usage limit", /It is reset at 20\d\d-\d\d-\d\dT[\d:]+Z/, "--limit-wait"] },
  },
  {
    name: "hits a usage limit with a reset that no calendar knows",
    script: [[{ limit: 1e300 }]],
    meanwhile: interruptTheWait,
    expected: { ...INTERRUPTED, tree: FAILED.tree, calls: 3, says: ["usage limit without a time of reset"] },
  },
  {
    name: "hits a usage limit where none is waited for",
    script: [[WORK, { limit: 1 }]],
    args: ["--limit-wait", "0"],
    expected: { ...FAILED, ...WITH_WORK, says: ["--limit-wait"] },
  },
  {
    name: "hits a usage limit and the run is interrupted while it waits",
    script: [[WORK, { limit: 600 }]],
    meanwhile: interruptTheWait,
    expected: INTERRUPTED,
  },
];

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
      expect((await shop.cueloop("run", "one")).code).toBe(0);
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

// What takes half a minute begins first, and the rest is done meanwhile.
withEveryAgent(waiting);
withEveryAgent([...killed, ...left, ...interrupted]);
