import { expect } from "bun:test";
import { scriptedAgent } from "../support/agent.ts";
import { killedAt } from "../support/deaths.ts";
import { needs } from "../support/needs.ts";
import { executable, Repository, task } from "../support/repository.ts";

const CALLS = "rename,renameat,renameat2,unlink,unlinkat";
/** Every so many of a run's calls one is tried here. */
const STRIDE = 5;

const proposal = {
  version: 1,
  source_task_id: "RQ-0001",
  tasks: [{ key: "more", title: "More of it", description: "d", priority: "low", independence_rationale: "apart" }],
};

function repository(): Repository {
  const repo = new Repository();
  const work = [
    { write: "work.txt", text: "right\n" },
    { write: ".cueloop/cache/followups/RQ-0001.json", text: JSON.stringify(proposal) },
  ];
  scriptedAgent(repo, [work, work, work], { agent: { git_publish_mode: "commit", ci_gate: { enabled: true, argv: ["true"] } } });
  repo.books([task("RQ-0001", { title: "Write the file" }), task("RQ-0002", { status: "draft" })]).commit("start");
  return repo;
}

/** True when the run came to its end before its `nth` call. */
async function killAt(nth: number): Promise<boolean> {
  using repo = repository();
  const killed = await repo.run([...killedAt(CALLS, nth), executable, "run", "one"]);
  if (killed.code === 0) return true;
  expect([nth, killed.code]).toEqual([nth, 137]);
  expect([nth, await repo.cueloop("queue", "validate")]).toMatchObject([nth, { code: 0 }]);

  expect([nth, await repo.cueloop("run", "resume")]).toMatchObject([nth, { code: 0 }]);

  expect([nth, repo.done()[0]]).toMatchObject([nth, { id: "RQ-0001", status: "done" }]);
  const books = JSON.stringify([repo.active(), repo.done()]);
  for (const once of ['"RQ-0001","status"', '"RQ-0002","status"', '"title":"More of it"']) {
    expect([nth, once, books.split(once).length]).toEqual([nth, once, 2]);
  }
  expect([nth, repo.git("status", "--porcelain")]).toEqual([nth, ""]);
  const withWork = repo.git("log", "--format=%s", "--", "work.txt").trim();
  expect([nth, withWork]).toEqual([nth, "RQ-0001: Write the file"]);
  return false;
}

needs("strace")(
  "a run that is killed at any point loses nothing, and a resume brings it to its end",
  async () => {
    let points = 0;
    for (let nth = 1; !(await killAt(nth)); nth += STRIDE) points += 1;
    expect(points).toBeGreaterThan(5);
  },
  120_000,
);
