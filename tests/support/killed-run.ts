import { expect } from "bun:test";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { agentCalls, type ScriptByModel, scriptedAgent } from "./agent.ts";
import { isRecord } from "./books.ts";
import { processesOf } from "./leftovers.ts";
import { type Finished, Repository, task } from "./repository.ts";

export const MODELS = ["planner", "worker", "critic"] as const;
/** Stays behind in the agent's group, and is nobody's but the next start's once the run is dead. */
const STRAGGLER = { run: "sleep 300 >/dev/null 2>&1 &" };
const LEAVE_MARK = { run: 'echo kept > "left-$(cat "$HOME/turns")"' };
export const SCRIPT: ScriptByModel = {
  planner: [STRAGGLER, { write: ".cueloop/cache/plans/RQ-0001.md", text: "First this, then that.\n" }],
  worker: [STRAGGLER, LEAVE_MARK, { write: "work.txt", text: "worked\n" }, { say: "It is written." }],
  critic: [STRAGGLER, LEAVE_MARK, { write: "review.txt", text: "reviewed\n" }],
};

/** What is to be worked; of each a repository is made as often as a run of it is killed. */
export interface Scene {
  readonly script?: ScriptByModel;
  readonly gate?: readonly string[];
  /** Pushes to a bare repository beside this one. Default false. */
  readonly push?: boolean;
  /** Committed with the rest. */
  readonly files?: Readonly<Record<string, string>>;
}

/** One task in three phases, gated and committed. */
export function threePhases({ script = SCRIPT, gate = ["true"], push = false, files = {} }: Scene): Repository {
  const repo = new Repository();
  const phase_overrides = Object.fromEntries(MODELS.map((model, index) => [`phase${index + 1}`, { model }]));
  const git_publish_mode = push ? "commit_and_push" : "commit";
  scriptedAgent(repo, script, { agent: { phases: 3, phase_overrides, git_publish_mode, ci_gate: { enabled: true, argv: gate } } });
  repo.write(files);
  repo.books([task("RQ-0001", { title: "Write the file" }), task("RQ-0002", { status: "draft" })]).commit("start");
  if (!push) return repo;
  repo.git("init", "--quiet", "--bare", remoteOf(repo));
  repo.git("remote", "add", "origin", remoteOf(repo));
  repo.git("push", "--quiet", "--set-upstream", "origin", "main");
  return repo;
}

const remoteOf = (repo: Repository) => join(repo.base, "remote");

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
export function expectDone(repo: Repository, at: string, kept: readonly string[]): void {
  expect([at, recordsIn(repo, "queue"), recordsIn(repo, "done").map((record) => record["status"])]).toEqual([at, [], ["done"]]);
  expect([at, recordsIn(repo, "queue", "RQ-0002").length]).toEqual([at, 1]);
  const commits = repo.git("log", "--format=%H %s").trim().split("\n");
  const own = commits.filter((line) => line.includes("RQ-0001"));
  expect([at, own.map((line) => line.slice(41)), commits.length]).toEqual([at, ["RQ-0001: Write the file"], 2]);
  const [commit = ""] = own[0]?.split(" ") ?? [];
  if (existsSync(remoteOf(repo))) expect([at, repo.git("ls-remote", "origin").includes(`${commit}\trefs/heads/main`)]).toEqual([at, true]);
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
  expect([at, repo.git("worktree", "list", "--porcelain").split("worktree ").length]).toEqual([at, 2]);
  expect([at, readdirSync(repo.base).filter((name) => name.startsWith("cueloop-"))]).toEqual([at, []]);
  expect([at, processesOf(repo)]).toEqual([at, []]);
}

/** At most the interrupted phase was worked again. */
export function expectNoPhaseRepeated(repo: Repository, at: string): void {
  const calls = agentCalls(repo).map(({ model }) => model);
  const counts = MODELS.map((model) => calls.filter((called) => called === model).length);
  expect([at, calls.length <= 4 && counts.every((count) => count >= 1), counts]).toEqual([at, true, counts]);
  // In the order of the phases: none begins again once a later one has begun.
  expect([at, calls]).toEqual([at, [...calls].sort((a, b) => MODELS.findIndex((m) => m === a) - MODELS.findIndex((m) => m === b))]);
}

const marks = (repo: Repository) => readdirSync(repo.root).filter((name) => name.startsWith("left-"));

/** Goes on with what was interrupted, and holds the end against everything promised. */
export async function expectResumes(repo: Repository, at: string, patient: boolean): Promise<Finished> {
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
  return resumed;
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
