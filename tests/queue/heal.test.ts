import { describe, expect, test } from "bun:test";
import { findInterruptedArchives, heal } from "../../src/queue/heal.ts";
import { activeIds, aTask, books } from "./books.ts";

const FINE = "2026-03-01T08:15:00.000000001Z";
const WHOLE = "2026-03-01T08:15:00.000000000Z";

describe("one and the same task", () => {
  test.each([
    ["done record, same instant with a fraction, other title", {}, { status: "done", title: "renamed" }, true],
    ["rejected record", {}, { status: "rejected" }, true],
    ["active copy rejected", { status: "rejected" }, { status: "done" }, true],
    ["active copy draft", { status: "draft" }, { status: "done" }, true],
    ["the same instant written otherwise", { created_at: "2026-03-01T10:15:00.000000001+02:00" }, { status: "done" }, true],
    ["one nanosecond apart", { created_at: "2026-03-01T08:15:00.000000002Z" }, { status: "done" }, false],
    [
      "whole second, same title",
      { created_at: WHOLE, title: "a" },
      { status: "done", created_at: "2026-03-01T08:15:00Z", title: "a" },
      true,
    ],
    ["whole second, other title", { created_at: WHOLE, title: "a" }, { status: "done", created_at: WHOLE, title: "b" }, false],
    ["record not finished", {}, { status: "doing" }, false],
    ["no creation time", { created_at: null }, { status: "done", created_at: null }, false],
    ["unreadable creation time", { created_at: "x" }, { status: "done", created_at: "x" }, false],
  ] as const)("%s", (_, active, done, same) => {
    const found = findInterruptedArchives(
      books([aTask("RQ-0001", { created_at: FINE, ...active })], [aTask(" RQ-0001 ", { created_at: FINE, ...done })]),
    );
    expect(found).toEqual(same ? [{ id: "RQ-0001", active: 0, done: 0 }] : []);
  });

  test("another id is another task", () => {
    expect(findInterruptedArchives(books([aTask("RQ-0001")], [aTask("RQ-0002", { status: "done" })]))).toEqual([]);
  });
});

test("healing drops the active copy only and leaves the done record as it is", () => {
  const done = [aTask("RQ-0002", { status: "done", title: "finished" }), aTask("RQ-0003", { status: "done" })];
  const before = books([aTask("RQ-0001"), aTask("RQ-0002", { title: "old", status: "doing" }), aTask("RQ-0004")], done);
  const { books: after, healed } = heal(before);
  expect(healed).toEqual(["RQ-0002"]);
  expect(activeIds(after)).toEqual(["RQ-0001", "RQ-0004"]);
  expect(after.done).toBe(before.done);
});

test("a live task that only shares the id of a finished one stays", () => {
  const before = books([aTask("RQ-0001", { created_at: FINE })], [aTask("RQ-0001", { status: "rejected", created_at: WHOLE })]);
  expect(heal(before)).toEqual({ books: before, healed: [] });
});

test("of several records with the id, the one of the same task counts", () => {
  const before = books(
    [aTask("RQ-0001")],
    [aTask("RQ-0001", { status: "rejected", created_at: WHOLE }), aTask("RQ-0001", { status: "done" })],
  );
  expect(findInterruptedArchives(before)).toEqual([{ id: "RQ-0001", active: 0, done: 1 }]);
});

test("sound books are given back untouched", () => {
  const before = books([aTask("RQ-0001")], [aTask("RQ-0002", { status: "done" })]);
  expect(heal(before).books).toBe(before);
});
