import { describe, expect, test } from "bun:test";
import { chmodSync, lstatSync, readlinkSync, renameSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Books } from "../../../src/queue/books.ts";
import { acquireQueueLock } from "../../../src/queue/store/lock.ts";
import { withQueue } from "../../../src/queue/store/transaction.ts";

import { fileText, Store, task } from "./store.ts";

const archiveFirst = (books: Books, now: string): { books: Books; result: string } => {
  const [first, ...rest] = books.queue.tasks;
  if (first === undefined) throw new Error("no task");
  const done = { ...first, status: "done", updated_at: now, completed_at: now } as const;
  return {
    books: { queue: { ...books.queue, tasks: rest }, done: { ...books.done, tasks: [...books.done.tasks, done] } },
    result: first.id,
  };
};
const rename = (title: string) => (books: Books) => ({
  books: { ...books, queue: { ...books.queue, tasks: books.queue.tasks.map((one) => ({ ...one, title })) } },
  result: null,
});
const nothing = (books: Books) => ({ books, result: null });

const ids = (text: string | null): string[] => [...(text ?? "").matchAll(/"id": "(.*)"/g)].map((match) => match[1] ?? "");

describe("a change", () => {
  test("of both files is written with a snapshot of what was, and leaves neither lock nor journal", async () => {
    using at = new Store().books([task("RQ-0001"), task("RQ-0002")]);
    expect(await withQueue(at.ctx, { label: "task", operation: "task done RQ-0001" }, archiveFirst)).toBe("RQ-0001");
    expect(ids(at.read("queue.jsonc"))).toEqual(["RQ-0002"]);
    expect(ids(at.read("done.jsonc"))).toEqual(["RQ-0001"]);
    expect(at.list("")).toEqual(["cache", "done.jsonc", "queue.jsonc"]);
    expect(at.list("cache")).toEqual(["undo"]);
    const [name = ""] = at.list("cache/undo");
    expect(name).toMatch(/^undo-\d{8}T\d{15}Z\.json$/);
    const snapshot = JSON.parse(at.read(`cache/undo/${name}`) ?? "");
    expect(snapshot).toMatchObject({
      version: 1,
      operation: "task done RQ-0001",
      queue_json: { version: 1, tasks: [{ id: "RQ-0001" }, { id: "RQ-0002" }] },
      done_json: { version: 1, tasks: [] },
      after: { queue: `sha256:${hash(at.read("queue.jsonc"))}`, done: `sha256:${hash(at.read("done.jsonc"))}` },
    });
  });

  test("of nothing writes nothing: no snapshot, no done file, and comments stay", async () => {
    using at = new Store();
    const text = `// mine\n${fileText([task("RQ-0001")])}\n`;
    at.write("queue.jsonc", text);
    await withQueue(at.ctx, { label: "queue sort", operation: "queue sort" }, nothing);
    await withQueue(at.ctx, { label: "queue sort", operation: "queue sort" }, rename("Task RQ-0001"));
    expect(at.read("queue.jsonc")).toBe(text);
    expect(at.list("")).toEqual(["cache", "queue.jsonc"]);
    expect(at.list("cache")).toEqual([]);
  });

  test.each([
    ["throws", () => expect.unreachable()],
    ["makes an invalid queue", rename("")],
  ])("that %s changes nothing and gives the lock back", async (_, change) => {
    using at = new Store().books([task("RQ-0001")], []);
    const before = [at.read("queue.jsonc"), at.read("done.jsonc")];
    await expect(withQueue(at.ctx, { label: "task", operation: "x" }, change)).rejects.toThrow();
    expect([at.read("queue.jsonc"), at.read("done.jsonc")]).toEqual(before);
    expect(at.list("")).toEqual(["cache", "done.jsonc", "queue.jsonc"]);
    expect(at.list("cache")).toEqual([]);
  });

  test("dry, takes the lock and writes nothing", async () => {
    using at = new Store().books([task("RQ-0001")]);
    const locked = await withQueue(at.ctx, { label: "queue archive", operation: "x", dryRun: true }, (books, now) => ({
      ...archiveFirst(books, now),
      result: at.list("lock"),
    }));
    expect(locked).toEqual(["owner"]);
    expect(ids(at.read("queue.jsonc"))).toEqual(["RQ-0001"]);
    expect(at.list("cache")).toEqual([]);
  });

  test("without an active file is refused, or starts from an empty one where that is asked for", async () => {
    using at = new Store();
    await expect(withQueue(at.ctx, { label: "task" }, nothing)).rejects.toMatchObject({ code: "queue.missing" });
    await withQueue(at.ctx, { label: "queue repair", missingQueue: "empty" }, nothing);
    expect(at.list("")).toEqual(["cache"]);
  });

  test.each([
    ["{", "json.syntax"],
    ["", "queue.file_empty"],
    ['{"version":1,"tasks":[{"id":1}]}', "file.invalid"],
  ])("of a queue that holds %j is refused and leaves it alone", async (text, code) => {
    using at = new Store();
    at.write("queue.jsonc", text);
    await expect(withQueue(at.ctx, { label: "task", operation: "x" }, nothing)).rejects.toMatchObject({ code });
    expect(at.read("queue.jsonc")).toBe(text);
    expect(at.list("")).toEqual(["cache", "queue.jsonc"]);
  });

  test("keeps the mode of a file and replaces what a symlink points to", async () => {
    using at = new Store().books([task("RQ-0001")]);
    renameSync(join(at.root, ".cueloop/queue.jsonc"), join(at.root, "elsewhere.jsonc"));
    symlinkSync("../elsewhere.jsonc", join(at.root, ".cueloop/queue.jsonc"));
    chmodSync(join(at.root, "elsewhere.jsonc"), 0o640);
    await withQueue(at.ctx, { label: "task" }, rename("New"));
    expect(readlinkSync(join(at.root, ".cueloop/queue.jsonc"))).toBe("../elsewhere.jsonc");
    expect(lstatSync(join(at.root, "elsewhere.jsonc")).isFile()).toBe(true);
    expect(statSync(join(at.root, "elsewhere.jsonc")).mode & 0o777).toBe(0o640);
    expect(at.read("queue.jsonc")).toContain('"title": "New"');
  });

  test("keeps twenty snapshots", async () => {
    using at = new Store().books([task("RQ-0001")]);
    for (let count = 1; count <= 23; count += 1) {
      await withQueue(at.ctx, { label: "task", operation: `rename ${count}` }, rename(`Title ${count}`));
    }
    const names = at.list("cache/undo");
    expect(names).toHaveLength(20);
    expect(at.read(`cache/undo/${names[0]}`)).toContain("rename 4");
  });
});

