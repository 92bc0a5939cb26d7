import { expect, test } from "bun:test";
import fc from "fast-check";
import { isCueLoopError } from "../../../src/base/errors.ts";
import type { Books } from "../../../src/queue/books.ts";
import type { Task } from "../../../src/queue/task.ts";
import { validateQueueSet } from "../../../src/queue/validate.ts";
import { aTask, books } from "../books.ts";

const RULES = { idPrefix: "RQ", idWidth: 4, maxDependencyDepth: 2, donePresent: true };

const id = fc.constantFrom("RQ-0001", "RQ-0002", "RQ-0003", " RQ-0003 ", "RQ-0004", "RQ-0005");
const ids = fc.array(id, { maxLength: 2 });
const time = fc.constantFrom("2026-03-01T08:15:00.000000001Z", "2026-03-01T08:15:00+01:00", "soon");

/** Tasks that mostly pass, and each now and then breaks a rule or gives rise to a warning. */
const task: fc.Arbitrary<Task> = fc
  .record({
    id: fc.oneof({ weight: 20, arbitrary: id }, { weight: 1, arbitrary: fc.constantFrom("RQ-1", "") }),
    status: fc.constantFrom("todo", "doing", "done", "rejected"),
    title: fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom("Title", "\u00a0é", "日本") },
      { weight: 1, arbitrary: fc.constantFrom("", " \t", "\u00a0") },
    ),
    tags: fc.oneof({ weight: 20, arbitrary: fc.constantFrom([], ["tag"]) }, { weight: 1, arbitrary: fc.constant(["tag", " "]) }),
    custom_fields: fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom({}, { " a ": "1" }) },
      { weight: 1, arbitrary: fc.constantFrom({ "a b": "1" }, { " ": "1" }) },
    ),
    started_at: fc.option(time),
    scheduled_start: fc.option(time),
    depends_on: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: ids }),
    blocks: fc.oneof({ weight: 6, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: ids }),
    parent_id: fc.option(id),
  })
  .map(({ id: name, ...overrides }) => aTask(name, overrides));

/** What validation says, the words of its error included. */
function verdict(of: Books, passed?: Books, quiet = false): unknown {
  try {
    return validateQueueSet(of, RULES, passed, quiet).warnings;
  } catch (error) {
    if (!isCueLoopError(error)) throw error;
    return { message: error.message, where: error.where };
  }
}

const change = fc.record({
  at: fc.nat(6),
  gone: fc.nat(2),
  fresh: fc.array(task, { maxLength: 2 }),
  finish: fc.boolean(),
  turn: fc.boolean(),
});

function changed(
  { queue, done }: Books,
  { at, gone, fresh, finish, turn }: typeof change extends fc.Arbitrary<infer T> ? T : never,
): Books {
  const left = queue.tasks.toSpliced(at, gone, ...fresh);
  const finished = finish ? queue.tasks.slice(at, at + gone) : [];
  return books(turn ? left.toReversed() : left, [...done.tasks, ...finished]);
}

test("books that passed and were changed get the same verdict as books never seen", () => {
  const seen = { passed: 0, warned: 0, refused: 0 };
  fc.assert(
    fc.property(fc.array(task, { maxLength: 4 }), fc.array(task, { maxLength: 1 }), change, (active, finished, how) => {
      const before = books(active, finished);
      if (!Array.isArray(verdict(before))) return;
      const after = changed(before, how);
      const expected = verdict(after);
      expect(verdict(after, before)).toEqual(expected);
      if (!Array.isArray(expected)) seen.refused += 1;
      else if (expected.length > 0) seen.warned += 1;
      else seen.passed += 1;
    }),
    { numRuns: 5_000 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
});

test("one task more behind books without a warning gets the same verdict as in books never seen", () => {
  const seen = { alone: 0, related: 0, refused: 0 };
  fc.assert(
    fc.property(fc.uniqueArray(task, { maxLength: 4 }), fc.array(task, { maxLength: 1 }), task, (active, finished, more) => {
      const before = books(active, finished);
      const said = verdict(before);
      if (!Array.isArray(said) || said.length > 0) return;
      const after = { ...before, queue: { version: 1, tasks: [...active, more] } };
      const expected = verdict(after);
      expect(verdict(after, before, true)).toEqual(expected);
      if (!Array.isArray(expected)) seen.refused += 1;
      else if (more.depends_on.length + more.blocks.length > 0 || more.parent_id !== undefined) seen.related += 1;
      else seen.alone += 1;
    }),
    { numRuns: 5_000 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
});

test("a task that comes along with those that passed is looked at", () => {
  const before = books([aTask("RQ-0001"), aTask("RQ-0003")]);
  const after = books(before.queue.tasks.toSpliced(1, 0, aTask("RQ-0002", { title: " " })));
  expect(() => validateQueueSet(after, RULES, before)).toThrow("tasks[1]");
});
