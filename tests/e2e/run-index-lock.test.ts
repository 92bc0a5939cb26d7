import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { agentCalls, type Script, scriptedAgent } from "../support/agent.ts";
import { processesOf } from "../support/leftovers.ts";
import { executable, Repository, task } from "../support/repository.ts";

setDefaultTimeout(30_000);

const WORK = { write: "work.txt", text: "work\n" };
const LOCK = ".git/index.lock";
const isLinux = existsSync("/proc/self/cwd");
/** What is known of who made the lock; only Linux shows it. */
const NOBODY = isLinux ? "no git process works in the repository. One that was killed left it behind." : "cannot be told here";

let repo = new Repository();
afterEach(() => repo[Symbol.dispose]());

function prepare(script: Script = [[WORK]]): void {
  repo = new Repository();
  scriptedAgent(repo, script, { agent: { git_publish_mode: "commit" } });
  repo.books([task("RQ-0001", { title: "Write the file" })]).commit("start");
}

/** The lock is still there; what the message names removes it. */
async function removeAsTold(stderr: string): Promise<void> {
  expect(stderr).toContain(`The index of git is locked: ${repo.path(LOCK)} is `);
  expect(stderr).toMatch(/is \d s old/);
  expect(stderr).toContain(NOBODY);
  expect(repo.has(LOCK)).toBeTrue();
  const command = /^\s*(rm .*index\.lock'?)$/m.exec(stderr)?.[1] ?? "false";
  expect((await repo.run(["sh", "-c", command])).code).toBe(0);
}

function expectFinished(): void {
  expect(repo.git("log", "--format=%s").trim().split("\n")).toEqual(["RQ-0001: Write the file", "start"]);
  expect(repo.git("status", "--porcelain")).toBe("");
}

test("a lock that a killed git left: nothing is begun before it is removed", async () => {
  prepare();
  repo.write({ [LOCK]: "" });
  const refused = await repo.cueloop("run", "one");
  expect([refused.code, agentCalls(repo)]).toEqual([1, []]);
  expect(repo.active()).toMatchObject([{ status: "todo" }]);
  await removeAsTold(refused.stderr);
  expect((await repo.cueloop("run", "one")).code).toBe(0);
  expectFinished();
});

test("a lock that comes while the task is worked: archived, and committed once it is removed", async () => {
  prepare([[WORK, { run: `: > ${LOCK}` }]]);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("RQ-0001 is archived, but what belongs to it could not be committed");
  await removeAsTold(run.stderr);
  expect((await repo.cueloop("run", "resume")).code).toBe(0);
  expect(agentCalls(repo)).toHaveLength(1);
  expectFinished();
});

/** A git hook that hangs until the file `open` is in the home directory. */
const HANG = '#!/bin/sh\ntest -e "$HOME/open" && exit\ntouch "$HOME/hanging"\nexec sleep 300\n';

test("everything killed while git holds the lock: the next start says what to do, and then finishes", async () => {
  // Only the books are committed, for which git keeps its lock while the hook runs.
  prepare([[WORK, { run: 'cueloop task reject RQ-0001 --note "not worth it"' }]]);
  repo.write({ ".git/hooks/pre-commit": HANG });
  const run = repo.start([executable, "run", "one"]);
  await repo.appeared("hanging", 20_000);
  for (const line of processesOf(repo)) process.kill(Number.parseInt(line, 10), "SIGKILL");
  await run.exited;
  await repo.run(["touch", join(repo.home, "open")]);
  const refused = await repo.cueloop("run", "resume");
  expect(refused.code).toBe(1);
  await removeAsTold(refused.stderr);
  expect((await repo.cueloop("run", "resume")).code).toBe(0);
  expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "rejected" }]);
  expectFinished();
});

test.skipIf(!isLinux)("a lock that a git still works with: that one is named, and to be waited for", async () => {
  prepare();
  repo.write({ ".git/hooks/pre-commit": HANG });
  const commit = repo.start(["git", "commit", "--quiet", "--allow-empty", "--message=mine", "--only", ".cueloop/queue.jsonc"]);
  await repo.appeared("hanging", 20_000);
  const refused = await repo.cueloop("run", "one");
  expect([refused.code, agentCalls(repo)]).toEqual([1, []]);
  expect(refused.stderr).toMatch(/is \d s old, and process \d+ \(git commit --quiet .*\) works in the repository\./);
  expect(refused.stderr).toContain("Wait until that process has ended");
  for (const line of processesOf(repo)) process.kill(Number.parseInt(line, 10), "SIGKILL");
  await commit.exited;
});
