import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bringBackBooks } from "../../../src/parallel/books/bring-back.ts";
import { backupDirectory, setAsideBooks } from "../../../src/parallel/books/set-aside.ts";
import type { WorkerRecord } from "../../../src/parallel/state/record.ts";
import type { Books } from "../../../src/queue/books.ts";
import type { Task } from "../../../src/queue/task.ts";
import { aTask, books } from "../../queue/books.ts";
import { Coordinator, DONE, fileOf, QUEUE } from "./coordinator.ts";

const MUTEX = ".cueloop/cache/lock.mutate";
const START = books([aTask("RQ-0001"), aTask("RQ-0002")]);
const LANDED = books([aTask("RQ-0002")], [aTask("RQ-0001", { status: "done" })]);

/** The checkout, and a later commit with these books that it is not on yet. */
async function landing(
  theirs: Books = LANDED,
): Promise<{ at: Coordinator; record: WorkerRecord; old: string; new: string } & AsyncDisposable> {
  const at = await Coordinator.of(START, { tracked: true });
  const old = at.head();
  at.repo.write({ [QUEUE]: fileOf(theirs.queue.tasks), [DONE]: fileOf(theirs.done.tasks) });
  at.repo.commit("landing");
  const next = at.head();
  at.repo.git("reset", "--quiet", "--hard", old);
  return { at, record: at.worker("RQ-0001"), old, new: next, [Symbol.asyncDispose]: () => at[Symbol.asyncDispose]() };
}

function edit(at: Coordinator, queue: readonly Task[], done: readonly Task[] = []): void {
  at.repo.write({ [QUEUE]: fileOf(queue), [DONE]: fileOf(done) });
}

function status(at: Coordinator): string {
  return at.repo.git("status", "--porcelain");
}

test("without edits nothing is set aside, and the queue is free to change", async () => {
  await using to = await landing();
  expect(await setAsideBooks(to.at, to.record, () => {})).toBeNull();
  expect(existsSync(to.at.repo.path(MUTEX))).toBe(false);
  expect(existsSync(backupDirectory(to.at, to.record))).toBe(false);
});

test("edits go out of the way and come back merged, uncommitted", async () => {
  await using to = await landing();
  const { at } = to;
  const added = aTask("RQ-0003");
  edit(at, [aTask("RQ-0001", { notes: ["by a person"] }), aTask("RQ-0002", { priority: "high" }), added]);
  at.repo.git("add", QUEUE);
  let noted = "";
  const aside = await setAsideBooks(at, to.record, () => {
    noted = status(at);
  });
  expect(noted).toBe(`M  ${QUEUE}\n`);
  expect(existsSync(at.repo.path(MUTEX))).toBe(true);
  expect(status(at)).toBe("");
  at.repo.git("merge", "--quiet", "--ff-only", to.new);
  await bringBackBooks(at, to.record, to, aside);
  expect(at.books.queue.tasks).toEqual([aTask("RQ-0002", { priority: "high" }), added]);
  expect(at.books.done.tasks).toEqual([aTask("RQ-0001", { status: "done", notes: ["by a person"] })]);
  expect(status(at)).toBe(` M ${DONE}\n M ${QUEUE}\n`);
  expect(at.head()).toBe(to.new);
  expect(existsSync(at.repo.path(MUTEX))).toBe(false);
  expect(existsSync(backupDirectory(at, to.record))).toBe(false);
  expect(at.warnings()).toEqual([]);
});

test("edits that came in meanwhile, too, leave nothing to commit", async () => {
  await using to = await landing(books([aTask("RQ-0002", { title: "T" })], LANDED.done.tasks));
  edit(to.at, [aTask("RQ-0001"), aTask("RQ-0002", { title: "T" })]);
  const aside = await setAsideBooks(to.at, to.record, () => {});
  to.at.repo.git("merge", "--quiet", "--ff-only", to.new);
  await bringBackBooks(to.at, to.record, to, aside);
  expect(status(to.at)).toBe("");
});

