import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { authorityOf, bookkeepingAuthority } from "../../../src/parallel/books/authority.ts";
import { bookPaths, mapPath } from "../../../src/parallel/books/map-path.ts";
import { aTask, books } from "../../queue/books.ts";
import { Coordinator, DONE, QUEUE } from "./coordinator.ts";

const PATHS = { queue: "q.jsonc", done: "d.jsonc" };
const BOOKS = books([aTask("RQ-0001")]);

test.each([
  [true, "git"],
  [false, "coordinator"],
] as const)("both tracked: %p, kept by %s", async (tracked, expected) => {
  expect(authorityOf({ queue: tracked, done: tracked }, PATHS)).toBe(expected);
  await using at = await Coordinator.of(BOOKS, { tracked });
  expect(await bookkeepingAuthority(at.context)).toBe(expected);
});

test.each([
  [
    { queue: true, done: false },
    "q.jsonc (queue.file) is tracked, d.jsonc (queue.done_file) is not tracked",
    "git add -f d.jsonc",
    "git rm --cached q.jsonc",
  ],
  [
    { queue: false, done: true },
    "q.jsonc (queue.file) is not tracked, d.jsonc (queue.done_file) is tracked",
    "git add -f q.jsonc",
    "git rm --cached d.jsonc",
  ],
])("split tracking is refused: %p", (tracked, says, both, neither) => {
  const refused = () => authorityOf(tracked, PATHS);
  expect(refused).toThrow(says);
  expect(refused).toThrow(expect.objectContaining({ code: "parallel.split_books", hint: expect.stringContaining(both) }));
  expect(refused).toThrow(expect.objectContaining({ hint: expect.stringContaining(neither) }));
});

test("files that are staged only have to be committed first", async () => {
  await using at = await Coordinator.of(BOOKS, { tracked: false });
  at.repo.git("add", "--force", QUEUE, DONE);
  await expect(bookkeepingAuthority(at.context)).rejects.toMatchObject({ code: "parallel.books_uncommitted" });
});

test("a queue file outside the repository is refused by the name of its key", async () => {
  await using at = await Coordinator.of(BOOKS, { tracked: true });
  const elsewhere = { ...at.context, donePath: join(at.repo.base, "done.jsonc") };
  await expect(bookkeepingAuthority(elsewhere)).rejects.toThrow(/queue\.done_file/);
  expect(() => bookPaths({ ...at.context, queuePath: "/elsewhere/q.jsonc" })).toThrow(/queue\.file is/);
});

describe("the place of a path in a worktree", () => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "cueloop-test-")));
  mkdirSync(join(base, "real", "sub"), { recursive: true });
  symlinkSync(join(base, "real"), join(base, "alias"));
  process.on("exit", () => rmSync(base, { recursive: true, force: true }));

  test.each([
    ["below the root", join(base, "real"), join(base, "real", "sub", "q.jsonc"), "sub/q.jsonc"],
    ["the root under another name", join(base, "alias"), join(base, "real", "sub", "q.jsonc"), "sub/q.jsonc"],
    ["the path under another name", join(base, "real"), join(base, "alias", "q.jsonc"), "q.jsonc"],
    ["what does not exist yet", join(base, "alias"), join(base, "real", "new", "deep", "q.jsonc"), "new/deep/q.jsonc"],
    ["a name that begins with dots", join(base, "real"), join(base, "real", "..q"), "..q"],
  ])("%s", (_, root, path, inside) => {
    expect(mapPath(root, "/w", path)).toBe(join("/w", inside));
  });

  test.each([
    ["a step up", `${base}/real/sub/../q.jsonc`],
    ["a step up that leads out", `${base}/real/../q.jsonc`],
    ["a neighbour with a longer name", `${base}/real-too/q.jsonc`],
    ["somewhere else", "/elsewhere/q.jsonc"],
    ["a relative path", "q.jsonc"],
  ])("%s has none", (_, path) => {
    expect(() => mapPath(join(base, "real"), "/w", path)).toThrow(expect.objectContaining({ code: "parallel.outside_root" }));
  });
});
