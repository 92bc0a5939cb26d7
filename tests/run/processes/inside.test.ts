import { expect, test } from "bun:test";
import { bootId, pidNamespace } from "../../../src/base/identity.ts";
import { isInside, isRunAlive, type Place } from "../../../src/run/processes/inside.ts";
import type { RegistryFile } from "../../../src/run/processes/registry.ts";

const CHILD = { pid: 200, pgid: 200, pid_start: "1", role: "agent", task_id: null, spawned_at: "" } as const;
const REGISTRY: RegistryFile = {
  version: 1,
  run_id: "r",
  pid: 100,
  pid_start: "1",
  boot_id: null,
  pid_ns: "7",
  started_at: "",
  gate: { argv: null, timeout_seconds: 1, hooks_digest: null },
  children: [CHILD],
};

test.each([
  ["below the run's agent", { ancestors: [300, 200, 1] }, true],
  ["below the run itself", { ancestors: [100, 1] }, true],
  ["somewhere else", { ancestors: [300, 1] }, false],
  ["below a dead run's agent, which still works", { ancestors: [300, 200, 1], runAlive: false, living: [200] }, true],
  ["below what has a dead agent's number now", { ancestors: [200, 1], runAlive: false }, false],
  ["below what has a dead run's number now", { ancestors: [100, 1], runAlive: false, living: [200] }, false],
  ["in another pid namespace, where ancestors cannot be seen", { ancestors: [1], pidNamespace: "8", runAlive: false }, true],
  ["where no namespace is known", { ancestors: [200], pidNamespace: null }, true],
] satisfies [string, Partial<Place> & Pick<Place, "ancestors">, boolean][])("a command %s", (_name, place, expected) => {
  expect(isInside(REGISTRY, { pidNamespace: "7", runAlive: true, living: [], ...place })).toBe(expected);
});

const GONE = { ...REGISTRY, pid: 2 ** 22 + 1, boot_id: bootId() };

test.each([
  ["whose pid names no process", { pid_ns: pidNamespace() }, false],
  ["in another pid namespace: its pid means nothing here", { pid_ns: "8" }, true],
  ["from before the last start of the machine", { pid_ns: "8", boot_id: "another" }, bootId() === null],
])("a run %s", (_name, registry, alive) => expect(isRunAlive({ ...GONE, ...registry })).toBe(alive));
