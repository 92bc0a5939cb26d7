import { afterEach, describe, expect, test } from "bun:test";
import { mkdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { formatTimestamp, systemClock } from "../../../src/base/clock.ts";
import { isCueLoopError } from "../../../src/base/errors.ts";
import { bootId, hostName, pidNamespace, processStart } from "../../../src/base/identity.ts";
import { acquireQueueLock, readLockState, waitForQueueLock } from "../../../src/queue/store/lock.ts";
import { acquireMutex } from "../../../src/queue/store/locking/mutex.ts";
import { pauseBefore } from "../../../src/queue/store/locking/patience.ts";
import { deadPid, Store } from "./store.ts";

const noWait = { wait: false } as const;
const recent = () => formatTimestamp(systemClock().now());
const disposables: Disposable[] = [];
afterEach(() => {
  for (const item of disposables.splice(0)) item[Symbol.dispose]();
});

function store(options?: ConstructorParameters<typeof Store>[0]): Store {
  const made = new Store(options);
  disposables.push(made);
  return made;
}

interface Written {
  readonly pid?: number | string;
  readonly label?: string;
  readonly startedAt?: string;
  readonly extra?: string;
}

function ownerText({ pid = process.pid, label = "queue sort", startedAt = recent(), extra = "" }: Written): string {
  return `pid: ${pid}\nstarted_at: ${startedAt}\ncommand: cueloop ${label}\nlabel: ${label}\n${extra}`;
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isCueLoopError(error, "queue.lock_held")) return `${error.message}\n${error.hint}`;
    throw error;
  }
  throw new Error("the lock was granted");
}

/** The context with a clock that does not sleep; `act` happens in the pause number `count`. */
function pausing(at: Store, pauses: number[], count: number, act: () => unknown): Store["ctx"] {
  const sleep = async (ms: number) => {
    pauses.push(Math.round(ms));
    if (pauses.length === count) act();
  };
  return { ...at.ctx, clock: { ...at.ctx.clock, sleep } };
}

const hereNow = `host: ${hostName()}\nboot_id: ${bootId() ?? ""}\npid_ns: ${pidNamespace() ?? ""}\n`;

describe("hand-made owner files", () => {
  test.each([
    ["the older program's, process gone", ownerText({ pid: deadPid() })],
    ["a pid no platform has", ownerText({ pid: 4294967294 })],
    ["ours, process gone", ownerText({ pid: deadPid(), extra: hereNow })],
    [
      "ours from another boot, whatever runs under the pid now",
      ownerText({ extra: hereNow.replace(/boot_id: .*/, "boot_id: 00000000-dead") }),
    ],
    ["gone, started long ago", ownerText({ pid: deadPid(), startedAt: "2020-01-01T00:00:00Z" })],
    ["a dead supervisor's", ownerText({ pid: deadPid(), label: "run loop" })],
  ])("stale and cleared: %s", (_, owner) => {
    const at = store();
    at.write("lock/owner", owner);
    using lock = acquireQueueLock(at.ctx, "queue archive", noWait);
    expect(lock.joined).toBe(false);
    expect(at.read("lock/owner")).toContain("label: queue archive\n");
    expect(at.logged.filter((line) => line.includes("Cleared the stale queue lock"))).toHaveLength(1);
    expect(at.list("cache").filter((name) => name.startsWith("lock."))).toEqual([]);
  });

  test.each([
    ["a running process", ownerText({}), ["pid: ", "label: queue sort", "cueloop queue unlock"]],
    [
      "another host",
      ownerText({ pid: deadPid(), extra: "host: elsewhere\nboot_id: b\npid_ns: 1\n" }),
      ["host `elsewhere`", "queue unlock"],
    ],
    [
      "another pid namespace",
      ownerText({ pid: deadPid(), extra: hereNow.replace(/pid_ns: .*/, "pid_ns: 12") }),
      ["runs in another pid namespace"],
    ],
    ["started 8 days ago", ownerText({ startedAt: "2020-01-01T00:00:00Z" }), ["(PID REUSE REVIEW)", "7 days"]],
    ["started in the future", ownerText({ startedAt: "2999-01-01T00:00:00Z" }), ["(OWNER TIME REVIEW)"]],
    ["started at no time", ownerText({ startedAt: "soon" }), ["(OWNER TIME REVIEW)"]],
  ])("live and refused: %s", (_, owner, words) => {
    const at = store();
    at.write("lock/owner", owner);
    const text = refusal(() => acquireQueueLock(at.ctx, "queue archive", noWait));
    for (const word of [`Queue lock already held: ${join(at.ctx.runtimeDir, "lock")}`, ...words]) expect(text).toContain(word);
    expect(at.read("lock/owner")).toBe(owner);
  });

  test.each([
    ["pid 0", ownerText({ pid: 0 }), "unreadable"],
    ["no number as pid", ownerText({ pid: "many" }), "unreadable"],
    ["an empty owner file", "", "unreadable"],
    ["no owner file", null, "missing"],
  ])("owner unknown, refused and left alone: %s", (_, owner, word) => {
    const at = store();
    const directory = join(at.ctx.runtimeDir, "lock");
    mkdirSync(directory);
    if (owner !== null) at.write("lock/owner", owner);
    utimesSync(directory, 1_700_000_000, 1_700_000_000);
    const text = refusal(() => acquireQueueLock(at.ctx, "queue archive"));
    expect(text).toContain(`metadata is ${word}`);
    expect(text).toContain("cueloop queue unlock");
    expect(readLockState(at.ctx).kind).toBe("unclear");
  });

  test("sharers alone: cleared when all are dead, held while one lives", () => {
    const at = store();
    const dead = deadPid();
    at.write(`lock/owner_task_${dead}_0`, ownerText({ pid: dead, label: "task" }));
    at.write(`lock/owner_task_${process.pid}_0`, ownerText({ label: "task" }));
    expect(refusal(() => acquireQueueLock(at.ctx, "queue sort", noWait))).toContain(`pid: ${process.pid}`);
    at.write(`lock/owner_task_${process.pid}_0`, ownerText({ pid: dead, label: "task" }));
    acquireQueueLock(at.ctx, "queue sort", noWait).release();
    expect(at.read("lock")).toBeNull();
  });

  test("a dead owner is not cleared away under a sharer that still writes", () => {
    const at = store();
    at.write("lock/owner", ownerText({ pid: deadPid(), label: "run loop" }));
    at.write(`lock/owner_task_${process.pid}_0`, ownerText({ label: "task" }));
    expect(refusal(() => acquireQueueLock(at.ctx, "queue sort", noWait))).toContain("label: task");
  });

  test("inside a run no lock is stale", () => {
    const at = store({ insideRun: { runId: "r1", taskId: null } });
    at.write("lock/owner", ownerText({ pid: deadPid() }));
    refusal(() => acquireQueueLock(at.ctx, "task", noWait));
    expect(at.read("lock/owner")).not.toBeNull();
  });
});

