import { describe, expect, test } from "bun:test";
import { formatId, idProblem, isValidId, nextIds, parseId, widenedNotice } from "../../src/queue/ids.ts";
import { aTask, books, RULES } from "./books.ts";

describe("form", () => {
  test.each([
    ["RQ-0007", 7],
    ["RQ-10000", 10000],
    ["RQ-123456", 123456],
    [" RQ-0007 ", 7],
    ["rq-0001", 1],
    ["RQ-0000", 0],
    ["RQ-4294967295", 4294967295],
  ])("%p is valid and has the number %p", (id, number) => {
    expect(parseId(id, RULES)).toBe(number);
  });

  test.each([
    ["RQ-7", "RQ-0007"],
    ["RQ-00007", "leading zero"],
    ["RQ-4294967296", "4294967295"],
    ["RQ-12a4", "digits"],
    ["RQ--001", "digits"],
    ["RQ-", "digits"],
    ["RQ-+001", "digits"],
    ["RQ-٠٠٠١", "digits"],
    ["AB-0001", '"AB"'],
    ["0001", 'no "-"'],
    ["RQ-0001-2", "digits"],
  ])("%p is invalid, and the reason tells %p", (id, reason) => {
    expect(isValidId(id, RULES)).toBe(false);
    expect(idProblem(id, RULES)).toContain(reason);
  });

  test.each([
    [7, "RQ-0007"],
    [9999, "RQ-9999"],
    [10000, "RQ-10000"],
  ])("number %p is written %p", (number, id) => {
    expect(formatId(number, RULES)).toBe(id);
  });
});

describe("allocation", () => {
  test("one more than the largest number of both files", () => {
    const of = books([aTask("RQ-0003")], [aTask("RQ-0008", { status: "done" })]);
    expect(nextIds(of, { ...RULES, count: 2 })).toEqual({ ids: ["RQ-0009", "RQ-0010"], widened: false });
  });

  test("rejected tasks keep their number", () => {
    expect(nextIds(books([aTask("RQ-0003", { status: "rejected" })]), { ...RULES, count: 1 }).ids).toEqual(["RQ-0004"]);
  });

  test("empty books begin at 1", () => {
    expect(nextIds(books([]), { ...RULES, count: 1 }).ids).toEqual(["RQ-0001"]);
  });

  test("ids of the same batch are avoided", () => {
    expect(nextIds(books([]), { ...RULES, count: 1, avoid: ["RQ-0007"] }).ids).toEqual(["RQ-0008"]);
  });

  test("malformed ids are passed over", () => {
    expect(nextIds(books([aTask("nonsense"), aTask("AB-0009"), aTask("RQ-0002")]), { ...RULES, count: 1 }).ids).toEqual(["RQ-0003"]);
  });

  test.each([
    ["RQ-9998", 1, false],
    ["RQ-9999", 1, true],
    ["RQ-9998", 2, true],
    ["RQ-10000", 1, false],
  ])("after %s, %p new ids widen: %p", (last, count, widened) => {
    expect(nextIds(books([aTask(last)]), { ...RULES, count }).widened).toBe(widened);
  });

  test("the wide id is valid itself, and the notice does not advise a larger width", () => {
    const [id = ""] = nextIds(books([aTask("RQ-9999")]), { ...RULES, count: 1 }).ids;
    expect(isValidId(id, RULES)).toBe(true);
    expect(widenedNotice(id, RULES)).toContain("Leave queue.id_width");
  });

  test("there is an end of numbers", () => {
    expect(() => nextIds(books([aTask("RQ-4294967295")]), { ...RULES, count: 1 })).toThrow("No id is left");
  });
});
