import { afterAll, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { agentCalls, type ScriptByModel, scriptedAgent } from "../support/agent.ts";
import { isRecord } from "../support/books.ts";
import { processesOf } from "../support/leftovers.ts";
import { needs } from "../support/needs.ts";
import { executable, Repository, task } from "../support/repository.ts";

/** Every call of the supervisor by which something comes, goes or begins to run. */
const CALLS = "rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,fork,vfork,clone,clone3";
/** Of a run's points every so many is tried; `CUELOOP_TEST_EVERY_POINT=1` tries all. */
const STRIDE = process.env["CUELOOP_TEST_EVERY_POINT"] === "1" ? 1 : 8;

const MODELS = ["planner", "worker", "critic"] as const;
/** Stays behind in the agent's group, and is nobody's but the next start's once the run is dead. */
const STRAGGLER = { run: "sleep 300 >/dev/null 2>&1 &" };
const LEAVE_MARK = { run: 'echo kept > "left-$(cat "$HOME/turns")"' };
const SCRIPT: ScriptByModel = {
  planner: [STRAGGLER, { write: ".cueloop/cache/plans/RQ-0001.md", text: "First this, then that.\n" }],
  worker: [STRAGGLER, LEAVE_MARK, { write: "work.txt", text: "worked\n" }, { say: "It is written." }],
  critic: [STRAGGLER, LEAVE_MARK, { write: "review.txt", text: "reviewed\n" }],
};

function repository(script: ScriptByModel = SCRIPT, gate: readonly string[] = ["true"]): Repository {
  const repo = new Repository();
  const phase_overrides = Object.fromEntries(MODELS.map((model, index) => [`phase${index + 1}`, { model }]));
  const agent = { phases: 3, phase_overrides, git_publish_mode: "commit", ci_gate: { enabled: true, argv: gate } };
  scriptedAgent(repo, script, { agent });
  repo.books([task("RQ-0001", { title: "Write the file" }), task("RQ-0002", { status: "draft" })]).commit("start");
  return repo;
}

/** Everything in a directory, content and all. */
function digest(directory: string): string {
  const hash = createHash("sha256");
  const entries = readdirSync(directory, { withFileTypes: true, recursive: true });
  for (const entry of entries.sort((a, b) => (join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1))) {
    const path = join(entry.parentPath, entry.name);
    hash.update(`${path}\0`);
    if (entry.isFile()) hash.update(readFileSync(path));
    if (entry.isSymbolicLink()) hash.update(readlinkSync(path));
  }
  return hash.digest("hex");
}

/** The task's records in a file, read by nothing of ours. */
function recordsIn(repo: Repository, file: "queue" | "done", id = "RQ-0001"): Record<string, unknown>[] {
  if (!repo.has(`.cueloop/${file}.jsonc`)) return [];
  const value: unknown = JSON.parse(repo.read(`.cueloop/${file}.jsonc`));
  if (!isRecord(value) || !Array.isArray(value["tasks"])) throw new Error(`${file} holds no tasks`);
  return value["tasks"].filter(isRecord).filter((record) => record["id"] === id);
}

/** Command lines of what works in the repository; a process is in it from its fork on, whatever it is about to become. */
function workingIn(repo: Repository): string[] {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      if (!/^\d+$/.test(pid) || !readlinkSync(`/proc/${pid}/cwd`).startsWith(repo.root)) return [];
      return [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim()];
    } catch {
      // It ended meanwhile, or belongs to somebody else.
      return [];
    }
  });
}

/** Waits until nothing of the run works any more but what it left in the background. */
async function quiet(repo: Repository): Promise<void> {
  const end = performance.now() + 20_000;
  while (workingIn(repo).some((command) => command !== "sleep 300")) {
    if (performance.now() > end) throw new Error(`still running: ${workingIn(repo).join("; ")}`);
    await Bun.sleep(5);
  }
}

interface Decision {
  readonly status: unknown;
  readonly reason: unknown;
  readonly task_id: unknown;
}

