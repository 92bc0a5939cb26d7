import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Script, scriptedAgent, writeScript } from "../support/agent.ts";
import { statuses } from "../support/books.ts";
import { executable, type Finished, Repository, task } from "../support/repository.ts";

/** A repository with a linked worktree beside it, both ready to run. */
class Linked extends Repository {
  readonly other = join(this.base, "other");

  constructor(script: Script, tasks: readonly unknown[] = [task("RQ-0001"), task("RQ-0002")]) {
    super();
    scriptedAgent(this, script, { agent: { git_publish_mode: "commit" } });
    this.books(tasks).commit("start");
    this.git("worktree", "add", "--quiet", this.other, "-b", "other");
    writeFileSync(join(this.other, ".cueloop/trust.jsonc"), this.read(".cueloop/trust.jsonc"));
  }

  /** Runs the executable in the linked worktree. */
  async there(...args: string[]): Promise<Finished> {
    return this.run([executable, ...args], { cwd: "../other" });
  }

  /** Starts a run whose agent never ends, and waits until it works. */
  async hanging(): Promise<ReturnType<Repository["start"]>> {
    const run = this.start([executable, "run", "one"]);
    await this.appeared("hanging");
    return run;
  }

  /** The tasks that somebody holds, or held. */
  claims(): string[] {
    const directory = this.path(".git/cueloop/claims");
    return existsSync(directory) ? readdirSync(directory) : [];
  }
}

const HANG: Script = [[{ write: "work.txt", text: "half\n" }, { hang: "hanging" }]];
const claimOf = (repo: Repository, id: string) => readFileSync(repo.path(`.git/cueloop/claims/${id}`), "utf8");

async function killed(run: ReturnType<Repository["start"]>, signal: "SIGKILL" | "SIGINT"): Promise<void> {
  run.kill(signal);
  await run.exited;
}

test("two worktrees of a repository do not work one task at a time", async () => {
  using repo = new Linked([...HANG, [{ write: "two.txt", text: "two\n" }]]);
  const run = await repo.hanging();
  expect(repo.claims()).toEqual(["RQ-0001"]);
  expect(claimOf(repo, "RQ-0001")).toContain(`pid: ${run.pid}\n`);

  const named = await repo.there("run", "one", "--id", "RQ-0001");
  expect(named.code).toBe(1);
  expect(named.stderr).toContain(`RQ-0001 is being worked by another run: \`run one\` (pid ${run.pid} on `);
  expect(named.stderr).toContain(` in ${repo.root}.`);
  expect(statuses(tasksThere(repo))).toEqual(["RQ-0001 todo", "RQ-0002 todo"]);
  const preview = await repo.there("run", "one", "--dry-run");
  expect(preview).toMatchObject({ code: 0, stderr: "" });

  const loop = await repo.there("run", "loop");
  expect(loop.code).toBe(0);
  expect(statuses(tasksThere(repo))).toEqual(["RQ-0001 todo"]);
  expect(loop.stdout).toContain("Passed over, because another run works it: RQ-0001 (`run one`");
  expect(loop.stdout).toContain("No task can be run now: other runs work what there is. Tasks worked: 1.");
  expect(repo.claims()).toEqual(["RQ-0001"]);

  const waited = await repo.there("run", "loop", "--wait-when-blocked", "--wait-timeout-seconds", "1");
  expect(waited).toMatchObject({ code: 0 });
  expect(waited.stdout).toContain("Nothing became runnable within 1 s.");
  expect(repo.git("-C", repo.other, "status", "--porcelain")).toBe("");
  await killed(run, "SIGINT");
  expect(repo.claims()).toEqual([]);
});

function tasksThere(repo: Linked): unknown[] {
  const file: unknown = JSON.parse(readFileSync(join(repo.other, ".cueloop/queue.jsonc"), "utf8"));
  return typeof file === "object" && file !== null && "tasks" in file && Array.isArray(file.tasks) ? file.tasks : [];
}

test("a loop that waits goes on when the other run gives its task back", async () => {
  using repo = new Linked(HANG, [task("RQ-0001")]);
  const run = await repo.hanging();
  const loop = repo.start([executable, "run", "loop", "--wait-when-blocked", "--wait-poll-ms", "50"], { cwd: "../other" });
  let told = "";
  const decoder = new TextDecoder();
  for await (const part of loop.stdout) {
    told += decoder.decode(part);
    if (!told.includes("Waiting until a task can be run") || run.killed) continue;
    writeScript(repo, [[{ write: "whole.txt", text: "whole\n" }]]);
    await killed(run, "SIGKILL");
  }
  expect([await loop.exited, told]).toEqual([0, expect.stringContaining("RQ-0001 done")]);
  expect(repo.git("log", "-1", "--format=%s", "other").trim()).toBe("RQ-0001: Task RQ-0001");
  expect(repo.claims()).toEqual([]);
});

