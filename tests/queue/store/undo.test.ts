import { describe, expect, test } from "bun:test";
import type { Books } from "../../../src/queue/books.ts";
import { acquireQueueLock } from "../../../src/queue/store/lock.ts";
import { resolveSnapshotId } from "../../../src/queue/store/snapshots/id.ts";
import { withQueue } from "../../../src/queue/store/transaction.ts";
import { listSnapshots, planRestore, restoreSnapshot, UNDO_LABEL } from "../../../src/queue/store/undo.ts";

import { fileText, Store, task } from "./store.ts";

/** Gives the active task a new title. */
const rename = (id: string, title: string) => (books: Books) => ({
  books: { ...books, queue: { ...books.queue, tasks: books.queue.tasks.map((one) => (one.id === id ? { ...one, title } : one)) } },
  result: null,
});

const finish = (id: string) => (books: Books, now: string) => {
  const found = books.queue.tasks.filter((one) => one.id === id).map((one) => ({ ...one, status: "done", completed_at: now }) as const);
  return {
    books: {
      queue: { ...books.queue, tasks: books.queue.tasks.filter((one) => one.id !== id) },
      done: { ...books.done, tasks: [...books.done.tasks, ...found] },
    },
    result: null,
  };
};

function undo(at: Store, id: string | null = null) {
  using _lock = acquireQueueLock(at.ctx, UNDO_LABEL);
  const plan = planRestore(at.ctx, { id, dryRun: false });
  return { ...plan, ...restoreSnapshot(at.ctx, plan) };
}

const look = (at: Store, id: string | null = null) => planRestore(at.ctx, { id, dryRun: true });

test("undo after undo walks back, uses the snapshots up and adds none", async () => {
  using at = new Store().books([task("RQ-0001", { title: "a" })]);
  for (const title of ["b", "c"]) await withQueue(at.ctx, { label: "task", operation: `rename to ${title}` }, rename("RQ-0001", title));
  expect(listSnapshots(at.ctx).map((entry) => entry.operation)).toEqual(["rename to c", "rename to b"]);
  expect(undo(at)).toMatchObject({ operation: "rename to c", tasksAffected: 1, alsoLost: [], effect: { change: ["RQ-0001"] } });
  expect(at.read("queue.jsonc")).toBe(fileText([task("RQ-0001", { title: "b" })]));
  expect(undo(at).operation).toBe("rename to b");
  expect(at.read("queue.jsonc")).toBe(fileText([task("RQ-0001", { title: "a" })]));
  expect(() => undo(at)).toThrow("nothing to undo");
});

test("what a restore replaces is kept, the newest five times, and never listed", async () => {
  using at = new Store().books([task("RQ-0001", { title: "a" })]);
  for (let count = 1; count <= 7; count += 1) {
    await withQueue(at.ctx, { label: "task", operation: "rename" }, rename("RQ-0001", `b${count}`));
    const { redoPath } = undo(at);
    expect(JSON.parse(at.read(`cache/undo-redo/${redoPath?.split("/").at(-1)}`) ?? "")).toMatchObject({
      operation: "before undo of rename",
      queue_json: { tasks: [{ title: `b${count}` }] },
    });
  }
  expect(at.list("cache/undo-redo")).toHaveLength(5);
  expect(listSnapshots(at.ctx)).toEqual([]);
});

test("an archive is taken back in both files", async () => {
  using at = new Store().books([task("RQ-0001"), task("RQ-0002")]);
  await withQueue(at.ctx, { label: "task", operation: "task done RQ-0001" }, finish("RQ-0001"));
  expect(look(at).effect).toEqual({ appear: [], vanish: [], change: ["RQ-0001"] });
  undo(at);
  expect(at.read("queue.jsonc")).toBe(fileText([task("RQ-0001"), task("RQ-0002")]));
  expect(at.read("done.jsonc")).toBe(fileText([]));
});