describe("taking and giving back", () => {
  test("the owner file tells who holds it, and nothing is left afterwards", () => {
    const at = store({ insideRun: { runId: "r1", taskId: null } });
    const lock = acquireQueueLock(at.ctx, "  queue sort ", noWait);
    expect(at.read("lock/owner")).toMatch(/^pid: \d+\nstarted_at: \S{30}\ncommand: .+\nlabel: queue sort\nhost: .+\n/);
    expect(at.read("lock/owner")).toContain("run_id: r1\n");
    lock.release();
    lock.release();
    expect(at.list("")).toEqual(["cache"]);
    expect(at.list("cache")).toEqual([]);
  });

  test("a lock that was removed and taken by another is left to that one", () => {
    const at = store();
    const lock = acquireQueueLock(at.ctx, "queue sort", noWait);
    const other = ownerText({ pid: 1, label: "queue prune" });
    at.write("lock/owner", other);
    lock.release();
    expect(at.read("lock/owner")).toBe(other);
    expect(at.logged.join()).toContain("no longer ours");
  });

  test.each([
    ["run one", "task", true],
    ["run loop", "task", true],
    ["run loop", "queue sort", false],
    ["queue sort", "task", false],
    ["run loop --parallel", "task", false],
  ])("held by `%s`, `%s` joins: %p", (holder, label, joins) => {
    const at = store();
    using _supervisor = acquireQueueLock(at.ctx, holder, noWait);
    if (!joins) {
      refusal(() => acquireQueueLock(at.ctx, label, noWait));
      return;
    }
    const first = acquireQueueLock(at.ctx, label, noWait);
    const second = acquireQueueLock(at.ctx, label, noWait);
    expect(first.joined).toBe(true);
    expect(at.list("lock")).toEqual(["owner", `owner_task_${process.pid}_0`, `owner_task_${process.pid}_1`]);
    first.release();
    second.release();
    expect(at.list("lock")).toEqual(["owner"]);
  });

  test("the agent of `task update` shares the lock of exactly its own command", () => {
    const inside = store({ insideRun: { runId: "r1", taskId: null } });
    inside.write("lock/owner", ownerText({ label: "task update", extra: "run_id: r1\n" }));
    expect(acquireQueueLock(inside.ctx, "task", noWait).joined).toBe(true);
    inside.write("lock/owner", ownerText({ label: "task update", extra: "run_id: r2\n" }));
    refusal(() => acquireQueueLock(inside.ctx, "task", noWait));
  });

  test("when the supervisor ends first, the last sharer removes the directory", () => {
    const at = store();
    const supervisor = acquireQueueLock(at.ctx, "run loop", noWait);
    const sharer = acquireQueueLock(at.ctx, "task", noWait);
    supervisor.release();
    expect(at.list("lock")).toEqual([`owner_task_${process.pid}_0`]);
    sharer.release();
    expect(at.list("")).toEqual(["cache"]);
  });

  test.each([
    ["taking", "the owner file was not in yet"],
    ["giving back", "the owner file was out already"],
  ])("killed while %s it: %s, and the next command clears the empty directory", () => {
    const at = store();
    at.write(`cache/.lock.tmp-${deadPid()}-123`, ownerText({}));
    mkdirSync(join(at.ctx.runtimeDir, "lock"));
    acquireQueueLock(at.ctx, "queue sort", noWait).release();
    expect(at.list("cache")).toEqual([]);
  });

  test("leftovers of killed commands go, those of running ones stay", () => {
    const at = store();
    const mine = `.queue.jsonc.tmp-${process.pid}-${processStart(process.pid)}`;
    at.write(`.queue.jsonc.tmp-${deadPid()}-1`, "half");
    at.write(mine, "half");
    at.write(`cache/undo/.undo-1.json.tmp-${deadPid()}-1`, "half");
    acquireQueueLock(at.ctx, "queue sort", noWait).release();
    expect(at.list("")).toEqual([mine, "cache"]);
    expect(at.list("cache/undo")).toEqual([]);
  });
});

