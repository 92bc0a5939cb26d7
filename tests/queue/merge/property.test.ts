import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Books } from "../../../src/queue/books.ts";
import { nextIds } from "../../../src/queue/ids.ts";
import { mergeBooks } from "../../../src/queue/merge/merge.ts";
import { applyStatus } from "../../../src/queue/status.ts";
import { canonicalTask, type Task } from "../../../src/queue/task.ts";
import { validateQueueSet } from "../../../src/queue/validate.ts";
import { activeIds, aTask, books, doneIds, NOW, RULES } from "../books.ts";

const VALID = { idPrefix: "RQ", idWidth: 4, maxDependencyDepth: 100, donePresent: true };

const Edit = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("title" as const), at: fc.nat(), text: fc.constantFrom("a", "b", "c") }) },
  fc.record({ kind: fc.constant("tag" as const), at: fc.nat(), text: fc.constantFrom("x", "y", "z") }),
  fc.record({ kind: fc.constant("note" as const), at: fc.nat(), text: fc.constantFrom("n1", "n2") }),
  fc.record({ kind: fc.constant("field" as const), at: fc.nat(), text: fc.constantFrom("1", "2") }),
  fc.record({ kind: fc.constant("status" as const), at: fc.nat(), text: fc.constantFrom("draft", "todo", "doing", "rejected") }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("archive" as const), at: fc.nat(), text: fc.constantFrom("done", "rejected") }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("add" as const), at: fc.nat(), text: fc.constantFrom("next", "end") }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete" as const), at: fc.nat(), text: fc.constant("") }) },
  fc.record({ kind: fc.constant("move" as const), at: fc.nat(), text: fc.constant("") }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("depend" as const),
      at: fc.nat(),
      text: fc.constantFrom("depends_on", "blocks", "relates_to"),
    }),
  },
  fc.record({ kind: fc.constant("parent" as const), at: fc.nat(), text: fc.constant("") }),
);
type Edit = typeof Edit extends fc.Arbitrary<infer T> ? T : never;

/** The books after an edit as a command would make it; an edit that would make them invalid is left out. */
function edited(before: Books, edit: Edit, now: string): Books {
  const after = applied(before, edit, now);
  try {
    validateQueueSet(after, VALID);
    return after;
  } catch {
    return before;
  }
}

function applied(before: Books, { kind, at, text }: Edit, now: string): Books {
  const active = before.queue.tasks;
  const all = [...active, ...before.done.tasks];
  if (kind === "add") {
    const [id = ""] = nextIds(before, { ...RULES, count: 1 }).ids;
    const made = aTask(id, { title: `${id} of ${now}`, created_at: now, updated_at: now });
    return books(text === "end" ? [...active, made] : [made, ...active], before.done.tasks);
  }
  const index = at % Math.max(active.length, 1);
  const task = active[index];
  if (task === undefined) return before;
  const change = (fields: Partial<Task>) =>
    books(active.with(index, canonicalTask({ ...task, ...fields, updated_at: now })), before.done.tasks);
  const other = all[at % all.length]?.id ?? "";
  switch (kind) {
    case "title":
      return change({ title: text });
    case "tag":
      return change({ tags: task.tags.includes(text) ? task.tags.filter((tag) => tag !== text) : [...task.tags, text] });
    case "note":
      return change({ notes: [...task.notes, text] });
    case "field":
      return change({ custom_fields: { ...task.custom_fields, key: text } });
    case "status": {
      const status = text === "draft" || text === "doing" || text === "rejected" ? text : "todo";
      return books(active.with(index, applyStatus(task, status, now)), before.done.tasks);
    }
    case "archive": {
      const finished = applyStatus(task, text === "rejected" ? "rejected" : "done", now);
      return books(active.toSpliced(index, 1), [...before.done.tasks, finished]);
    }
    case "delete":
      return books(active.toSpliced(index, 1), before.done.tasks);
    case "move":
      return books([task, ...active.toSpliced(index, 1)], before.done.tasks);
    case "depend":
      if (text === "blocks") return change({ blocks: [...new Set([...task.blocks, other])] });
      if (text === "relates_to") return change({ relates_to: [...new Set([...task.relates_to, other])] });
      return change({ depends_on: [...new Set([...task.depends_on, other])] });
    case "parent":
      return change({ parent_id: other });
  }
}

