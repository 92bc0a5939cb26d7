import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { differenceOf, type Look, Surroundings } from "../../../src/parallel/coordinator/surroundings.ts";
import { Repository, task } from "../../support/repository.ts";
import { coordinate } from "../landing/setting.ts";

const LOOK: Look = {
  head: "a",
  staged: new Set(),
  files: new Map([["x.txt", "1"]]),
  books: new Map([[".cueloop/queue.jsonc", "1"]]),
  snapshot: "s1",
};

test.each<[string, Partial<Look>, ReturnType<typeof differenceOf>]>([
  ["nothing", {}, { headMoved: false, serious: [], edited: [] }],
  ["another commit", { head: "b" }, { headMoved: true, serious: [], edited: [] }],
  ["something staged", { staged: new Set(["M  y.txt"]) }, { headMoved: false, serious: ["y.txt"], edited: [] }],
  ["an edit", { files: new Map([["x.txt", "2"]]) }, { headMoved: false, serious: [], edited: ["x.txt"] }],
  ["an edit taken back", { files: new Map() }, { headMoved: false, serious: [], edited: ["x.txt"] }],
  [
    "the queue, by hand",
    { books: new Map([[".cueloop/queue.jsonc", "2"]]) },
    { headMoved: false, serious: [".cueloop/queue.jsonc"], edited: [] },
  ],
  [
    "the queue, by a command",
    { books: new Map([[".cueloop/queue.jsonc", "2"]]), snapshot: "s2" },
    { headMoved: false, serious: [], edited: [] },
  ],
])("what changed: %s", (_, change, expected) => {
  expect(differenceOf(LOOK, { ...LOOK, ...change })).toEqual(expected);
});

test("a checkout that cannot be looked at is no error, and is looked at again with the next turn", async () => {
  using repo = new Repository();
  repo.write({ ".gitignore": ".cueloop/cache/\n.cueloop/logs/\n.cueloop/lock/\n", "x.txt": "1\n" });
  repo.books([task("RQ-0001")]).commit("start");
  await using it = await coordinate(repo);
  const surroundings = new Surroundings(it.run.context);
  const told = () => it.events.filter(({ kind }) => kind === "wrote_outside").length;
  await surroundings.begin("RQ-0001");
  const index = readFileSync(repo.path(".git/index"));
  writeFileSync(repo.path(".git/index"), "no index");
  await surroundings.check();
  await surroundings.explain();
  await surroundings.end("RQ-0001");
  writeFileSync(repo.path(".git/index"), index);
  expect(told()).toBe(0);

  await surroundings.begin("RQ-0001");
  repo.write({ "x.txt": "2\n" }).commit("moved");
  await surroundings.end("RQ-0001");
  expect(told()).toBe(1);
});