test("a target that did not move gives the edits back as they were, to the byte", async () => {
  await using to = await landing();
  const text = `// mine\n${fileOf([...START.queue.tasks, aTask("RQ-0003")])}\n`;
  to.at.repo.write({ [QUEUE]: text });
  const aside = await setAsideBooks(to.at, to.record, () => {});
  await bringBackBooks(to.at, to.record, { old: to.old, new: to.old }, aside);
  expect(to.at.repo.read(QUEUE)).toBe(text);
  expect(status(to.at)).toBe(` M ${QUEUE}\n`);
});

test("a journal that cannot be written leaves the edits where they are", async () => {
  await using to = await landing();
  edit(to.at, [aTask("RQ-0003")]);
  const noting = setAsideBooks(to.at, to.record, () => {
    throw new Error("disk full");
  });
  await expect(noting).rejects.toThrow("disk full");
  expect(to.at.repo.read(QUEUE)).toBe(fileOf([aTask("RQ-0003")]));
  expect(existsSync(backupDirectory(to.at, to.record))).toBe(false);
});

test("a Ctrl-C in the middle does not keep them from coming back", async () => {
  await using to = await landing();
  edit(to.at, [...START.queue.tasks, aTask("RQ-0003")]);
  const aside = await setAsideBooks(to.at, to.record, () => {});
  to.at.repo.git("merge", "--quiet", "--ff-only", to.new);
  await bringBackBooks({ context: { ...to.at.context, signal: AbortSignal.abort() } }, to.record, to, aside);
  expect(to.at.books.queue.tasks.map(({ id }) => id)).toEqual(["RQ-0002", "RQ-0003"]);
});

test("after a crash they are brought back from the backup, once, with what was edited since", async () => {
  await using to = await landing();
  const { at } = to;
  edit(at, [...START.queue.tasks, aTask("RQ-0003")]);
  const lost = await setAsideBooks(at, to.record, () => {});
  at.repo.git("merge", "--quiet", "--ff-only", to.new);
  lost?.mutex.release();
  edit(at, [aTask("RQ-0002", { title: "Edited since" })], LANDED.done.tasks);
  await bringBackBooks(at, to.record, to, null);
  expect(at.books.queue.tasks).toEqual([aTask("RQ-0002", { title: "Edited since" }), aTask("RQ-0003")]);
  expect(at.books.done.tasks).toEqual(LANDED.done.tasks);
  const text = at.repo.read(QUEUE);
  await bringBackBooks(at, to.record, to, null);
  expect(at.repo.read(QUEUE)).toBe(text);
});

test("a task whose id came in for another one is renumbered, and the person is told", async () => {
  const other = aTask("RQ-0003", { title: "Other", created_at: "2026-03-02T08:00:00.000000002Z" });
  await using to = await landing(books([aTask("RQ-0002"), other], LANDED.done.tasks));
  edit(to.at, [...START.queue.tasks, aTask("RQ-0003", { title: "Mine" })]);
  const aside = await setAsideBooks(to.at, to.record, () => {});
  to.at.repo.git("merge", "--quiet", "--ff-only", to.new);
  await bringBackBooks(to.at, to.record, to, aside);
  expect(to.at.books.queue.tasks.map(({ id, title }) => `${id} ${title}`)).toEqual([
    "RQ-0002 Title of RQ-0002",
    "RQ-0003 Other",
    "RQ-0004 Mine",
  ]);
  expect(to.at.warnings().join()).toMatch(/RQ-0003 .*RQ-0004/);
});

test.each([
  ["do not parse", '{"version": 1, "tasks": [ half'],
  ["are not valid", fileOf([aTask("RQ-0002", { depends_on: ["RQ-0099"] })])],
])("edits that %s stay beside the files, which are as the target has them", async (_, text) => {
  await using to = await landing();
  const { at } = to;
  at.repo.write({ [QUEUE]: text });
  const aside = await setAsideBooks(at, to.record, () => {});
  at.repo.git("merge", "--quiet", "--ff-only", to.new);
  await bringBackBooks(at, to.record, to, aside);
  expect(status(at)).toBe("");
  const [warning = ""] = at.warnings();
  const kept = /(\S+\/recovered\/\S+\/queue) and/.exec(warning)?.[1] ?? "";
  expect(readFileSync(kept, "utf8")).toBe(text);
  expect(warning).toContain(join(at.repo.root, QUEUE));
  expect(existsSync(backupDirectory(at, to.record))).toBe(false);
});
