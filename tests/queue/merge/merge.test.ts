import { describe, expect, test } from "bun:test";
import type { Books } from "../../../src/queue/books.ts";
import { mergeBooks } from "../../../src/queue/merge/merge.ts";
import type { Task } from "../../../src/queue/task.ts";
import { activeIds, aTask, books, doneIds, NOW } from "../books.ts";

const EARLY = "2026-03-02T08:00:00.000000000Z";
const LATE = "2026-03-02T08:30:00.000000000Z";
const FRESH = ["RQ-0101", "RQ-0102"];

function merge(base: Books, ours: Books, theirs: Books, landed?: string) {
  return mergeBooks(base, ours, theirs, {
    ...(landed === undefined ? {} : { landed }),
    nextIds: (count) => FRESH.slice(0, count),
    now: NOW,
  });
}

/** One task in three versions of an active file that holds a second one, too. */
function mergeTask(base: Task, ours: Task, theirs: Task) {
  const other = aTask("RQ-0900");
  const { books: merged, warnings } = merge(books([base, other]), books([ours, other]), books([theirs, other]));
  return { task: merged.queue.tasks[0], warnings };
}

const one = aTask("RQ-0001");
const two = aTask("RQ-0002");
const three = aTask("RQ-0003");
const done = (id: string, fields: Partial<Task> = {}) => aTask(id, { status: "done", ...fields });

describe("one side did nothing", () => {
  test("ours is the base: theirs", () => {
    const theirs = books([two, aTask("RQ-0004")], [done("RQ-0001")]);
    expect(merge(books([one, two]), books([one, two]), theirs)).toEqual({ books: theirs, renamed: new Map(), warnings: [] });
  });

  test("theirs is the base: ours", () => {
    const ours = books([three, two, aTask("RQ-0004")], [done("RQ-0001")]);
    expect(merge(books([one, two, three]), ours, books([one, two, three]))).toEqual({ books: ours, renamed: new Map(), warnings: [] });
  });

  test("both did the same: that", () => {
    const same = books([two], [done("RQ-0001")]);
    expect(merge(books([one, two]), same, structuredClone(same))).toEqual({ books: same, renamed: new Map(), warnings: [] });
  });
});

describe("the task that landed", () => {
  test("is theirs, with the notes that only ours has", () => {
    const landed = done("RQ-0001", { notes: ["shared", "by the agent"] });
    const ours = books([aTask("RQ-0001", { notes: ["shared", "by a person"] }), two]);
    const merged = merge(books([aTask("RQ-0001", { notes: ["shared"] }), two]), ours, books([two], [landed]), "RQ-0001");
    expect(merged.books).toEqual(books([two], [{ ...landed, notes: ["shared", "by the agent", "by a person"] }]));
    expect(merged.warnings).toEqual([]);
  });

  test("stays finished although it was deleted here", () => {
    const merged = merge(books([one, two]), books([two]), books([two], [done("RQ-0001")]), "RQ-0001");
    expect(merged.books).toEqual(books([two], [done("RQ-0001")]));
    expect(merged.warnings).toEqual([]);
  });

  test("is theirs also where it was finished here, later", () => {
    const ours = books([two], [done("RQ-0001", { completed_at: LATE, notes: ["by hand"] })]);
    const theirs = books([two], [done("RQ-0001", { completed_at: EARLY })]);
    const merged = merge(books([one, two]), ours, theirs, "RQ-0001");
    expect(merged.books.done.tasks).toEqual([done("RQ-0001", { completed_at: EARLY, notes: ["by hand"] })]);
  });

  test("is one task although nobody committed it before, whatever it is called now", () => {
    const ours = books([aTask("RQ-0001", { title: "Renamed meanwhile" }), two]);
    const merged = merge(books([two]), ours, books([two], [done("RQ-0001")]), "RQ-0001");
    expect([activeIds(merged.books), doneIds(merged.books)]).toEqual([["RQ-0002"], ["RQ-0001"]]);
    expect(merged.warnings.join()).toContain("title");
    expect(merged.renamed.size).toBe(0);
  });
});

