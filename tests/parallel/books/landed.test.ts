import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureDirectory } from "../../../src/base/files.ts";
import { booksAt } from "../../../src/parallel/books/at-commit.ts";
import { landedBooks } from "../../../src/parallel/books/landed.ts";
import { workerDirectory, workerFiles } from "../../../src/parallel/files/paths.ts";
import type { Books } from "../../../src/queue/books.ts";
import { parseQueueFile } from "../../../src/queue/file.ts";
import type { Task } from "../../../src/queue/task.ts";
import { activeIds, aTask, books, doneIds } from "../../queue/books.ts";
import { Coordinator, DONE, fileOf, proposal, QUEUE, READY } from "./coordinator.ts";

const BEFORE = books([aTask("RQ-0001"), aTask("RQ-0002")], [aTask("RQ-0000", { status: "done" })]);

async function tracked(selected: Task = aTask("RQ-0001")): Promise<Coordinator> {
  const at = await Coordinator.of(BEFORE, { tracked: true });
  const directory = workerDirectory(at.context.runtimeDir, selected.id);
  ensureDirectory(directory);
  writeFileSync(workerFiles(directory).task, JSON.stringify(selected));
  return at;
}

async function land(
  at: Coordinator,
  {
    id = "RQ-0001",
    files = {},
    result = {},
    base = at.head(),
  }: { id?: string; files?: Readonly<Record<string, string>>; result?: Partial<typeof READY>; base?: string } = {},
): Promise<{ readonly books: Books; readonly created: readonly { readonly task_id: string; readonly title: string }[] }> {
  const { queueText, doneText, created } = await landedBooks({ context: at.context }, at.worker(id, files), { ...READY, ...result }, base);
  return { books: { queue: parseQueueFile(queueText, QUEUE), done: parseQueueFile(doneText, DONE) }, created };
}

test("the books of a commit are those of its tree", async () => {
  await using at = await tracked();
  const first = at.head();
  at.repo.write({ [QUEUE]: fileOf([]) });
  at.repo.git("rm", "--quiet", DONE);
  at.repo.commit("later");
  expect(await booksAt(at.context, first)).toEqual(BEFORE);
  expect(await booksAt(at.context, "HEAD")).toEqual(books([]));
  at.repo.git("rm", "--quiet", QUEUE);
  at.repo.commit("gone");
  await expect(booksAt(at.context, at.head())).rejects.toMatchObject({ code: "parallel.books_missing" });
});

test("a commit that is not there is no commit without books", async () => {
  await using at = await tracked();
  await expect(booksAt(at.context, "0".repeat(40))).rejects.toMatchObject({ code: "git.failed" });
});

test("the task is archived in the books of the commit it lands on; edits of the checkout stay out", async () => {
  await using at = await tracked();
  const base = at.head();
  at.repo.write({ [QUEUE]: fileOf([aTask("RQ-0009")]), [DONE]: "not json" });
  const { books: landed, created } = await land(at, { base, result: { notes: ["five retries"], agent: { runner: "Codex", model: "m" } } });
  expect(activeIds(landed)).toEqual(["RQ-0002"]);
  expect(doneIds(landed)).toEqual(["RQ-0000", "RQ-0001"]);
  expect(landed.done.tasks[1]).toMatchObject({
    status: "done",
    notes: ["five retries"],
    custom_fields: { "cueloop.evidence": "gate=passed", runner_used: "codex", model_used: "m" },
  });
  expect(created).toEqual([]);
});

test("a task that no commit knows comes from where it was selected", async () => {
  await using at = await tracked(aTask("RQ-0005", { title: "Added by hand" }));
  const { books: landed } = await land(at, { id: "RQ-0005", result: { outcome: "rejected" }, files: proposal("RQ-0005", "Later") });
  expect(activeIds(landed)).toEqual(["RQ-0001", "RQ-0002"]);
  expect(landed.done.tasks.at(-1)).toMatchObject({ id: "RQ-0005", title: "Added by hand", status: "rejected", custom_fields: {} });
});

test("follow-ups get ids that are free in the commit and in the checkout, the same ones again after a lost race", async () => {
  await using at = await tracked();
  const base = at.head();
  at.repo.write({ [QUEUE]: fileOf([...BEFORE.queue.tasks, aTask("RQ-0020")]) });
  const files = proposal("RQ-0001", "First", "Second");
  const first = await land(at, { base, files });
  const again = await land(at, { base, files });
  for (const { books: landed, created } of [first, again]) {
    expect(created.map(({ task_id: id, title }) => `${id} ${title}`)).toEqual(["RQ-0021 First", "RQ-0022 Second"]);
    expect(activeIds(landed)).toEqual(["RQ-0002", "RQ-0021", "RQ-0022"]);
    expect(landed.queue.tasks.at(-1)?.relates_to).toEqual(["RQ-0001"]);
  }
});

test("a proposal that is none is kept and named once, and the task lands", async () => {
  await using at = await tracked();
  const files = { ".cueloop/cache/followups/RQ-0001.json": "{" };
  expect(doneIds((await land(at, { files })).books)).toContain("RQ-0001");
  await land(at, { files });
  expect(at.repo.read(".cueloop/cache/followups/RQ-0001.json")).toBe("{");
  expect(at.warnings()).toHaveLength(1);
});

test("another task of the target with the same id is no reason to archive that one", async () => {
  await using at = await tracked(aTask("RQ-0001", { title: "Mine", created_at: "2026-03-02T08:00:00.000000001Z" }));
  await expect(land(at)).rejects.toMatchObject({ code: "parallel.books_invalid", message: expect.stringContaining("RQ-0001") });
});

test("books of the target that do not parse are named with their commit", async () => {
  await using at = await tracked();
  at.repo.write({ [DONE]: "{" });
  at.repo.commit("broken");
  await expect(land(at)).rejects.toMatchObject({
    code: "parallel.books_invalid",
    message: expect.stringContaining(at.head().slice(0, 12)),
  });
});

test("without the task as it was selected nothing lands", async () => {
  await using at = await tracked();
  writeFileSync(join(workerDirectory(at.context.runtimeDir, "RQ-0001"), "task.json"), "{");
  await expect(land(at)).rejects.toMatchObject({ code: "parallel.books_invalid" });
});
