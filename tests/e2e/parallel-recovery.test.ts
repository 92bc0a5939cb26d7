import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRecord } from "../support/books.ts";
import { killAll } from "../support/deaths.ts";
import { expectRecovers, expectWhole, LOOP, recordsOf, SCENES, TASKS, twoTasks, workersOf } from "../support/killed-parallel.ts";
import { processesOf } from "../support/leftovers.ts";
import { executable, type Repository } from "../support/repository.ts";

setDefaultTimeout(90_000);

const [TRACKED] = SCENES;
if (TRACKED === undefined) throw new Error("there is no scene");
const STATE = ".cueloop/cache/parallel/state.json";
const workspaces = (repo: Repository) => join(repo.base, ".workspaces/repo/parallel");
const salvaged = (repo: Repository) =>
  repo.git("for-each-ref", "--format=%(refname)", "refs/cueloop/salvage/").trim().split("\n").filter(Boolean);

/** In one of the places until the file `open` is in the home directory: then it goes on, and so does every later one. */
const HANG = 'test -e "$HOME/open" || { touch "$HOME/at-$CUELOOP_TASK_ID"; sleep 300; }\n';

/** Both tasks hang, in the agent's turn or at the gate, as the whole run is killed. */
async function killedAt(place: "turn" | "gate"): Promise<Repository> {
  const repo = twoTasks(TRACKED ?? { books: "tracked", publish: "commit" });
  writeFileSync(join(repo.home, place === "turn" ? "agent-after.sh" : "gate-too.sh"), place === "turn" ? HANG : GATE);
  const run = repo.start(LOOP);
  if (place === "turn") for (const id of TASKS) await repo.appeared(`at-${id}`, 30_000);
  else {
    await repo.appeared("at-gate", 30_000);
    for (const id of TASKS) await phasesFinished(repo, id);
  }
  killAll(repo);
  await run.exited;
  writeFileSync(join(repo.home, "open"), "");
  return repo;
}

/** One task is at the gate; the other waits for its turn there. */
async function phasesFinished(repo: Repository, id: string): Promise<void> {
  const account = () => repo.read(`.cueloop/cache/parallel/workers/${id}/worker.json`);
  for (const end = performance.now() + 30_000; !account().includes('"finished": true'); await Bun.sleep(5)) {
    if (performance.now() > end) throw new Error(`the phases of ${id} did not end`);
  }
}

const GATE = 'test -e "$HOME/open" || { touch "$HOME/at-gate"; sleep 300; }\n';

test.each(["turn", "gate"] as const)("everything is killed at once, in the %s: the next start completes it", async (at) => {
  using repo = await killedAt(at);
  const turns = () => readFileSync(join(repo.home, "written"), "utf8").trim().split("\n").length;
  const before = turns();
  await expectRecovers(repo, at);
  expect(turns()).toBe(at === "turn" ? before + 2 : 2);
  expect(salvaged(repo)).toHaveLength(at === "turn" ? 2 : 0);
});

test.each(["lost", "corrupt"])("the state file is %s: it is made again from what there is", async (how) => {
  using repo = await killedAt("turn");
  if (how === "lost") rmSync(repo.path(STATE));
  else writeFileSync(repo.path(STATE), '{"schema_version": 3, "workers": [');
  const { stderr } = await repo.run(LOOP);
  const aside = readdirSync(repo.path(".cueloop/cache/parallel")).filter((name) => name.includes("corrupt"));
  expect([stderr.includes("cannot be read"), aside.length]).toEqual(how === "corrupt" ? [true, 1] : [false, 0]);
  for (const name of aside) rmSync(repo.path(`.cueloop/cache/parallel/${name}`));
  expectWhole(repo, how, stderr);
  expect(salvaged(repo)).toHaveLength(2);
});

test("the state file is lost, of finished work: it is brought in without another turn", async () => {
  using repo = await killedAt("gate");
  rmSync(repo.path(STATE));
  await expectRecovers(repo, "lost, finished");
  expect(readFileSync(join(repo.home, "written"), "utf8").trim().split("\n")).toHaveLength(2);
});

test("the directory of a worktree was deleted by hand: what was committed there is kept, and the task begins anew", async () => {
  using repo = await killedAt("turn");
  const path = join(workspaces(repo), "RQ-0001");
  repo.git("-C", path, "add", "file-RQ-0001.txt");
  repo.git("-C", path, "commit", "--quiet", "-m", "by the agent");
  rmSync(path, { recursive: true });
  const { stdout } = await expectRecovers(repo, "deleted by hand");
  expect(stdout).toContain("The worktree of RQ-0001 was deleted");
  expect(salvaged(repo).some((ref) => repo.git("log", "-1", "--format=%s", ref).trim() === "by the agent")).toBeTrue();
});

test("the volume of the worktrees is not there: nothing is touched until it is back", async () => {
  using repo = await killedAt("turn");
  const away = join(repo.base, "unmounted");
  renameSync(join(repo.base, ".workspaces"), away);
  const without = await repo.run(LOOP);
  expect([without.code, without.stdout.includes("is not there, so nothing is done")]).toEqual([0, true]);
  expect(repo.git("worktree", "list").trim().split("\n")).toHaveLength(3);
  expect(recordsOf(repo, "queue")).toHaveLength(2);
  rmSync(join(repo.base, ".workspaces"), { recursive: true, force: true });
  renameSync(away, join(repo.base, ".workspaces"));
  await expectRecovers(repo, "mounted again");
});

