import { expect, test } from "bun:test";
import { processStart } from "../../../src/base/identity.ts";
import { isWorkerAlive } from "../../../src/parallel/state/liveness.ts";

const start = processStart(process.pid);
const dead = Bun.spawnSync(["true"]).pid;

test.each([
  ["this process", { pid: process.pid, pid_start: start }, true],
  ["another one that has its pid", { pid: process.pid, pid_start: `${start}1` }, false],
  ["a pid without its start", { pid: process.pid }, false],
  ["one that has ended", { pid: dead, pid_start: start }, false],
  ["none", {}, false],
  ["a number that is no pid", { pid: -1, pid_start: start }, false],
])("%s is alive: %p", (_, record, alive) => {
  expect(isWorkerAlive(record)).toBe(alive);
});