describe("archived on one side, edited in the active file on the other", () => {
  const edit = aTask("RQ-0001", { title: "Better", priority: "high", notes: ["mine"], tags: ["db"], updated_at: LATE });
  const notes = [
    "mine",
    'Edited when it was already finished: title = "Better"',
    'Edited when it was already finished: priority = "high"',
    'Edited when it was already finished: tags = ["db"]',
  ];

  test.each([
    ["archived there", books([edit]), books([], [done("RQ-0001")])],
    ["archived here", books([], [done("RQ-0001")]), books([edit])],
  ])("%s: it leaves the active file, and the edits are notes", (_, ours, theirs) => {
    const merged = merge(books([one]), ours, theirs);
    expect(merged.books).toEqual(books([], [done("RQ-0001", { notes })]));
    expect(merged.warnings).toHaveLength(1);
    expect(merged.warnings[0]).toMatch(/RQ-0001.*title, priority, tags/);
  });

  test("a field that was emptied is named, too", () => {
    const base = books([aTask("RQ-0001", { description: "Long" })]);
    const merged = merge(base, books([one]), books([], [done("RQ-0001", { description: "Long" })]));
    expect(merged.books.done.tasks[0]?.notes).toEqual(["Edited when it was already finished: description removed"]);
  });

  test("taken up again here, noted there: active, with the notes of both", () => {
    const merged = merge(books([], [done("RQ-0001")]), books([one]), books([], [done("RQ-0001", { notes: ["reviewed"] })]));
    expect(merged.books).toEqual(books([aTask("RQ-0001", { notes: ["reviewed"] })]));
    expect(merged.warnings).toHaveLength(1);
  });
});

describe("both edited the active task", () => {
  test("different fields: both edits", () => {
    const { task, warnings } = mergeTask(
      one,
      aTask("RQ-0001", { title: "Ours", updated_at: EARLY }),
      aTask("RQ-0001", { priority: "critical", description: "Theirs", updated_at: LATE }),
    );
    expect(task).toEqual(aTask("RQ-0001", { title: "Ours", priority: "critical", description: "Theirs", updated_at: LATE }));
    expect(warnings).toEqual([]);
  });

  test.each(["tags", "scope", "evidence", "plan", "notes", "depends_on", "blocks", "relates_to"] as const)(
    "%s: a set in the order of ours, then what theirs added, without what either took out",
    (field) => {
      const ids = ["RQ-0900", "RQ-0901", "RQ-0902", "RQ-0903", "RQ-0904"];
      const [a = "", b = "", c = "", d = "", e = ""] = ids;
      const around = ids.map((id) => aTask(id));
      const version = (items: readonly string[]) => books([aTask("RQ-0001", { [field]: items }), ...around]);
      const { books: merged, warnings } = merge(version([a, b, c]), version([d, c, a]), version([a, b, e]));
      expect(merged.queue.tasks[0]?.[field]).toEqual([d, a, e]);
      expect(warnings).toEqual([]);
    },
  );

  test.each([
    ["title", { title: "Ours" }, { title: "Theirs" }],
    ["description", { description: "Ours" }, { description: "Theirs" }],
    ["request", { request: "Ours" }, { request: "Theirs" }],
    ["priority", { priority: "low" }, { priority: "high" }],
    ["scheduled_start", { scheduled_start: EARLY }, { scheduled_start: LATE }],
    ["estimated_minutes", { estimated_minutes: 5 }, { estimated_minutes: 50 }],
    ["agent", { agent: { phases: 1 } }, { agent: { phases: 3 } }],
    ["custom_fields.ticket", { custom_fields: { ticket: "1" } }, { custom_fields: { ticket: "2" } }],
  ] as const)("%s on both: ours, and a warning that names it", (field, ours, theirs) => {
    const { task, warnings } = mergeTask(
      one,
      aTask("RQ-0001", { ...ours, updated_at: EARLY }),
      aTask("RQ-0001", { ...theirs, updated_at: LATE }),
    );
    expect(task).toEqual(aTask("RQ-0001", { ...ours, updated_at: LATE }));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`RQ-0001 was edited on both sides (${field}: as it was edited here)`);
  });

  test.each(["parent_id", "duplicates"] as const)("%s on both: theirs, and a warning that names it", (field) => {
    const [ours, theirs] = [aTask("RQ-0001", { [field]: "RQ-0002" }), aTask("RQ-0001", { [field]: "RQ-0003" })];
    const merged = merge(books([one, two, three]), books([ours, two, three]), books([theirs, two, three]));
    expect(merged.books.queue.tasks[0]).toEqual(theirs);
    expect(merged.warnings).toEqual([`RQ-0001 was edited on both sides (${field}: as it came in).`]);
  });

  test("custom fields are merged one by one", () => {
    const { task, warnings } = mergeTask(
      aTask("RQ-0001", { custom_fields: { gone: "1", kept: "1" } }),
      aTask("RQ-0001", { custom_fields: { gone: "1", kept: "1", mine: "1" } }),
      aTask("RQ-0001", { custom_fields: { kept: "2" } }),
    );
    expect(task?.custom_fields).toEqual({ kept: "2", mine: "1" });
    expect(warnings).toEqual([]);
  });

  test.each([
    ["theirs later", EARLY, LATE, "rejected"],
    ["ours later", LATE, EARLY, "doing"],
    ["at once: ours", LATE, LATE, "doing"],
  ] as const)("the status, %s", (_, oursAt, theirsAt, expected) => {
    const { task, warnings } = mergeTask(
      one,
      aTask("RQ-0001", { status: "doing", started_at: EARLY, updated_at: oursAt }),
      aTask("RQ-0001", { status: "rejected", completed_at: EARLY, updated_at: theirsAt }),
    );
    expect(task).toMatchObject({ status: expected, updated_at: LATE });
    expect(task?.completed_at).toBe(expected === "rejected" ? EARLY : undefined);
    expect(warnings[0]).toContain("status");
  });
});