const decisionOf = (value: Record<string, unknown>): Decision => ({
  status: value["status"],
  reason: value["reason"],
  task_id: value["task_id"],
});

/** What `run status` says will become of the interrupted task; it must change nothing by saying so. */
async function preview(repo: Repository, at: string): Promise<{ readonly state: unknown; readonly resume: Decision | null }> {
  const before = digest(repo.base);
  const shown = await repo.cueloop("run", "status", "--format", "json");
  expect([at, shown.code, shown.stderr]).toEqual([at, 0, ""]);
  expect([at, digest(repo.base) === before]).toEqual([at, true]);
  const status: unknown = JSON.parse(shown.stdout);
  if (!isRecord(status)) throw new Error(shown.stdout);
  expect([at, status["run"]]).toEqual([at, null]);
  return { state: status["state"], resume: isRecord(status["resume"]) ? decisionOf(status["resume"]) : null };
}

/** Events of the run that was logged last. */
function lastEvents(repo: Repository): Record<string, unknown>[] {
  const [name = ""] = readdirSync(repo.path(".cueloop/logs/runs")).sort().reverse();
  const lines = repo.read(`.cueloop/logs/runs/${name}`).trim().split("\n");
  return lines.map((line): unknown => JSON.parse(line)).filter(isRecord);
}

/** The tree of a commit without what belongs to the program, made by git alone. */
function workTree(repo: Repository, commit: string): string {
  const lines = repo.git("ls-tree", "-r", "--full-tree", commit).trimEnd().split("\n");
  const work = lines.filter((line) => !/\t\.cueloop\/(queue|done)\.jsonc$/.test(line));
  const index = join(repo.base, "independent-index");
  const made = Bun.spawnSync(["sh", "-c", "git update-index --index-info && git write-tree"], {
    cwd: repo.root,
    env: { ...repo.env, GIT_INDEX_FILE: index },
    stdin: new Blob([`${work.join("\n")}\n`]),
  });
  return made.stdout.toString().trim();
}

