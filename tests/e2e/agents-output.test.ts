import { expect } from "bun:test";
import type { Running } from "../support/fake-agent/running.ts";
import type { Step } from "../support/fake-agent/script.ts";
import { expectGoingOn, FAILED, FINISHED, INTERRUPTED, type Row, WITH_WORK, WORK, withEveryAgent } from "../support/fake-agent/table.ts";
import type { Workshop } from "../support/fake-agent/workshop.ts";

const MIB = 1024 * 1024;
/** Bytes that are no text, text that is no JSON, JSON that is no event. */
const GARBAGE: readonly Step[] = [
  { bytes: Buffer.from([0, 255, 254, 10, 0xc3, 0x28, 10, 0xed, 0xa0, 0x80, 10]).toString("base64") },
  { out: 'null\n42\n"text"\n[]\n[{"type":"result"}]\n{}\n{"type":null}\n{"type":"nobody knows"}\n{"type":["result"]}\n' },
  { out: '{"type":"assistant","message":7}\n{"type":"item.completed","item":[]}\n{"type":"step_finish","part":"x"}\n' },
  { out: `${"[".repeat(20_000)}\n${'{"a":'.repeat(20_000)}\n}{\n%s %n \\u0000\n` },
];
const HUGE_TASK = { task: { description: "all work and no play ".repeat((5 * MIB) / 21) } };

/** Nothing was written: the task is as it was. */
const NOT_BEGUN = { ...FAILED, active: ["RQ-0001 todo", "RQ-0002 todo"], tree: [], calls: 0, session: false, log: [] };

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

const rows: Row[] = [
  {
    name: "behaves, named by the configuration",
    script: [[{ say: "On it." }, WORK]],
    expected: { ...FINISHED, says: ["On it.", "gate passed"] },
  },
  {
    name: "behaves, found on the PATH by its own name",
    script: [[WORK]],
    options: { program: "unnamed" },
    expected: FINISHED,
    check: (shop) =>
      expect(shop.calls()).toMatchObject([{ resumed: null, task: "RQ-0001", prompt: expect.stringContaining("Write the file") }]),
  },
  {
    name: "works in three phases, each in a session of its own",
    script: [
      [{ write: ".cueloop/cache/plans/RQ-0001.md", text: "First this, then that.\n" }],
      [WORK, { say: "I wrote it." }],
      [{ say: "Fine." }],
    ],
    options: { agent: { phases: 3 } },
    expected: { ...FINISHED, calls: 3 },
    check(shop) {
      const [planning, implementation, review] = shop.calls();
      expect(implementation?.prompt).toContain("First this, then that.");
      expect(review?.prompt).toContain("I wrote it.");
      expect(new Set([planning?.session, implementation?.session, review?.session]).size).toBe(3);
    },
  },
  {
    name: "exits with a code and not a word",
    script: [[{ deaf: true }, { exit: 7 }]],
    expected: ({ called, id }) => ({ ...FAILED, says: [`${id} failed`, `${called} exited with code 7`, "stays `doing`"] }),
  },
  {
    name: "exits with a code in the middle of its work",
    script: [[WORK, { err: "the disk is on fire\n" }, { exit: 3 }]],
    expected: { ...FAILED, ...WITH_WORK, says: ["exited with code 3", "the disk is on fire", "its changes are in the tree"] },
    check: (shop) => expect(shop.read("work.txt")).toBe("right\n"),
  },
  {
    name: "exits with a code after it said that all is well",
    script: [[WORK, { end: "ok" }, { exit: 4 }]],
    expected: { ...FAILED, ...WITH_WORK, says: ["exited with code 4"] },
  },
  {
    name: "reports that its turn failed, and exits with 0",
    script: [[WORK, { end: "failed" }]],
    expected: { ...FAILED, ...WITH_WORK, says: ["It broke."] },
  },
  {
    name: "does not read 5 MB of prompt and exits with a code",
    script: [[{ deaf: true }, { err: "no time to read\n" }, { exit: 5 }]],
    options: HUGE_TASK,
    expected: { ...FAILED, says: ["exited with code 5", "no time to read"], saysNot: ["EPIPE"] },
  },
  {
    name: "does not read 5 MB of prompt and does the work",
    script: [[{ deaf: true }, WORK]],
    options: HUGE_TASK,
    expected: FINISHED,
  },
  {
    name: "reads 5 MB of prompt",
    script: [[WORK]],
    options: HUGE_TASK,
    expected: FINISHED,
    check: (shop) => expect(shop.calls()[0]?.prompt?.length).toBeGreaterThan(5 * MIB - 100),
  },
  {
    name: "prints garbage between its work",
    script: [[...GARBAGE, WORK, ...GARBAGE]],
    expected: FINISHED,
  },
  {
    name: "prints nothing but garbage",
    script: [[{ deaf: true }, ...GARBAGE, { end: "none" }]],
    expected: { ...FAILED, says: ["Incomplete output"] },
  },
  {
    name: "ends with half a line after its last event",
    script: [[WORK, { end: "ok" }, { out: '{"type":"assist' }]],
    expected: FINISHED,
  },
  {
    name: "ends in the middle of its last event",
    script: [[WORK, { end: "half" }]],
    expected: { ...FAILED, ...WITH_WORK, says: ["Incomplete output"] },
  },
  {
    name: "ends its last event without a line end",
    script: [[WORK, { end: "unterminated" }]],
    expected: FINISHED,
  },
  {
    name: "exits with 0 without saying that its turn is over",
    script: [[WORK, { end: "none" }]],
    expected: { ...FAILED, ...WITH_WORK, says: ["Incomplete output"] },
  },
  {
    name: "says nothing at all",
    script: [[{ deaf: true }, { end: "none" }]],
    expected: { ...FAILED, says: ["Incomplete output"] },
  },
  {
    name: "needs a login",
    script: [[{ refused: "unauthorised" }]],
    expected: ({ id }) => ({ ...FAILED, says: [/invalid (api )?key|401 Unauthorized/i, `Log in to ${id}`] }),
  },
  {
    name: "cannot reach its model, and can a moment later",
    script: [[{ refused: "unavailable" }], [WORK]],
    expected: { ...FINISHED, calls: 2, says: ["temporarily unavailable"] },
  },
  {
    name: "can never reach its model",
    script: [[{ refused: "unavailable" }]],
    expected: { ...FAILED, calls: 3, says: ["Service Unavailable"] },
  },
  {
    name: "cannot reach its model when it has begun to work",
    script: [[WORK, { refused: "unavailable" }]],
    expected: { ...FAILED, ...WITH_WORK, says: ["had already changed files"] },
  },
  ...(["messages", "tool", "stderr"] as const).map(
    (flood): Row => ({
      name: `prints 50 MB (${flood})`,
      script: [[{ say: "Look at this." }, { flood, mebibytes: 50 }, WORK]],
      expected: { ...FINISHED, says: ["Look at this.", ...(flood === "tool" ? ["longer than 10 MiB"] : [])] },
    }),
  ),
  {
    name: "is not there",
    script: [],
    options: { program: { named: "/nowhere/agent" } },
    expected: ({ setting }) => ({ ...NOT_BEGUN, says: ["/nowhere/agent was not found", `agent.${setting}`] }),
  },
  {
    name: "is no program",
    script: [],
    options: { program: { named: "/etc/passwd" } },
    expected: { ...NOT_BEGUN, says: ["/etc/passwd is not executable"] },
  },
];

// What takes half a minute begins first, and the rest is done meanwhile.
withEveryAgent(waiting);
withEveryAgent(rows);
