import { expect, test } from "bun:test";
import { isRecord, statuses } from "../support/books.ts";
import { leftBehind } from "../support/left-behind.ts";
import { Team } from "../support/team.ts";

const idOf = (n: number) => `RQ-${String(n).padStart(4, "0")}`;

/** By number: the tasks that have to land before. */
const BEFORE: Readonly<Record<number, readonly number[]>> = { 5: [1], 6: [1, 2], 9: [5], 11: [3], 12: [6, 9] };
const IDS = Array.from({ length: 12 }, (_, index) => idOf(index + 1));

/** No tree that has a task's file lacks one of those it depends on. */
const GATE = Object.entries(BEFORE)
  .flatMap(([id, before]) => before.map((other) => `test ! -e ${idOf(Number(id))}.txt || test -e ${idOf(other)}.txt || exit 1`))
  .join("\n");

/** Twelve tasks whose agents take different times, each of which finds the work it builds on. */
function twelve(tracked: boolean, publish: "commit" | "commit_and_push"): Team {
  const tasks = IDS.map((id, index) => [id, { depends_on: (BEFORE[index + 1] ?? []).map(idOf) }] as const);
  const deeds = IDS.map((id, index) => {
    const found = (BEFORE[index + 1] ?? []).map((other) => `test -e ${idOf(other)}.txt || exit 9`);
    return [id, [...found, `sleep 0.${(index * 7) % 4}`, `echo ${id} > ${id}.txt`].join("\n")] as const;
  });
  return new Team(Object.fromEntries(tasks), { tracked, publish, gate: GATE }).deeds(Object.fromEntries(deeds));
}

/** The commit that brought the work of a task. */
function commitOf(repo: Team, branch: string, id: string): string {
  const lines = repo.git("log", "--format=%H %s", branch).split("\n");
  return lines.find((line) => line.endsWith(`${id}: Do ${id}`))?.slice(0, 40) ?? "";
}

/** The evidence kept with an archived task. */
function evidenceOf(archived: unknown): string {
  const fields = isRecord(archived) ? archived["custom_fields"] : null;
  return isRecord(fields) ? String(fields["cueloop.evidence"]) : "";
}

test.each([
  [true, "commit", "main"],
  [false, "commit", "main"],
  [true, "commit_and_push", "main"],
  [false, "commit_and_push", "main"],
  [true, "commit", "night"],
  [false, "commit", "night"],
  [true, "commit_and_push", "night"],
  [false, "commit_and_push", "night"],
] as const)("twelve tasks, four workers; books tracked: %p, %s to %s", async (tracked, publish, target) => {
  using repo = twelve(tracked, publish);
  const start = repo.git("rev-parse", "HEAD").trim();
  const { code, stderr, stdout } = await repo.loop(4, ...(target === "main" ? [] : ["--target", target]));
  expect([code, stderr]).toEqual([0, expect.not.stringMatching(/warn|error/i)]);

  const landed = repo.landed(target);
  expect(landed.toSorted()).toEqual(IDS);
  for (const [id, before] of Object.entries(BEFORE)) {
    for (const other of before) expect(landed.indexOf(idOf(other))).toBeLessThan(landed.indexOf(idOf(Number(id))));
  }
  expect(repo.subjects(target)).toHaveLength(tracked ? 24 : 12);
  for (const id of IDS) expect(repo.on(target, `${id}.txt`)).toBe(`${id}\n`);

  const done = tracked ? repo.booksOn(target, "done") : repo.done();
  const active = tracked ? repo.booksOn(target, "queue") : repo.active();
  expect([statuses(active), statuses(done)]).toEqual([[], landed.map((id) => `${id} done`)]);
  for (const [index, id] of landed.entries()) {
    const tree = repo.treeWithoutBooks(commitOf(repo, target, id));
    expect(evidenceOf(done[index])).toMatch(new RegExp(`^gate=passed exit=0 ms=\\d+ tree=${tree} `));
  }
  expect(await repo.cueloop("queue", "validate")).toMatchObject({ code: 0 });

  if (target === "main") expect(repo.git("rev-parse", "HEAD")).toBe(repo.git("rev-parse", "main"));
  else expect(repo.git("rev-parse", "HEAD").trim()).toBe(start);
  if (publish === "commit_and_push") {
    expect(repo.git("ls-remote", "origin", target).slice(0, 40)).toBe(repo.git("rev-parse", target).trim());
  }
  expect(stdout).toContain(`Tasks: 12 landed on ${target}.`);
  expect(leftBehind(repo, { branches: [target] })).toEqual([]);
  for (const id of IDS) expect([id, repo.turns(id)]).toEqual([id, 1]);
});

test("ten tasks of one file each, two workers, queue files that git tracks: ten of ten at the first attempt", async () => {
  const ids = IDS.slice(0, 10);
  using repo = new Team(Object.fromEntries(ids.map((id) => [id, {}])));
  const { code, stdout } = await repo.loop(2);
  expect([code, stdout]).toEqual([0, expect.stringContaining("Tasks: 10 landed on main.")]);
  expect(repo.landed().toSorted()).toEqual(ids);
  expect([repo.active(), statuses(repo.done()).toSorted()]).toEqual([[], ids.map((id) => `${id} done`)]);
  for (const id of ids) expect([id, repo.turns(id), repo.worker(id)["push_attempts"]]).toEqual([id, 1, 0]);
  expect(leftBehind(repo)).toEqual([]);
});