describe("deleted on one side", () => {
  test("unchanged on the other: deleted", () => {
    expect(merge(books([one, two]), books([two]), books([one, aTask("RQ-0002", { title: "T" })])).books.queue.tasks).toEqual([
      aTask("RQ-0002", { title: "T" }),
    ]);
    expect(activeIds(merge(books([one, two]), books([one, aTask("RQ-0002", { title: "T" })]), books([two])).books)).toEqual(["RQ-0002"]);
  });

  test.each([
    ["here", books([two]), books([aTask("RQ-0001", { title: "Edited" }), two])],
    ["there", books([aTask("RQ-0001", { title: "Edited" }), two]), books([two])],
  ])("%s, edited on the other: kept where it was, with a warning that names it", (_, ours, theirs) => {
    const merged = merge(books([one, two]), ours, theirs);
    expect(merged.books).toEqual(books([aTask("RQ-0001", { title: "Edited" }), two]));
    expect(merged.warnings).toHaveLength(1);
    expect(merged.warnings[0]).toContain("RQ-0001");
  });

  test("finished on the other: the record stays", () => {
    expect(merge(books([one, two]), books([two]), books([two], [done("RQ-0001")])).books).toEqual(books([two], [done("RQ-0001")]));
  });

  test("what refers to it on the other side lets go of it, and says so", () => {
    const theirs = books([one, aTask("RQ-0002", { depends_on: ["RQ-0001"], relates_to: ["RQ-0001"], duplicates: "RQ-0001" })]);
    const merged = merge(books([one, two]), books([two]), theirs);
    expect(merged.books).toEqual(books([two]));
    expect(merged.warnings).toHaveLength(3);
    expect(merged.warnings[0]).toMatch(/RQ-0002: depends_on RQ-0001 .* deleted/);
  });
});

