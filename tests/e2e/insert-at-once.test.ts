import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { record } from "../support/books.ts";
import { executable, Repository, task } from "../support/repository.ts";

const PROCESSES = 8;
const EACH = 25;

function request(lane: number, count: number): string {
  return JSON.stringify({ version: 1, tasks: [{ key: "k", title: `Lane ${lane}, number ${count}` }] });
}

test("two hundred inserts, eight at a time and none tried twice, all arrive under ids of their own", async () => {
  using repo = new Repository({ git: false });
  repo.books([task("RQ-0001")]);
  const lane = async (number: number) => {
    for (let count = 0; count < EACH; count += 1) {
      const inserted = await repo.run([executable, "task", "insert", "--format", "json"], { stdin: request(number, count) });
      expect(inserted).toMatchObject({ code: 0, stderr: "" });
    }
  };
  await Promise.all(Array.from({ length: PROCESSES }, (_, number) => lane(number)));
  const ids = new Set(Array.from({ length: PROCESSES * EACH + 1 }, (_, index) => `RQ-${String(index + 1).padStart(4, "0")}`));
  const tasks = repo.active();
  expect(tasks).toHaveLength(ids.size);
  const titles = new Set([...ids].map((id) => record(tasks, id)["title"]));
  expect(titles.size).toBe(ids.size);
  expect(existsSync(repo.path(".cueloop/lock"))).toBe(false);
}, 120_000);
