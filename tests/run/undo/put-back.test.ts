import { expect, test } from "bun:test";
import type { Books } from "../../../src/queue/books.ts";
import { putBack } from "../../../src/run/undo/put-back.ts";
import { aTask, books, NOW } from "../../queue/books.ts";

const [one, two, three] = [aTask("RQ-0001", { notes: ["a", "a"] }), aTask("RQ-0002"), aTask("RQ-0003")];
const doing = { ...one, status: "doing" as const, started_at: NOW, updated_at: NOW };
const back = (now: Books, as: { status?: "todo"; note?: string } = {}, index = 0) =>
  putBack(now, { before: { index, task: one }, now: NOW, redact: (text) => text, ...as });

test("an active task gets its record back where it is, and the others stay as they are", () => {
  expect(back(books([two, doing, three]))).toEqual(books([two, one, three]));
});

test("notes that came later stay, each as often as it came", () => {
  const noted = { ...doing, notes: ["a", "new", "a", "a"] };
  expect(back(books([noted, two])).queue.tasks[0]?.notes).toEqual(["a", "a", "new", "a"]);
});

test("from the done file it comes back to its old place, which may be past the end by now", () => {
  const done = { ...one, status: "done" as const, completed_at: NOW };
  expect(back(books([two, three], [done]), {}, 1)).toEqual(books([two, one, three]));
  expect(back(books([two], [done]), {}, 7)).toEqual(books([two, one]));
});

test("a task that is in neither file comes back all the same", () => {
  expect(back(books([two, three]))).toEqual(books([one, two, three]));
});

test("done once more it adds its note once", () => {
  const once = back(books([doing]), { note: "put aside" });
  expect(back(once, { note: "put aside" })).toEqual(once);
});

test("a note and a status go with the time they were given at", () => {
  const [found] = back(books([doing]), { status: "todo", note: "put aside" }).queue.tasks;
  expect(found).toEqual({ ...one, notes: ["a", "a", "put aside"], status: "todo", updated_at: NOW });
});
