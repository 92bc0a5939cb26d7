import { expect, test } from "bun:test";
import fc from "fast-check";
import * as v from "valibot";
import { CanonicalForm, isCanonicalTask } from "../../../src/queue/rules/canonical.ts";
import { TASK_ENTRIES, TaskPriority, TaskRecord, TaskStatus } from "../../../src/queue/task.ts";
import { aTask } from "../books.ts";

const text = fc.oneof(fc.string({ maxLength: 4 }), fc.constant(null), fc.integer());
const list = fc.oneof(fc.array(fc.string({ maxLength: 3 }), { maxLength: 2 }), fc.constant(null), fc.array(fc.integer(), { maxLength: 1 }));
const minutes = fc.oneof(fc.nat(), fc.constant(null), fc.constant(-1), fc.constant(1.5), fc.constant(4_294_967_296));
const agent = fc.record(
  {
    runner: fc.constantFrom("claude", "Codex", "acme", " "),
    model: fc.constantFrom("m", " m ", ""),
    model_effort: fc.constantFrom("default", "low", "max"),
    phases: fc.constantFrom(0, 2, 256, null),
    iterations: fc.constantFrom(1, -1),
    extra: fc.constant(1),
  },
  { requiredKeys: [] },
);

const LISTS = ["tags", "scope", "evidence", "plan", "notes", "depends_on", "blocks", "relates_to"];

function arbitraryValue(key: string): fc.Arbitrary<unknown> {
  if (key === "status") return fc.constantFrom(...TaskStatus.options, "Todo", null);
  if (key === "priority") return fc.constantFrom(...TaskPriority.options, "urgent");
  if (key === "kind") return fc.constantFrom("group", "work_item", "epic");
  if (key === "agent") return agent;
  if (key === "custom_fields") {
    const scalar = fc.oneof(fc.string(), fc.boolean(), fc.constant(null));
    return fc.dictionary(fc.constantFrom("a", "b", "B", "constructor", " "), scalar, { maxKeys: 3 });
  }
  if (key.endsWith("_minutes")) return minutes;
  if (LISTS.includes(key)) return list;
  return text;
}

const keys = Object.keys(TASK_ENTRIES);
const anyTask = fc
  .tuple(
    fc.shuffledSubarray([...keys, "extra"]),
    fc.boolean(),
    fc.record(Object.fromEntries([...keys, "extra"].map((key) => [key, arbitraryValue(key)]))),
  )
  .map(([chosen, ordered, values]) => {
    const order = ordered ? [...keys, "extra"].filter((key) => chosen.includes(key)) : chosen;
    return Object.fromEntries(order.map((key) => [key, values[key]]));
  });

/** A sound task in form, with one key changed or taken away: near the border between the two answers. */
const nearTask = fc
  .constantFrom(...keys)
  .chain((key) => fc.tuple(fc.constant(key), fc.option(arbitraryValue(key), { nil: undefined })))
  .map(([key, value]) => {
    const whole: Record<string, unknown> = {};
    const sound: Record<string, unknown> = { ...aTask("RQ-0001") };
    for (const name of keys) {
      const item = name === key ? value : sound[name];
      if (item !== undefined) whole[name] = item;
    }
    return whole;
  });

test("what counts as canonical is what the schema makes of it, byte for byte", () => {
  let accepted = 0;
  fc.assert(
    fc.property(fc.oneof(anyTask, nearTask), (value) => {
      if (!isCanonicalTask(value)) return;
      accepted += 1;
      expect(JSON.stringify(v.parse(TaskRecord, value))).toBe(JSON.stringify(value));
    }),
    { numRuns: 3_000 },
  );
  expect(accepted).toBeGreaterThan(100);
});

test("behind a task with the same keys, the answer is the same", () => {
  let remembered = 0;
  fc.assert(
    fc.property(fc.array(fc.oneof(anyTask, nearTask, fc.constant(aTask("RQ-0001"))), { maxLength: 6 }), nearTask, (tasks, near) => {
      const form = new CanonicalForm();
      for (const value of [...tasks, near]) {
        const expected = isCanonicalTask(value);
        expect(form.holds(value)).toBe(expected);
        if (!expected) continue;
        // The same keys once more, each value but one as it was.
        for (const key of Object.keys(value)) {
          for (const odd of [null, 1, -1, "", " ", [], [1], {}, { b: "", a: "" }, { a: 1 }]) {
            const other = { ...value, [key]: odd };
            expect([key, odd, form.holds(other)]).toEqual([key, odd, isCanonicalTask(other)]);
            remembered += 1;
          }
        }
      }
    }),
    { numRuns: 200 },
  );
  expect(remembered).toBeGreaterThan(1_000);
});

test("what the schema gives back is canonical", () => {
  let checked = 0;
  fc.assert(
    fc.property(fc.oneof(anyTask, nearTask), (value) => {
      const result = v.safeParse(TaskRecord, value);
      if (!result.success || result.output.agent?.runner === "acme") return;
      checked += 1;
      expect(isCanonicalTask(result.output)).toBe(true);
    }),
    { numRuns: 3_000 },
  );
  expect(checked).toBeGreaterThan(100);
});

test.each([
  [null],
  [[]],
  ["x"],
  [5],
  [{}],
  [{ ...aTask("RQ-0001"), extra: 1 }],
  [Object.fromEntries(Object.entries(aTask("RQ-0001")).reverse())],
])("%o is not", (value) => {
  expect(isCanonicalTask(value)).toBe(false);
});

test.each([
  [{}],
  [{ agent: { runner: "claude", model: "m", phases: 2 } }],
  [{ kind: "group" }],
  [{ custom_fields: { a: "1", b: "2" } }],
] as const)("a sound task with %o is", (overrides) => {
  expect(isCanonicalTask(aTask("RQ-0001", overrides))).toBe(true);
});