describe("waiting", () => {
  test("a short holder is waited for, with growing pauses", async () => {
    const at = store();
    const first = acquireQueueLock(at.ctx, "queue sort", noWait);
    const pauses: number[] = [];
    const second = await waitForQueueLock(
      pausing(at, pauses, 6, () => first.release()),
      "queue prune",
    );
    expect(pauses).toEqual([20, 40, 80, 160, 200, 200]);
    expect(at.read("lock/owner")).toContain("label: queue prune");
    second.release();
  });

  test.each([
    ["short_holder", 1, 0, 20],
    ["short_holder", 30, 4900, 100],
    ["short_holder", 30, 5000, null],
    ["forming", 3, 100, 80],
    ["forming", 9, 500, null],
  ] as const)("%s, attempt %d after %d ms: pause %p", (obstacle, attempts, waited, pause) => {
    expect(pauseBefore(obstacle, attempts, waited)).toBe(pause);
  });

  test("a lock whose holder has not written its name yet is looked at again", async () => {
    const at = store();
    mkdirSync(join(at.ctx.runtimeDir, "lock"));
    const ctx = pausing(at, [], 2, () => at.write("lock/owner", ownerText({ pid: deadPid() })));
    (await waitForQueueLock(ctx, "queue prune")).release();
    expect(at.list("")).toEqual(["cache"]);
  });

  test("a supervisor is not waited for", async () => {
    const at = store();
    using _supervisor = acquireQueueLock(at.ctx, "run one", noWait);
    const start = performance.now();
    expect(await waitForQueueLock(at.ctx, "queue prune").catch((error: unknown) => error)).toMatchObject({ code: "queue.lock_held" });
    expect(performance.now() - start).toBeLessThan(500);
  });

  test("an interrupt ends the wait", async () => {
    const at = store();
    using _holder = acquireQueueLock(at.ctx, "queue sort", noWait);
    const waiting = waitForQueueLock(at.ctx, "queue prune").catch((error: unknown) => error);
    at.interrupt.abort();
    expect(await waiting).toMatchObject({ code: "queue.interrupted" });
    expect(at.read("lock/owner")).toContain("label: queue sort");
  });

  test("the inner mutex waits for a live holder and clears a dead one", async () => {
    const at = store();
    const first = await acquireMutex(at.ctx, "task");
    expect(at.read("cache/lock.mutate")).toMatch(/^pid_start: \d+$/m);
    const pauses: number[] = [];
    const second = await acquireMutex(
      pausing(at, pauses, 3, () => first.release()),
      "run loop",
    );
    expect(pauses).toEqual([20, 40, 80]);
    second.release();
    for (const text of [ownerText({ pid: deadPid() }), ownerText({ extra: `${hereNow}pid_start: 1\n` })]) {
      at.write("cache/lock.mutate", text);
      (await acquireMutex(at.ctx, "task")).release();
      expect(at.list("cache")).toEqual([]);
    }
  });
});