describe("what else a restore takes back", () => {
  const start = () => new Store().books([task("RQ-0001"), task("RQ-0002"), task("RQ-0003")]);

  test("an edit by hand to another task is named, one to the same task is not", async () => {
    using at = start();
    await withQueue(at.ctx, { label: "task", operation: "rename" }, rename("RQ-0001", "new"));
    at.write("queue.jsonc", (at.read("queue.jsonc") ?? "").replace("Task RQ-0003", "by hand").replace('"new"', '"newer"'));
    expect(look(at).alsoLost).toEqual(["RQ-0003"]);
  });

  test("a task of the operation is named when it was finished since", async () => {
    using at = start();
    await withQueue(at.ctx, { label: "task", operation: "rename" }, rename("RQ-0001", "new"));
    await withQueue(at.ctx, { label: "run one" }, finish("RQ-0001"));
    expect(look(at).alsoLost).toEqual(["RQ-0001"]);
  });

  test("an older snapshot takes later operations back", async () => {
    using at = start();
    await withQueue(at.ctx, { label: "task", operation: "first" }, rename("RQ-0001", "new"));
    await withQueue(at.ctx, { label: "task", operation: "second" }, rename("RQ-0002", "new"));
    const [, oldest] = listSnapshots(at.ctx);
    expect(look(at).alsoLost).toEqual([]);
    expect(look(at, oldest?.id ?? "").alsoLost).toEqual(["RQ-0002"]);
  });

  test("layout alone is no change", async () => {
    using at = start();
    await withQueue(at.ctx, { label: "task", operation: "rename" }, rename("RQ-0001", "new"));
    at.write("queue.jsonc", `${at.read("queue.jsonc")}\n`);
    expect(look(at).alsoLost).toEqual([]);
  });

  test("a snapshot of the older program counts the tasks its operation names as its own", () => {
    using at = start();
    const older = { version: 1, operation: "task edit RQ-0001", timestamp: "2026-03-02T08:15:00.000000000Z" };
    const was = { version: 1, tasks: [task("RQ-0001", { title: "x" }), task("RQ-0002", { title: "x" }), task("RQ-0003")] };
    at.write("cache/undo/undo-20260302T081500000000000Z.json", JSON.stringify({ ...older, queue_json: was, done_json: { version: 1 } }));
    expect(look(at)).toMatchObject({ alsoLost: ["RQ-0002"], effect: { change: ["RQ-0001", "RQ-0002"] } });
  });
});

test("a queue that does not parse is replaced, its text kept", async () => {
  using at = new Store().books([task("RQ-0001")]);
  await withQueue(at.ctx, { label: "task", operation: "rename" }, rename("RQ-0001", "new"));
  at.write("queue.jsonc", "{ broken");
  const { redoPath, effect, alsoLost } = undo(at);
  expect([effect, alsoLost]).toEqual([null, []]);
  expect(at.read("queue.jsonc")).toBe(fileText([task("RQ-0001")]));
  expect(at.read(`cache/undo-redo/${redoPath?.split("/").at(-1)}`)).toContain('"queue_text": "{ broken"');
});

test("an invalid state comes back with a warning", () => {
  using at = new Store().books([task("RQ-0001")]);
  const was = { version: 1, tasks: [task("RQ-0001", { title: "" })] };
  at.write(
    "cache/undo/undo-1.json",
    JSON.stringify({ operation: "queue repair", timestamp: "", queue_json: was, done_json: { version: 1 } }),
  );
  undo(at);
  expect(at.read("queue.jsonc")).toBe(JSON.stringify(was, null, 2));
  expect(at.logged.join()).toContain("not valid");
});

test("a snapshot that cannot be read is left out of the list with a warning", () => {
  using at = new Store().books([]);
  at.write("cache/undo/undo-2.json", "{");
  at.write("cache/undo/undo-1.json", '{"queue_json":{},"done_json":{}}');
  at.write("cache/undo/other.json", "{}");
  expect(listSnapshots(at.ctx)).toEqual([{ id: "1", operation: "unknown", timestamp: "" }]);
  expect(at.logged.join()).toContain("undo-2.json");
});

const entries = ["20260302T081500123456789Z", "20260302T081400000000001Z", "20260301T000000000000000Z"].map((id) => ({
  id,
  operation: "x",
  timestamp: "",
}));
const [newest, second, third] = entries.map((entry) => entry.id);

test.each([
  [null, newest],
  ["20260302T081400000000001Z", second],
  ["undo-20260302T081400000000001Z", second],
  ["1", newest],
  ["3", third],
  ["20260301", third],
  ["20260302T0814", second],
  ["4", null],
  ["2026", null],
  ["202", null],
  ["20260302", null],
  ["../undo-redo/x", null],
  ["", null],
])("--id %p means %p", (given, id) => {
  if (typeof id === "string") expect(resolveSnapshotId(entries, given, false)).toBe(id);
  else expect(() => resolveSnapshotId(entries, given, false)).toThrow("There is no snapshot");
});

test("programs give whole ids", () => {
  expect(() => resolveSnapshotId(entries, "1", true)).toThrow("There is no snapshot");
  expect(resolveSnapshotId(entries, `undo-${newest}`, true)).toBe(newest ?? "");
});
