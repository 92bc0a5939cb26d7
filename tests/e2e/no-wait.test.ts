import { expect, test } from "bun:test";
import { booksOf } from "../support/books.ts";
import { Repository, task } from "../support/repository.ts";

/** How long a command may take that does not wait; one that waits takes 5 s. */
const AT_ONCE_MS = 3500;

const PROPOSAL = { version: 1, source_task_id: "RQ-0001", tasks: [] };

test.each([
  "task add Title",
  "task insert --input request.json",
  "task ready RQ-0001",
  "task start RQ-0001",
  "task status doing RQ-0001",
  "task status done RQ-0001",
  "task done RQ-0001",
  "task reject RQ-0001",
  "task followups apply --task RQ-0001",
  "queue repair",
  "undo",
])("%s --no-wait fails at once while somebody holds the queue", async (line) => {
  using repo = new Repository({ git: false }).books([task("RQ-0001")]).write({
    "request.json": '{"version": 1, "tasks": [{"key": "a", "title": "A"}]}',
    ".cueloop/cache/followups/RQ-0001.json": JSON.stringify(PROPOSAL),
    ".cueloop/lock/owner": `pid: ${process.pid}\nstarted_at: ${new Date().toISOString()}\ncommand: cueloop queue sort\nlabel: queue sort\n`,
  });
  const before = booksOf(repo);
  const started = performance.now();
  const result = await repo.cueloop(...line.split(" "), "--no-wait");
  expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
  expect(result).toMatchObject({ code: 1, stdout: "" });
  expect(result.stderr).toContain("Queue lock already held");
  expect(booksOf(repo)).toBe(before);
});