describe("one id, two tasks", () => {
  const mine = aTask("RQ-0004", { title: "Mine", created_at: EARLY, updated_at: EARLY });
  const other = aTask("RQ-0004", { title: "Other", created_at: LATE, updated_at: LATE });

  test("theirs keeps it; ours gets the next, our references follow, a note has the old one", () => {
    const follower = aTask("RQ-0005", { depends_on: ["RQ-0004"], parent_id: "RQ-0004", created_at: EARLY });
    const linked = aTask("RQ-0001", { relates_to: ["RQ-0004"] });
    const theirs = books([aTask("RQ-0001", { blocks: ["RQ-0004"] }), other]);
    const merged = merge(books([one]), books([linked, mine, follower]), theirs);
    const [first, second, renamed, last] = merged.books.queue.tasks;
    expect(merged.renamed).toEqual(new Map([["RQ-0004", "RQ-0101"]]));
    expect(first).toMatchObject({ id: "RQ-0001", blocks: ["RQ-0004"], relates_to: ["RQ-0101"] });
    expect(second).toEqual(other);
    expect(renamed).toMatchObject({ id: "RQ-0101", title: "Mine", updated_at: NOW });
    expect(renamed?.notes[0]).toContain("RQ-0004");
    expect(last).toMatchObject({ id: "RQ-0005", depends_on: ["RQ-0101"], parent_id: "RQ-0101" });
    expect(merged.warnings[0]).toMatch(/RQ-0004.*RQ-0101/);
  });

  test("a reference that follows is no edit: what refers to ours and was deleted there stays deleted", () => {
    const linked = aTask("RQ-0002", { depends_on: ["RQ-0004"] });
    const edited = aTask("RQ-0004", { title: "Edited" });
    const anotherTwo = aTask("RQ-0002", { title: "Another two", created_at: LATE });
    const merged = merge(books([linked, aTask("RQ-0004")]), books([linked, edited]), books([anotherTwo, other]));
    expect(merged.books.queue.tasks.map(({ id, title }) => `${id} ${title}`)).toEqual([
      "RQ-0002 Another two",
      "RQ-0004 Other",
      "RQ-0101 Edited",
    ]);
    expect([...merged.renamed.keys()]).toEqual(["RQ-0004"]);
  });

  test("made in one moment, under two titles", () => {
    const twin = aTask("RQ-0004", { title: "Other", created_at: EARLY });
    expect(activeIds(merge(books([one]), books([one, mine]), books([one, twin])).books)).toEqual(["RQ-0001", "RQ-0004", "RQ-0101"]);
  });

  test("finished on both sides", () => {
    const merged = merge(books([]), books([], [{ ...mine, ...finished(EARLY) }]), books([], [{ ...other, ...finished(LATE) }]));
    expect(merged.books.done.tasks.map(({ id, title }) => `${id} ${title}`)).toEqual(["RQ-0101 Mine", "RQ-0004 Other"]);
  });

  test("a rejected one that shares its id already goes on doing so", () => {
    const rejected = aTask("RQ-0001", { status: "rejected", created_at: EARLY });
    const merged = merge(books([two], [rejected]), books([aTask("RQ-0001"), two], [rejected]), books([], [done("RQ-0002"), rejected]));
    expect(merged.renamed.size).toBe(0);
    expect(activeIds(merged.books)).toEqual(["RQ-0001"]);
  });
});

function finished(at: string): { readonly status: "done"; readonly completed_at: string } {
  return { status: "done", completed_at: at };
}

