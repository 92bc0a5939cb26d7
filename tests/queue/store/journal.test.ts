import { describe, expect, test } from "bun:test";
import { type Journal, planRollForward, rollForward } from "../../../src/queue/store/journal.ts";
import { digestOf } from "../../../src/queue/store/pair.ts";
import { readBooks } from "../../../src/queue/store/read.ts";

import { fileText, Store, task } from "./store.ts";

const before = { queue: fileText([task("RQ-0001"), task("RQ-0002")]), done: fileText([]) };
const after = { queue: fileText([task("RQ-0002")]), done: fileText([task("RQ-0001", { status: "done" })]) };
const theirs = fileText([task("RQ-0007")]);

function entry(path: string, old: string | null, text: string): Journal["files"][number] {
  return { path, before: digestOf(old), after: digestOf(text) ?? "", text };
}

const journal: Journal = {
  version: 1,
  label: "task",
  pid: 4242,
  started_at: "2026-03-02T08:15:00.123456789Z",
  files: [entry(".cueloop/done.jsonc", before.done, after.done), entry(".cueloop/queue.jsonc", before.queue, after.queue)],
};

test.each([
  ["killed before the first rename", before.done, before.queue, ["done", "queue"]],
  ["killed between the two", after.done, before.queue, ["queue"]],
  ["killed before the journal went", after.done, after.queue, []],
  ["the queue was edited since", after.done, theirs, null],
  ["the done file was edited since", theirs, before.queue, null],
  ["the done file is gone", null, before.queue, null],
])("%s", (_, done, queue, writes) => {
  const texts: Record<string, string | null> = { ".cueloop/done.jsonc": done, ".cueloop/queue.jsonc": queue };
  const plan = planRollForward(journal, (path) => digestOf(texts[path] ?? null));
  if (writes === null) expect(plan.kind).toBe("conflict");
  else expect(plan).toMatchObject({ kind: "apply", writes: writes.map((name) => ({ path: `.cueloop/${name}.jsonc` })) });
});

describe("rolling forward", () => {
  test.each([
    ["from the old pair", before.done, before.queue],
    ["half way", after.done, before.queue],
    ["at its end", after.done, after.queue],
  ])("%s: reads see the new pair and write nothing, the next change makes it so", (_, done, queue) => {
    using at = new Store();
    at.write("done.jsonc", done);
    at.write("queue.jsonc", queue);
    at.write("cache/queue-journal.json", JSON.stringify(journal));
    expect(readBooks(at.ctx).queue.tasks.map((one) => one.id)).toEqual(["RQ-0002"]);
    expect([at.read("done.jsonc"), at.read("queue.jsonc")]).toEqual([done, queue]);
    rollForward(at.ctx);
    expect([at.read("done.jsonc"), at.read("queue.jsonc")]).toEqual([after.done, after.queue]);
    expect(at.list("cache")).toEqual([]);
    expect(at.logged.join()).toContain("Finished an interrupted change");
  });

  test("a done file that did not exist is made", () => {
    using at = new Store();
    at.write("queue.jsonc", before.queue);
    const first = { ...journal, files: [entry(".cueloop/done.jsonc", null, after.done), ...journal.files.slice(1)] };
    at.write("cache/queue-journal.json", JSON.stringify(first));
    rollForward(at.ctx);
    expect(at.read("done.jsonc")).toBe(after.done);
  });

  test("a file that is neither old nor new stops it: both stay, the journal is kept and named with the ids", () => {
    using at = new Store();
    at.write("done.jsonc", before.done);
    at.write("queue.jsonc", theirs);
    at.write("cache/queue-journal.json", JSON.stringify(journal));
    rollForward(at.ctx);
    expect([at.read("done.jsonc"), at.read("queue.jsonc")]).toEqual([before.done, theirs]);
    const [kept = ""] = at.list("cache");
    expect(kept).toMatch(/^queue-journal\.json\.conflict-\d{8}T\d+Z$/);
    for (const word of [kept, "RQ-0001", "RQ-0002", "RQ-0007"]) expect(at.logged.join()).toContain(word);
    expect(readBooks(at.ctx).queue.tasks.map((one) => one.id)).toEqual(["RQ-0007"]);
  });

  test.each([
    ["cut off", JSON.stringify(journal).slice(0, 100)],
    ["empty", ""],
    ["of a version we do not know", JSON.stringify({ ...journal, version: 2 })],
  ])("a journal that is %s is dropped and the old pair stands", (_, text) => {
    using at = new Store();
    at.write("done.jsonc", before.done);
    at.write("queue.jsonc", before.queue);
    at.write("cache/queue-journal.json", text);
    expect(readBooks(at.ctx).queue.tasks).toHaveLength(2);
    rollForward(at.ctx);
    expect([at.read("done.jsonc"), at.read("queue.jsonc"), at.list("cache")]).toEqual([before.done, before.queue, []]);
  });

  test.each(["../victim", "/etc/victim", ".git/hooks/pre-commit", ".cueloop/../victim"])(
    "a journal that names %s writes nothing",
    (path) => {
      using at = new Store();
      at.write("done.jsonc", before.done);
      at.write("queue.jsonc", before.queue);
      at.write("cache/queue-journal.json", JSON.stringify({ ...journal, files: [entry(path, null, "evil"), ...journal.files] }));
      rollForward(at.ctx);
      expect([at.read("done.jsonc"), at.read("queue.jsonc")]).toEqual([before.done, before.queue]);
      expect(at.list("cache").join()).toContain("conflict");
    },
  );
});