test("the repository was moved, together with its worktrees: they find each other again", async () => {
  using repo = await killedAt("turn");
  const moved = join(repo.base, "elsewhere");
  mkdirSync(moved);
  for (const name of ["repo", ".workspaces"]) renameSync(join(repo.base, name), join(moved, name));
  mkdirSync(repo.root);
  const finished = Bun.spawn([executable, "run", "loop", "--parallel", "2"], {
    cwd: join(moved, "repo"),
    env: repo.env,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([new Response(finished.stdout).text(), new Response(finished.stderr).text(), finished.exited]);
  const at = `${out}\n${err}`;
  rmSync(repo.root, { recursive: true });
  for (const name of ["repo", ".workspaces"]) renameSync(join(moved, name), join(repo.base, name));
  rmSync(moved, { recursive: true });
  expectWhole(repo, at);
  expect(salvaged(repo)).toHaveLength(2);
});

test("a branch of a task that nobody knows: spent it goes, with work in it it stays", async () => {
  using repo = twoTasks(TRACKED ?? { books: "tracked", publish: "commit" });
  repo.git("branch", "cueloop/RQ-0098");
  repo.git("branch", "cueloop/RQ-0099", repo.git("commit-tree", "-p", "HEAD", "-m", "kept", "HEAD^{tree}").trim());
  expect(await repo.run(LOOP)).toMatchObject({ code: 0 });
  const branches = repo.git("for-each-ref", "--format=%(refname:short)", "refs/heads/cueloop/").trim();
  expect(branches).toBe("cueloop/RQ-0099");
});

test("blocked work whose time is over goes under a salvage ref, and still waits for a person", async () => {
  using repo = twoTasks(TRACKED ?? { books: "tracked", publish: "commit" });
  writeFileSync(join(repo.home, "gate-too.sh"), 'test -e "$HOME/open" || test ! -e file-RQ-0001.txt\n');
  repo.write({
    ".cueloop/config.jsonc": repo.read(".cueloop/config.jsonc").replace('"version":2,', '"version":2,"parallel":{"max_push_attempts":1},'),
  });
  repo.commit("fewer attempts");
  await repo.run(LOOP);
  expect(workersOf(repo).find(({ task_id }) => task_id === "RQ-0001")).toMatchObject({ lifecycle: "blocked_push" });
  const state: unknown = JSON.parse(repo.read(STATE));
  if (!isRecord(state) || !Array.isArray(state["workers"])) throw new Error("no state");
  const workers = state["workers"].filter(isRecord).map((worker) => ({ ...worker, completed_at: "2026-01-02T00:00:00Z" }));
  writeFileSync(repo.path(STATE), JSON.stringify({ ...state, workers }));
  expect(await repo.run(LOOP)).toMatchObject({ code: 0 });
  expect(salvaged(repo)).toHaveLength(1);
  expect([existsSync(join(workspaces(repo), "RQ-0001")), recordsOf(repo, "queue").map(({ id }) => id)]).toEqual([false, ["RQ-0001"]]);
  writeFileSync(join(repo.home, "open"), "");
  expect(await repo.cueloop("run", "parallel", "retry", "--task", "RQ-0001")).toMatchObject({ code: 0 });
  expect(await repo.run(LOOP)).toMatchObject({ code: 0 });
  expect(recordsOf(repo, "queue")).toEqual([]);
});

/** What an agent wrote and its next turn in the same worktree replaced is not the run's to keep. */
function forgetOverwritten(repo: Repository): void {
  const file = join(repo.home, "written");
  if (!existsSync(file)) return;
  const lines = readFileSync(file, "utf8").trim().split("\n");
  const last = TASKS.flatMap((id) => lines.findLast((line) => line.startsWith(id)) ?? []);
  writeFileSync(file, `${last.join("\n")}\n`);
}

test.each([
  ["before it writes", "agent-before.sh"],
  ["after it wrote", "agent-after.sh"],
])("an agent that is killed %s: its work is kept, the next start does the task again", async (at, file) => {
  using repo = twoTasks(TRACKED ?? { books: "tracked", publish: "commit" });
  writeFileSync(join(repo.home, file), 'test -e "$HOME/open" || kill -9 $$\n');
  expect(await repo.run(LOOP)).toMatchObject({ code: 0 });
  expect([at, recordsOf(repo, "done").length, processesOf(repo)]).toEqual([at, 0, []]);
  forgetOverwritten(repo);
  writeFileSync(join(repo.home, "open"), "");
  await expectRecovers(repo, at);
  expect(salvaged(repo)).toHaveLength(file === "agent-after.sh" ? 2 : 0);
});

test("an agent that outlives its worker is ended by the next start, also one that ignores being asked", async () => {
  using repo = twoTasks(TRACKED ?? { books: "tracked", publish: "commit" });
  writeFileSync(join(repo.home, "agent-after.sh"), `trap '' INT TERM HUP\n${HANG}`);
  const run = repo.start(LOOP);
  for (const id of TASKS) await repo.appeared(`at-${id}`, 30_000);
  killAll(repo, "run ");
  await run.exited;
  expect(processesOf(repo).length).toBeGreaterThan(0);
  writeFileSync(join(repo.home, "open"), "");
  await expectRecovers(repo, "orphans");
});

test("a worker that hangs and outlives its coordinator is ended by the next start; what it had done is kept", async () => {
  using repo = twoTasks(TRACKED ?? { books: "tracked", publish: "commit" });
  writeFileSync(join(repo.home, "agent-after.sh"), HANG);
  const run = repo.start(LOOP);
  for (const id of TASKS) await repo.appeared(`at-${id}`, 30_000);
  const workers = workersOf(repo).map(({ pid }) => Number(pid));
  for (const pid of workers) process.kill(pid, "SIGSTOP");
  run.kill("SIGKILL");
  await run.exited;
  writeFileSync(join(repo.home, "open"), "");
  await expectRecovers(repo, "hanging workers");
  expect(salvaged(repo)).toHaveLength(2);
});