/** Times of one side never equal those of another. */
function history(start: Books, edits: readonly Edit[], side: number): Books {
  return edits.reduce((state, edit, index) => edited(state, edit, `2026-03-02T0${side}:${10 + index}:00.00000000${side}Z`), start);
}

const Histories = fc.record({
  before: fc.array(Edit, { maxLength: 12 }),
  mine: fc.array(Edit, { maxLength: 10 }),
  other: fc.array(Edit, { maxLength: 10 }),
});
type Histories = typeof Histories extends fc.Arbitrary<infer T> ? T : never;

const START = books([aTask("RQ-0001"), aTask("RQ-0002"), aTask("RQ-0003"), aTask("RQ-0004")], [aTask("RQ-0000", { status: "done" })]);

function versionsOf({ before, mine, other }: Histories): { readonly base: Books; readonly ours: Books; readonly theirs: Books } {
  const base = history(START, before, 1);
  return { base, ours: history(base, mine, 2), theirs: history(base, other, 3) };
}

function merge(base: Books, ours: Books, theirs: Books) {
  const all = [base, ours, theirs].flatMap((one) => [...activeIds(one), ...doneIds(one)]);
  return mergeBooks(base, ours, theirs, { nextIds: (count) => nextIds(theirs, { ...RULES, count, avoid: all }).ids, now: NOW });
}

function idsOf(of: Books): Set<string> {
  return new Set([...activeIds(of), ...doneIds(of)]);
}

const runs = { numRuns: 500 };

test("what two sides did to the same books merges to books that are valid", () => {
  fc.assert(
    fc.property(Histories, (histories) => {
      const { base, ours, theirs } = versionsOf(histories);
      validateQueueSet(merge(base, ours, theirs).books, VALID);
    }),
    runs,
  );
});

test("no task gets lost: it is there, under a new id with a trace, or was deleted on purpose", () => {
  fc.assert(
    fc.property(Histories, (histories) => {
      const { base, ours, theirs } = versionsOf(histories);
      const { books: merged, renamed } = merge(base, ours, theirs);
      const left = idsOf(merged);
      for (const id of new Set([...idsOf(ours), ...idsOf(theirs)])) {
        const deleted = idsOf(base).has(id) && !(idsOf(ours).has(id) && idsOf(theirs).has(id));
        if (!deleted) expect(left).toContain(id);
      }
      for (const [from, to] of renamed) {
        const task = [...merged.queue.tasks, ...merged.done.tasks].find(({ id }) => id === to);
        expect(task?.notes.join("\n")).toContain(from);
      }
      // By what it is, and not by its id: each task that is new on a side is there exactly once.
      const made = (of: Books) => [...of.queue.tasks, ...of.done.tasks].map((task) => task.created_at);
      const before = new Set(made(base));
      for (const moment of [...made(ours), ...made(theirs)].filter((one) => !before.has(one))) {
        expect(made(merged).filter((one) => one === moment)).toHaveLength(1);
      }
    }),
    runs,
  );
});

test("a finished task stays finished, and a task is in one file only", () => {
  fc.assert(
    fc.property(Histories, (histories) => {
      const { base, ours, theirs } = versionsOf(histories);
      const { books: merged, renamed } = merge(base, ours, theirs);
      for (const id of doneIds(theirs)) expect(doneIds(merged)).toContain(id);
      for (const id of doneIds(ours)) expect(doneIds(merged)).toContain(renamed.get(id) ?? id);
      expect(idsOf(merged).size).toBe(activeIds(merged).length + doneIds(merged).length);
    }),
    runs,
  );
});

test("merging again what was merged changes nothing", () => {
  fc.assert(
    fc.property(Histories, (histories) => {
      const { base, ours, theirs } = versionsOf(histories);
      const { books: merged } = merge(base, ours, theirs);
      const again = merge(base, merged, theirs);
      expect(again.books).toEqual(merged);
      expect(again.renamed.size).toBe(0);
      expect(merge(theirs, merged, theirs).books).toEqual(merged);
    }),
    runs,
  );
});

test("a side that did nothing takes what the other did, and two that did the same agree", () => {
  fc.assert(
    fc.property(Histories, (histories) => {
      const { base, ours, theirs } = versionsOf(histories);
      expect(merge(base, base, theirs).books).toEqual(theirs);
      expect(merge(base, ours, base).books).toEqual(ours);
      expect(merge(base, ours, ours).books).toEqual(ours);
    }),
    runs,
  );
});