describe("an interrupted archive", () => {
  const both = { queue: [task("RQ-0001"), task("RQ-0002")], done: [task("RQ-0001", { status: "done" })] };

  test("is healed by the next change, with a snapshot of what was found even where none is due", async () => {
    using at = new Store().books(both.queue, both.done);
    await withQueue(at.ctx, { label: "task" }, nothing);
    expect(ids(at.read("queue.jsonc"))).toEqual(["RQ-0002"]);
    expect(ids(at.read("done.jsonc"))).toEqual(["RQ-0001"]);
    const [name = ""] = at.list("cache/undo");
    expect(at.read(`cache/undo/${name}`)).toContain('"operation": "task, healed RQ-0001"');
    expect(at.logged.join()).toContain("RQ-0001 stood in both files");
  });

  test("is left as it is by a change that fails", async () => {
    using at = new Store().books(both.queue, both.done);
    await expect(withQueue(at.ctx, { label: "task", operation: "x" }, rename(""))).rejects.toThrow();
    expect(ids(at.read("queue.jsonc"))).toEqual(["RQ-0001", "RQ-0002"]);
    expect(at.list("cache")).toEqual([]);
  });

  test("of two different tasks under one id is refused", async () => {
    using at = new Store().books([task("RQ-0001", { title: "Another" })], both.done);
    await expect(withQueue(at.ctx, { label: "task", operation: "x" }, nothing)).rejects.toMatchObject({ code: "queue.invalid" });
    expect(ids(at.read("queue.jsonc"))).toEqual(["RQ-0001"]);
  });
});

test("under a supervisor's own lock, and joined to it, the inner mutex is held while the change is made", async () => {
  using at = new Store().books([task("RQ-0001")]);
  using lock = acquireQueueLock(at.ctx, "run loop");
  const held = (title: string) => (books: Books) => ({ ...rename(title)(books), result: at.list("cache") });
  expect(await withQueue(at.ctx, { label: "run loop", lock }, held("One"))).toContain("lock.mutate");
  expect(await withQueue(at.ctx, { label: "task" }, held("Two"))).toContain("lock.mutate");
  expect(at.list("cache")).toEqual([]);
  expect(at.list("lock")).toEqual(["owner"]);
});

test("changes made at once through one shared lock all arrive", async () => {
  using at = new Store().books([task("RQ-0001")]);
  using lock = acquireQueueLock(at.ctx, "run loop");
  const note = (text: string) => (books: Books) => ({
    books: { ...books, queue: { ...books.queue, tasks: books.queue.tasks.map((one) => ({ ...one, notes: [...one.notes, text] })) } },
    result: null,
  });
  const options = [{ label: "run loop", lock }, { label: "task" }];
  await Promise.all(
    Array.from({ length: 12 }, (_, index) => withQueue(at.ctx, options[index % 2] ?? { label: "task" }, note(`n${index}`))),
  );
  expect((at.read("queue.jsonc") ?? "").match(/"n\d+"/g)).toHaveLength(12);
});

function hash(text: string | null): string {
  return new Bun.CryptoHasher("sha256").update(text ?? "").digest("hex");
}
