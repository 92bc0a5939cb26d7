import { expect } from "bun:test";
import type { Step } from "../support/fake-agent/script.ts";
import { FAILED, FINISHED, type Row, WITH_WORK, WORK, withEveryAgent } from "../support/fake-agent/table.ts";

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
    expected: ({ id }) => ({ ...FAILED, says: [/invalid (api )?key|401 Unauthorized/i, `Correct the setup of ${id}`] }),
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
  ...(["messages", "tool", "line", "stderr"] as const).map(
    (flood): Row => ({
      name: `prints 50 MB (${flood})`,
      script: [[{ say: "Look at this." }, { flood, mebibytes: 50 }, WORK]],
      expected: { ...FINISHED, says: ["Look at this.", ...(flood === "tool" || flood === "line" ? ["longer than 10 MiB"] : [])] },
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

withEveryAgent(rows);