describe("the done file", () => {
  test.each([
    ["ours later", LATE, EARLY, ["a", "ours", "theirs"], LATE],
    ["theirs later", EARLY, LATE, ["a", "theirs", "ours"], LATE],
    ["at once: theirs", EARLY, EARLY, ["a", "theirs", "ours"], EARLY],
  ])("two records of one task, %s: the later one, with the notes of the other", (_, oursAt, theirsAt, notes, at) => {
    const merged = merge(
      books([one]),
      books([], [done("RQ-0001", { completed_at: oursAt, notes: ["a", "ours"] })]),
      books([], [done("RQ-0001", { completed_at: theirsAt, notes: ["a", "theirs"] })]),
    );
    expect(merged.books).toEqual(books([], [done("RQ-0001", { completed_at: at, notes })]));
  });

  test("is in order of completed_at where both added to it, stable, unknown last", () => {
    const at = (id: string, moment: string) => done(id, { completed_at: moment });
    const known = at("RQ-0010", "2026-03-01T10:00:00Z");
    const ours = books([], [known, at("RQ-0001", LATE), at("RQ-0002", "")]);
    const theirs = books([], [known, at("RQ-0004", "2026-03-02T08:10:00Z"), at("RQ-0003", LATE)]);
    const merged = merge(books([one, two, three, aTask("RQ-0004")], [known]), ours, theirs);
    expect(doneIds(merged.books)).toEqual(["RQ-0010", "RQ-0004", "RQ-0003", "RQ-0001", "RQ-0002"]);
  });
});

describe("the order of the active file", () => {
  const [a, b, c, d] = [one, two, three, aTask("RQ-0004")];
  const fresh = aTask("RQ-0005", { created_at: EARLY });
  const last = aTask("RQ-0006", { created_at: EARLY });
  const doing = aTask("RQ-0004", { status: "doing" });

  test.each([
    ["theirs", [a, b, c, d], [a, b, c, d, fresh], [c, a, b], ["RQ-0003", "RQ-0001", "RQ-0002", "RQ-0005"]],
    ["our new task comes next", [a, b, c, d], [fresh, a, b, c, d], [b, a, c], ["RQ-0005", "RQ-0002", "RQ-0001", "RQ-0003"]],
    [
      "but not before what is being done",
      [doing, a, b, c],
      [doing, fresh, a, b, c],
      [doing, b, a],
      ["RQ-0004", "RQ-0005", "RQ-0002", "RQ-0001"],
    ],
    [
      "new ones at the end stay there",
      [a, b, c, d],
      [fresh, a, b, c, d, last],
      [c, a, b],
      ["RQ-0005", "RQ-0003", "RQ-0001", "RQ-0002", "RQ-0006"],
    ],
    ["our pure reordering is kept", [a, b, c, d], [c, b, a, d], [a, b, c], ["RQ-0003", "RQ-0002", "RQ-0001"]],
    ["and wins over theirs", [a, b, c], [c, b, a], [b, a, c], ["RQ-0003", "RQ-0002", "RQ-0001"]],
    ["theirs, where we did not reorder", [a, b, c], [a, b, { ...c, title: "T" }], [b, a, c], ["RQ-0002", "RQ-0001", "RQ-0003"]],
    ["our order, where theirs did nothing to it", [a, b], [b, fresh, a], [a, { ...b, title: "T" }], ["RQ-0002", "RQ-0005", "RQ-0001"]],
  ])("%s", (_, base, ours, theirs, expected) => {
    expect(activeIds(merge(books(base), books(ours), books(theirs)).books)).toEqual(expected);
  });
});

test("references of ours that would close a circle with theirs are taken out", () => {
  const merged = merge(
    books([one, two]),
    books([aTask("RQ-0001", { depends_on: ["RQ-0002"], blocks: ["RQ-0002"] }), two]),
    books([one, aTask("RQ-0002", { depends_on: ["RQ-0001"] })]),
  );
  expect(merged.books.queue.tasks).toMatchObject([{ depends_on: [], blocks: ["RQ-0002"] }, { depends_on: ["RQ-0001"] }]);
  expect(merged.warnings.join()).toContain("RQ-0001: depends_on RQ-0002");
});

test("an archive that was cut off is healed on the way", () => {
  const merged = merge(books([one, two]), books([one, aTask("RQ-0002", { title: "T" })], [done("RQ-0001")]), books([one, two, three]));
  expect([activeIds(merged.books), doneIds(merged.books)]).toEqual([["RQ-0002", "RQ-0003"], ["RQ-0001"]]);
});