test.each(["here", "there"])("a killed run leaves its claim, and the next start %s takes it over", async (place) => {
  using repo = new Linked(HANG);
  const run = await repo.hanging();
  await killed(run, "SIGKILL");
  expect(claimOf(repo, "RQ-0001")).toContain(`pid: ${run.pid}\n`);

  const claim = 'cp "$(git rev-parse --git-common-dir)/cueloop/claims/RQ-0001" "$HOME/claim"';
  writeScript(repo, [[{ run: claim }, { write: "whole.txt", text: "whole\n" }]]);
  const next = place === "here" ? await repo.cueloop("run", "resume") : await repo.there("run", "one", "--id", "RQ-0001");
  expect(next).toMatchObject({ code: 0 });
  const taken = readFileSync(join(repo.home, "claim"), "utf8");
  expect(taken).toContain(`root: ${place === "here" ? repo.root : repo.other}\n`);
  expect(taken).not.toContain(`pid: ${run.pid}\n`);
  expect(repo.claims()).toEqual([]);
});

test("an interrupted task that another worktree works by now is not gone on with", async () => {
  using repo = new Linked(HANG);
  const run = await repo.hanging();
  await killed(run, "SIGKILL");
  const session = repo.read(".cueloop/cache/session.jsonc");
  // This process lives; what it holds nobody takes over.
  writeFileSync(
    repo.path(".git/cueloop/claims/RQ-0001"),
    claimOf(repo, "RQ-0001")
      .replaceAll(`${run.pid}`, `${process.pid}`)
      .replace(/^pid_start.*\n/m, ""),
  );
  const resumed = await repo.cueloop("run", "resume");
  expect([resumed.code, resumed.stderr]).toEqual([1, expect.stringContaining("RQ-0001 is being worked by another run")]);
  expect([repo.read("work.txt"), repo.read(".cueloop/cache/session.jsonc")]).toEqual(["half\n", session]);
});

const MINE = '"$(git rev-parse --git-common-dir)/cueloop/claims/RQ-0001"';

test.each([
  ["removed", `rm ${MINE}`, "its claim was removed", 0],
  [
    "another's",
    // The process with id 1 always lives.
    `sed -i "s/^token: .*/token: other/; s/^pid: .*/pid: 1/; s/^pid_start: .*//" ${MINE}`,
    "another run works it: `run one` (pid 1 on ",
    1,
  ],
])("a run whose claim is %s at its end keeps its work and archives nothing", async (_what, act, why, again) => {
  using repo = new Linked([[{ write: "work.txt", text: "whole\n" }, { run: act }]], [task("RQ-0001")]);
  const run = await repo.cueloop("run", "one");
  expect([run.code, run.stderr]).toEqual([1, expect.stringContaining(`RQ-0001 is no longer this run's: ${why}`)]);
  expect([statuses(repo.active()), repo.done(), repo.read("work.txt")]).toEqual([["RQ-0001 doing"], [], "whole\n"]);
  expect(repo.git("log", "--format=%s").trim()).toBe("start");

  expect(await repo.cueloop("run", "resume")).toMatchObject({ code: again });
  expect(statuses([...repo.active(), ...repo.done()])).toEqual([`RQ-0001 ${again === 0 ? "done" : "doing"}`]);
  expect(repo.claims()).toHaveLength(again);
});

test("a loop that goes on after failures does not undo what it may no longer act for", async () => {
  using repo = new Linked([[{ write: "work.txt", text: "whole\n" }, { run: `rm ${MINE}` }]]);
  const run = await repo.cueloop("run", "loop", "--keep-going");
  expect([run.code, run.stderr]).toEqual([1, expect.stringContaining("no longer this run's")]);
  expect([repo.read("work.txt"), statuses(repo.active())]).toEqual(["whole\n", ["RQ-0001 doing", "RQ-0002 todo"]]);
});

test("a claim is given back when its task fails", async () => {
  using repo = new Linked([[{ exit: 3 }]]);
  expect(await repo.cueloop("run", "one", "--max-turns", "1")).toMatchObject({ code: 1 });
  expect(repo.claims()).toEqual([]);
});

test("a killed run's last steps are finished under its claim, unless another run works the task", async () => {
  const hook = { ".git/hooks/pre-commit": '#!/bin/sh\n[ -e "$HOME/die" ] && rm "$HOME/die" && kill -9 $(cat "$HOME/pid")\nexit 0\n' };
  using repo = new Linked([[{ write: "work.txt", text: "whole\n" }, { run: 'sed -n "s/^pid: //p" .cueloop/lock/owner > "$HOME/pid"' }]]);
  repo.write(hook);
  writeFileSync(join(repo.home, "die"), "");
  expect((await repo.cueloop("run", "one", "--id", "RQ-0001")).code).toBe(137);
  const dead = claimOf(repo, "RQ-0001");
  const live = dead.replace(/^pid: .*/m, `pid: ${process.pid}`).replace(/^pid_start.*\n/m, "");
  writeFileSync(repo.path(".git/cueloop/claims/RQ-0001"), live);
  const refused = await repo.cueloop("run", "one");
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("RQ-0001 is being worked by another run")]);
  expect(repo.active()).toHaveLength(1);

  writeFileSync(repo.path(".git/cueloop/claims/RQ-0001"), dead);
  const next = await repo.cueloop("run", "one");
  expect([next.code, next.stdout]).toEqual([0, expect.stringContaining("Finished what an interrupted run left open: RQ-0001")]);
  expect([statuses(repo.done()), repo.claims()]).toEqual([["RQ-0001 done", "RQ-0002 done"], []]);
});
