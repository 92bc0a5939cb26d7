import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { agentCalls, scriptedAgent, writeScript } from "../support/agent.ts";
import { isRecord } from "../support/books.ts";
import { everyPoint, killedAt, type Point, pointsIn, sampled, tryAll } from "../support/deaths.ts";
import { steadyText } from "../support/interrupted.ts";
import { processesOf } from "../support/leftovers.ts";
import { needs } from "../support/needs.ts";
import { executable, Repository, task } from "../support/repository.ts";

setDefaultTimeout(30_000);

const CALLS = "rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,fork,vfork,clone,clone3";
const REJECT = [
  { write: "tried.txt", text: "tried\n" },
  { write: "base.txt", text: "changed\n" },
  { run: 'cueloop task reject RQ-0001 --note "not worth it"' },
];

type Mode = "off" | "commit" | "commit_and_push";

/** An agent changes files and then says that the task should not be done. */
function repository(mode: Mode): Repository {
  const repo = new Repository();
  scriptedAgent(repo, [REJECT, REJECT], { agent: { git_publish_mode: mode } });
  repo
    .books([task("RQ-0001", { title: "Write the file" }), task("RQ-0002", { status: "draft" })])
    .write({ "base.txt": "base\n" })
    .commit("start");
  repo.git("init", "--quiet", "--bare", join(repo.base, "remote"));
  repo.git("remote", "add", "origin", join(repo.base, "remote"));
  repo.git("push", "--quiet", "--set-upstream", "origin", "main");
  return repo;
}

/** What must hold in the end: rejected once, the changes out of the tree and kept, the books committed and pushed. */
function expectRejected(repo: Repository, mode: Mode, at = ""): void {
  expect([at, repo.active()]).toMatchObject([at, [{ id: "RQ-0002" }]]);
  const [record, ...more] = repo.done();
  const notes = isRecord(record) && Array.isArray(record["notes"]) ? record["notes"].map(String) : [];
  expect([at, record, more]).toMatchObject([at, { id: "RQ-0001", status: "rejected" }, []]);
  expect([at, notes[0], notes.length]).toEqual([at, "not worth it", mode === "off" ? 1 : 2]);
  expect([at, repo.has(".cueloop/cache/session.jsonc"), repo.has(".cueloop/cache/session-state.json")]).toEqual([at, false, false]);
  expect([at, repo.has(".cueloop/cache/outcomes/RQ-0001.json")]).toEqual([at, false]);
  expect([at, repo.git("for-each-ref", "refs/cueloop/run/").trim(), processesOf(repo)]).toEqual([at, "", []]);
  expect([at, readdirSync(repo.base).filter((name) => name.startsWith("cueloop-"))]).toEqual([at, []]);
  const commits = repo.git("log", "--format=%s").trim().split("\n");
  if (mode === "off") {
    expect([at, commits, repo.read("tried.txt")]).toEqual([at, ["start"], "tried\n"]);
    return;
  }
  expect([at, commits, repo.git("status", "--porcelain")]).toEqual([at, ["RQ-0001: Write the file", "start"], ""]);
  expect([at, repo.has("tried.txt"), repo.read("base.txt")]).toEqual([at, false, "base\n"]);
  const [first = ""] = /refs\/cueloop\/undone\/RQ-0001\/\w+/.exec(notes[1] ?? "") ?? [];
  expect([at, repo.git("show", `${first}:tried.txt`), repo.git("show", `${first}:base.txt`)]).toEqual([at, "tried\n", "changed\n"]);
  if (mode === "commit_and_push") expect([at, repo.git("ls-remote", "origin", "main").split("\t")[0]]).toEqual([at, head(repo)]);
}

const head = (repo: Repository) => repo.git("rev-parse", "HEAD").trim();

needs("strace").each<[Mode, number]>([
  ["off", 12],
  ["commit_and_push", 6],
])(
  "publishing %s: a run that is killed at any point of a rejection is gone on with, and keeps everything",
  async (mode, stride) => {
    await tryAll(sampled(await points(mode), stride), (point) => killAt(mode, point));
  },
  everyPoint ? 900_000 : 120_000,
);

/** Runs the task to its end and counts the points at which it could have been killed. */
async function points(mode: Mode): Promise<Point[]> {
  using repo = repository(mode);
  const trace = join(repo.base, "trace");
  const run = await repo.run(["strace", "-o", trace, "-e", `trace=${CALLS}`, executable, "run", "one"]);
  expect(run.code).toBe(0);
  expectRejected(repo, mode);
  return pointsIn(trace);
}

