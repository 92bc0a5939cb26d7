import { expect, test } from "bun:test";
import { parseTimestamp } from "../../../src/base/clock.ts";
import type { Liveness } from "../../../src/base/identity.ts";
import { formatOwner, parseOwner } from "../../../src/queue/store/locking/owner.ts";
import { judgeOwner, reviewMarker } from "../../../src/queue/store/locking/staleness.ts";

const us = { host: "atlas", bootId: "boot-1", pidNs: "100" };
const withoutBoot = { host: "atlas", bootId: null, pidNs: null };
const older = { host: null, bootId: null, pidNs: null };

test.each([
  ["the older program's owner, its process runs", us, older, "running", "live", "process"],
  ["the older program's owner, its process is gone", us, older, "dead", "dead", "process"],
  ["the older program's owner, a process of another user", us, older, "unknown", "indeterminate", "process"],
  ["this boot and namespace, gone", us, us, "dead", "dead", "process"],
  ["this boot and namespace, running", us, us, "running", "live", "process"],
  ["this boot after the host was renamed, gone", us, { ...us, host: "zeus" }, "dead", "dead", "process"],
  ["this boot, another pid namespace", us, { ...us, pidNs: "200" }, "dead", "indeterminate", "elsewhere"],
  ["this boot, a namespace only on their side", { ...us, pidNs: null }, us, "dead", "indeterminate", "elsewhere"],
  ["this boot, a namespace only on our side", us, { ...us, pidNs: null }, "dead", "indeterminate", "elsewhere"],
  ["this boot, no namespaces", { ...us, pidNs: null }, { ...us, pidNs: null }, "dead", "dead", "process"],
  ["this host, another boot", us, { ...us, bootId: "boot-0" }, "running", "dead", "other_boot"],
  ["this host, another boot and namespace", us, { ...us, bootId: "boot-0", pidNs: "9" }, "running", "dead", "other_boot"],
  ["this host, no boot id on their side, gone", us, { ...us, bootId: null }, "dead", "dead", "process"],
  ["this host, no boot id on our side, gone", { ...us, bootId: null }, us, "dead", "dead", "process"],
  ["this host, no boot ids, other namespace", us, { ...us, bootId: null, pidNs: "200" }, "dead", "indeterminate", "elsewhere"],
  ["this host, nothing but host names", withoutBoot, withoutBoot, "running", "live", "process"],
  ["another host and boot", us, { host: "zeus", bootId: "boot-9", pidNs: "100" }, "dead", "indeterminate", "elsewhere"],
  ["another host without boot id", us, { host: "zeus", bootId: null, pidNs: null }, "dead", "indeterminate", "elsewhere"],
] as const)("%s", (_, here, owner, alive, state, reason) => {
  const liveness = (): Liveness => alive;
  expect(judgeOwner({ insideRun: false, us: here, owner, liveness })).toEqual({ state, reason });
  expect(judgeOwner({ insideRun: true, us: here, owner, liveness })).toEqual({ state: "live", reason: "inside_run" });
});

const now = parseTimestamp("2026-03-10T00:00:00Z")?.instant ?? 0n;
const live = { state: "live", reason: "process" } as const;

test.each([
  [live, "2026-03-09T23:59:00Z", null],
  [live, "2026-03-03T00:00:00Z", null],
  [live, "2026-03-02T23:59:59Z", "PID REUSE REVIEW"],
  [live, "2026-03-10T00:05:00Z", null],
  [live, "2026-03-10T00:05:01Z", "OWNER TIME REVIEW"],
  [live, "unknown", "OWNER TIME REVIEW"],
  [{ state: "indeterminate", reason: "elsewhere" }, "2026-01-01T00:00:00Z", "PID REUSE REVIEW"],
  [{ state: "dead", reason: "process" }, "2026-01-01T00:00:00Z", null],
] as const)("%o started %s is marked %s", (judgement, startedAt, marker) => {
  expect(reviewMarker(judgement, startedAt, now)).toBe(marker);
});

const everything = {
  pid: 48213,
  startedAt: "2026-03-02T08:15:00.123456789Z",
  command: "cueloop run loop --max-tasks 3",
  label: "run loop",
  host: "atlas",
  bootId: "5d0c2f7e",
  pidNs: "4026531836",
  runId: "019387a2",
  pidStart: null,
};

test("an owner file is one key a line, keys without a value left out", () => {
  expect(formatOwner(everything)).toBe(
    "pid: 48213\nstarted_at: 2026-03-02T08:15:00.123456789Z\ncommand: cueloop run loop --max-tasks 3\nlabel: run loop\nhost: atlas\nboot_id: 5d0c2f7e\npid_ns: 4026531836\nrun_id: 019387a2\n",
  );
  expect(formatOwner({ ...everything, host: null, bootId: null, pidNs: null, runId: null })).not.toContain("null");
  expect(parseOwner(formatOwner(everything))).toEqual(everything);
});

test.each([["pid: 0\nlabel: x\n"], ["pid: abc\n"], ["pid: -4\n"], ["pid:\n"], ["label: run one\n"], [""], ["pid: 99999999999\n"]])(
  "%j names no owner",
  (text) => expect(parseOwner(text)).toBeNull(),
);

test("unknown keys are passed over, values keep their colons, missing ones read unknown", () => {
  expect(parseOwner("pid: 7\ncolour: red\ncommand: cueloop task add a:b\n")).toMatchObject({
    pid: 7,
    command: "cueloop task add a:b",
    label: "unknown",
    startedAt: "unknown",
    host: null,
  });
});