/** What must hold once an interrupted run was gone on with: the task is done, once, and everything of it is there. */
function expectDone(repo: Repository, at: string, kept: readonly string[]): void {
  expect([at, recordsIn(repo, "queue"), recordsIn(repo, "done").map((record) => record["status"])]).toEqual([at, [], ["done"]]);
  expect([at, recordsIn(repo, "queue", "RQ-0002").length]).toEqual([at, 1]);
  const commits = repo.git("log", "--format=%H %s").trim().split("\n");
  const own = commits.filter((line) => line.includes("RQ-0001"));
  expect([at, own.map((line) => line.slice(41)), commits.length]).toEqual([at, ["RQ-0001: Write the file"], 2]);
  const [commit = ""] = own[0]?.split(" ") ?? [];
  const fields = recordsIn(repo, "done")[0]?.["custom_fields"];
  const evidence = isRecord(fields) ? String(fields["cueloop.evidence"]) : "";
  expect([at, evidence]).toEqual([at, expect.stringContaining(`gate=passed exit=0 `)]);
  expect([at, /tree=(\w+)/.exec(evidence)?.[1]]).toEqual([at, workTree(repo, commit)]);
  const committed = repo.git("ls-tree", "-r", "--name-only", commit).split("\n");
  expect([at, [...kept, "work.txt", "review.txt"].filter((file) => !committed.includes(file))]).toEqual([at, []]);

  const ours = /^(|!! \.cueloop\/(README\.md|cache\/|logs\/|trust\.jsonc))$/;
  const shown = repo.git("status", "--porcelain", "--ignored").trimEnd().split("\n");
  expect([at, shown.filter((line) => !ours.test(line))]).toEqual([at, []]);
  const cached = readdirSync(repo.path(".cueloop/cache"), { recursive: true }).map(String);
  expect([at, cached.filter((name) => /session|journal|\.tmp-|\.mutate|processes\/|plans\/|phase2_final\//.test(name))]).toEqual([at, []]);
  expect([at, repo.git("for-each-ref", "refs/cueloop/run/").trim()]).toEqual([at, ""]);
  expect([at, processesOf(repo)]).toEqual([at, []]);
}

/** At most the interrupted phase was worked again. */
function expectNoPhaseRepeated(repo: Repository, at: string): void {
  const calls = agentCalls(repo).map(({ model }) => model);
  const counts = MODELS.map((model) => calls.filter((called) => called === model).length);
  expect([at, calls.length <= 4 && counts.every((count) => count >= 1), counts]).toEqual([at, true, counts]);
  // In the order of the phases: none begins again once a later one has begun.
  expect([at, calls]).toEqual([at, [...calls].sort((a, b) => MODELS.findIndex((m) => m === a) - MODELS.findIndex((m) => m === b))]);
}

const marks = (repo: Repository) => readdirSync(repo.root).filter((name) => name.startsWith("left-"));

/** Goes on with what was interrupted, and holds the end against everything promised. */
async function expectResumes(repo: Repository, at: string, patient: boolean): Promise<void> {
  if (patient) await quiet(repo);
  const [active, done] = [recordsIn(repo, "queue").length, recordsIn(repo, "done").length];
  // In both only while the journal stands for the rest of the move.
  expect([at, active + done]).toEqual([at, active === 1 && done === 1 && repo.has(".cueloop/cache/queue-journal.json") ? 2 : 1]);
  const told = patient ? await preview(repo, at) : null;
  const kept = marks(repo);
  const called = agentCalls(repo).length;

  const resumed = await repo.cueloop("run", "resume");
  expect([at, resumed.code, resumed.stderr]).toEqual([at, 0, expect.not.stringContaining("Error")]);

  expectDone(repo, at, kept);
  expect([at, await repo.cueloop("queue", "validate")]).toMatchObject([at, { code: 0 }]);
  if (told !== null) expectAsTold(repo, at, told, agentCalls(repo).length - called);
}

/** The preview and what then happened say the same. */
function expectAsTold(repo: Repository, at: string, told: Awaited<ReturnType<typeof preview>>, calls: number): void {
  const events = lastEvents(repo);
  const decided = events.filter((event) => event["kind"] === "resume_decision").map((event) => event["payload"]);
  const finished = events.some((event) => String(event["message"]).startsWith("Finished what an interrupted run left open"));
  const made = decided.filter(isRecord).map(decisionOf)[0];
  const agreed = finished ? { status: "resuming_same_session", reason: "session_valid", task_id: "RQ-0001" } : made;
  const expected = told.resume ?? { status: "falling_back_to_fresh_invocation", reason: "no_session", task_id: undefined };
  expect([at, agreed]).toEqual([at, expected]);
  expect([at, told.state]).toEqual([at, expected.status === "resuming_same_session" ? "interrupted" : "idle"]);
  if (finished) expect([at, calls]).toEqual([at, 0]);
}

interface Point {
  readonly call: string;
  readonly nth: number;
}

/** Runs the task to its end and counts the points at which it could have been killed. */
async function points(): Promise<Point[]> {
  using repo = repository();
  const trace = join(repo.base, "trace");
  const run = await repo.run(["strace", "-s", "300", "-o", trace, "-e", `trace=${CALLS}`, executable, "run", "one"]);
  expect(run.code).toBe(0);
  expectDone(repo, "undisturbed", ["left-2", "left-3"]);
  const seen = new Map<string, number>();
  const found = [...readFileSync(trace, "utf8").matchAll(/^(\w+)\((.*)$/gm)].flatMap(([, call = "", rest = ""]) => {
    const nth = (seen.get(call) ?? 0) + 1;
    seen.set(call, nth);
    // A thread is no process.
    return rest.includes("CLONE_THREAD") ? [] : [{ call, nth }];
  });
  return found;
}

/** False when the run came to its end before the point: how many calls it makes depends a little on time. */
async function killAt({ call, nth }: Point, patient: boolean): Promise<boolean> {
  using repo = repository();
  const at = `${call} ${nth}`;
  const under = ["strace", "-o", "/dev/null", "-e", `trace=${call}`, "-e", `inject=${call}:signal=KILL:when=${nth}`];
  const killed = await repo.run([...under, executable, "run", "one"]);
  if (killed.code === 0) return false;
  expect([at, killed.code]).toEqual([at, 137]);
  await expectResumes(repo, at, patient);
  expectNoPhaseRepeated(repo, at);
  return true;
}

let survived = 0;
afterAll(() => void process.stderr.write(`${survived} kill points of a run survived\n`));

needs("strace")(
  "a run that is killed at any point is gone on with, and loses and repeats nothing",
  async () => {
    const all = await points();
    expect(all.length).toBeGreaterThan(200);
    const tried = all.filter((_, index) => index % STRIDE === STRIDE - 1);
    const waiting = tried.map((point, index) => ({ point, patient: index % 4 !== 3 }));
    const failures: unknown[] = [];
    let missed = 0;
    const lane = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        try {
          if (await killAt(next.point, next.patient)) survived += 1;
          else missed += 1;
        } catch (error) {
          failures.push(error);
        }
      }
    };
    await Promise.all([lane(), lane(), lane(), lane()]);
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of ${tried.length} points`);
    expect(survived + missed).toBe(tried.length);
    expect(missed).toBeLessThanOrEqual(tried.length / 20);
  },
  STRIDE === 1 ? 1_800_000 : 120_000,
);

/** Hangs until the file `open` is in the home directory. */
const HANG = `test -e "$HOME/open" && exit
echo $$ > "$HOME/hanging.new"
mv "$HOME/hanging.new" "$HOME/hanging"
exec sleep 300
`;

function interrupt(repo: Repository, pid: number, by: string): void {
  if (by === "SIGKILL to all at once") for (const line of processesOf(repo)) process.kill(Number.parseInt(line, 10), "SIGKILL");
  else process.kill(pid, by === "SIGKILL to the run alone" ? "SIGKILL" : by);
}

/** The places of a run in which something can hang: its agents, its gate, a git hook of its commit. */
const places = [...MODELS, "gate", "commit"] as const;
const ways = ["SIGTERM", "SIGINT", "SIGKILL to all at once", "SIGKILL to the run alone"] as const;

test.concurrent.each(places.flatMap((place) => ways.map((by) => [by, place] as const)))(
  "%s while the %s works: gone on with there",
  async (by, place) => {
    const isAgent = place !== "gate" && place !== "commit";
    const hanging = isAgent ? { ...SCRIPT, [place]: [...(SCRIPT[place] ?? []), { hang: "hanging" }] } : SCRIPT;
    using repo = repository(hanging, place === "gate" ? ["sh", "gate.sh"] : ["true"]);
    repo.write({ "gate.sh": HANG });
    repo.git("add", "gate.sh");
    repo.git("commit", "--quiet", "--amend", "--no-edit");
    if (place === "commit") repo.write({ ".git/hooks/pre-commit": `#!/bin/sh\n${HANG}` });
    const run = repo.start([executable, "run", "one"]);
    await repo.appeared("hanging", 30_000);

    interrupt(repo, run.pid, by);

    const isSignal = by === "SIGTERM" || by === "SIGINT";
    expect(await run.exited).toBe(isSignal ? 1 : 137);
    if (isSignal) expect(processesOf(repo)).toEqual([]);
    writeFileSync(join(repo.home, "open"), "");
    writeFileSync(join(repo.home, "script.json"), JSON.stringify(SCRIPT));
    const at = `${by} ${place}`;
    await expectResumes(repo, at, by !== "SIGKILL to the run alone" || place === "gate");
    const again = isAgent ? [place] : [];
    const calls = agentCalls(repo).map(({ model }) => model);
    expect(calls).toEqual([...MODELS, ...again].sort((a, b) => MODELS.indexOf(a) - MODELS.indexOf(b)));
  },
  60_000,
);