async function killAt(mode: Mode, { call, nth }: Point): Promise<void> {
  using repo = repository(mode);
  const at = `${call} ${nth}`;
  const killed = await repo.run([...killedAt(call, nth), executable, "run", "one"]);
  if (killed.code === 0) return;
  expect([at, killed.code]).toEqual([at, 137]);
  const isWritten = repo.has(".cueloop/cache/session-state.json");
  const state: unknown = isWritten ? JSON.parse(repo.read(".cueloop/cache/session-state.json")) : {};
  const isRecorded = isRecord(state) && (state["step"] === "archive" || state["step"] === "publish");
  const resumed = await repo.cueloop("run", isRecorded ? "one" : "resume");
  expect([at, resumed.code, resumed.stderr]).toEqual([at, 0, expect.not.stringContaining("Error")]);
  if (isRecorded) expect([at, resumed.stdout]).toEqual([at, expect.stringContaining("Finished what an interrupted run left open")]);
  expectRejected(repo, mode, at);
}

let repo = new Repository();
afterEach(() => repo[Symbol.dispose]());

/** As a run leaves it that is ended after its archive was recorded, and before the first effect of that. */
async function endedBeforeArchive(mode: Mode): Promise<void> {
  repo = repository(mode);
  repo.write({ ".git/hooks/pre-commit": HOOK });
  expect((await repo.cueloop("run", "one")).code).not.toBe(0);
  // git notices a little later that its hook refused.
  while (processesOf(repo).length > 0) await Bun.sleep(5);
  await repo.run(["rm", ".git/hooks/pre-commit"]);
  const state: unknown = JSON.parse(repo.read(".cueloop/cache/session-state.json"));
  if (!isRecord(state) || !isRecord(state["task_before"]) || !isRecord(state["task_before"]["task"])) throw new Error("no state");
  const { rejected_ref, ...before } = state;
  repo.books([{ ...state["task_before"]["task"], status: "doing", started_at: AT }, task("RQ-0002", { status: "draft" })]);
  repo.write({ "tried.txt": "tried\n", "base.txt": "changed\n" });
  repo.git("update-ref", "-d", String(rejected_ref));
  repo.git("reset", "--quiet");
  const outcome = { version: 1, run_id: state["run_id"], task_id: "RQ-0001", outcome: "rejected", notes: ["not worth it"], at: AT };
  repo.write({
    ".cueloop/cache/session-state.json": JSON.stringify({ ...before, step: "archive" }),
    ".cueloop/cache/outcomes/RQ-0001.json": JSON.stringify(outcome),
  });
  writeScript(repo, []);
}

const AT = "2026-03-02T09:00:00.000000000Z";
/** Ends the run that commits, at once. */
const HOOK = `#!/bin/sh\nkill -KILL "$(sed -n 's/^pid: //p' .cueloop/lock/owner)"\nexit 1\n`;

test.each(["one", "loop", "resume"])("ended before the archive: run %s finishes it without a question, as foretold", async (command) => {
  await endedBeforeArchive("commit_and_push");
  const status = await repo.cueloop("run", "status");
  expect(status.stdout).toContain("Resume: RQ-0001 is to be archived as its agent rejected it; a start finishes that first.");
  const run = await repo.cueloop("run", command);
  expect([run.code, agentCalls(repo)]).toEqual([0, []]);
  if (command === "one") expect(steadyText(run.stdout, repo)).toMatchSnapshot();
  expectRejected(repo, "commit_and_push");
});

test("ended before the archive, and the tree was changed since: that is said, and a resume finishes it", async () => {
  await endedBeforeArchive("commit");
  repo.write({ "mine.txt": "mine\n" });
  const refused = await repo.cueloop("run", "one");
  expect([refused.code, repo.done(), repo.read("mine.txt")]).toEqual([1, [], "mine\n"]);
  expect(refused.stdout).toContain("RQ-0001 was about to be archived as its agent rejected it, but the checkout has changed since.");
  expect(refused.stderr).toContain("`cueloop run resume` goes on with it");
  const run = await repo.cueloop("run", "resume");
  expect([run.code, agentCalls(repo)]).toEqual([0, []]);
  expectRejected(repo, "commit");
  const [ref = ""] = repo.git("for-each-ref", "--format=%(refname)", "refs/cueloop/undone/").trim().split("\n");
  expect(repo.git("show", `${ref}:mine.txt`)).toBe("mine\n");
});
