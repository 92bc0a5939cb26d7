import { expect } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../src/base/errors.ts";
import { isRecord } from "./books.ts";
import { everyPoint } from "./deaths.ts";
import { leftBehind } from "./left-behind.ts";
import { executable, type Finished, Repository, task } from "./repository.ts";

/** How a repository keeps its queue files, and what happens to finished work. */
export interface Scene {
  readonly books: "tracked" | "untracked";
  readonly publish: "commit" | "commit_and_push";
}

export const SCENES: readonly Scene[] = [
  { books: "tracked", publish: "commit" },
  { books: "untracked", publish: "commit" },
  { books: "tracked", publish: "commit_and_push" },
  { books: "untracked", publish: "commit_and_push" },
];

/** By default the two that differ most. */
export const TRIED = everyPoint ? SCENES : SCENES.filter(({ books, publish }) => (books === "tracked") === (publish === "commit"));

export const TASKS = ["RQ-0001", "RQ-0002"] as const;

/**
 * Each call writes something that no other call writes, notes that it has, and leaves a process behind. `$HOME/agent.sh`
 * is what it does besides.
 */
const AGENT = `#!/bin/sh
cat > /dev/null
text="$CUELOOP_TASK_ID by $$ at $(date +%s%N)"
test ! -e "$HOME/agent-before.sh" || . "$HOME/agent-before.sh"
echo "$text" > "file-$CUELOOP_TASK_ID.txt"
echo "$text" >> "$HOME/written"
sleep 300 > /dev/null 2>&1 &
test ! -e "$HOME/agent-after.sh" || . "$HOME/agent-after.sh"
echo '{"type":"finish","session_id":"s"}'
`;

/** Two tasks, each of which is a file. */
export function twoTasks({ books, publish }: Scene): Repository {
  const repo = new Repository();
  const runner = { bin: "agent.sh", default_model: "none", supports_resume: true };
  const runner_retry = { base_backoff_ms: 1, jitter_ratio: 0 };
  const agent = { runner: "one", phases: 1, runner_retry, git_publish_mode: publish, ci_gate: { enabled: true, argv: ["sh", "gate.sh"] } };
  const ignored = books === "untracked" ? ".cueloop/queue.jsonc\n.cueloop/done.jsonc\n" : "";
  repo.write({
    ".cueloop/plugins/one/plugin.json": JSON.stringify({ api_version: 1, id: "one", version: "1", name: "One", runner }),
    ".cueloop/plugins/one/agent.sh": AGENT,
    ".cueloop/config.jsonc": JSON.stringify({ version: 2, agent, plugins: { plugins: { one: { enabled: true } } } }),
    ".cueloop/trust.jsonc": JSON.stringify({ allow_project_commands: true }),
    ".gitignore": `.cueloop/README.md\n.cueloop/cache/\n.cueloop/logs/\n.cueloop/lock/\n.cueloop/trust.jsonc\n${ignored}`,
    "gate.sh": 'test ! -e "$HOME/gate-too.sh" || . "$HOME/gate-too.sh"\n',
  });
  repo.books(TASKS.map((id) => task(id, { title: `Write ${id}` }))).commit("start");
  if (publish === "commit") return repo;
  repo.git("init", "--quiet", "--bare", join(repo.base, "remote"));
  repo.git("remote", "add", "origin", join(repo.base, "remote"));
  repo.git("push", "--quiet", "--set-upstream", "origin", "main");
  return repo;
}

export const LOOP = [executable, "run", "loop", "--parallel", "2"] as const;

/** Starts the loop again until it has nothing left to do, and holds what there is then against everything promised. */
export async function expectRecovers(repo: Repository, at: string, { starts = 1 }: { readonly starts?: number } = {}): Promise<Finished> {
  let last = await repo.run(LOOP);
  for (let start = 1; start < starts && !isAllDone(repo); start += 1) {
    for (const id of blockedTasks(repo)) await repo.cueloop("run", "parallel", "retry", "--task", id);
    last = await repo.run(LOOP);
  }
  expect([at, last.code, last.stderr]).toEqual([at, 0, expect.not.stringContaining("Error")]);
  expectWhole(repo, at, `${last.stdout}\n${last.stderr}`);
  expect([at, await repo.cueloop("queue", "validate")]).toMatchObject([at, { code: 0 }]);
  return last;
}

const isAllDone = (repo: Repository) => recordsOf(repo, "done").length === TASKS.length;

export function recordsOf(repo: Repository, file: "queue" | "done"): Record<string, unknown>[] {
  if (!repo.has(`.cueloop/${file}.jsonc`)) return [];
  const value: unknown = JSON.parse(repo.read(`.cueloop/${file}.jsonc`));
  if (!isRecord(value) || !Array.isArray(value["tasks"])) throw new Error(`${file} holds no tasks`);
  return value["tasks"].filter(isRecord);
}

/** The records of the state file. */
export function workersOf(repo: Repository): Record<string, unknown>[] {
  const value: unknown = JSON.parse(repo.read(".cueloop/cache/parallel/state.json"));
  return isRecord(value) && Array.isArray(value["workers"]) ? value["workers"].filter(isRecord) : [];
}

function blockedTasks(repo: Repository): string[] {
  return workersOf(repo).flatMap((worker) => (worker["lifecycle"] === "blocked_push" ? [String(worker["task_id"])] : []));
}

/** Every task is on the target once, nothing that an agent wrote is lost, and nothing is left over. `said` is shown where that is not so. */
export function expectWhole(repo: Repository, at: string, said = ""): void {
  try {
    expectAllThere(repo);
  } catch (error) {
    throw new Error(`${at}\n${said}\n${messageOf(error)}`, { cause: error });
  }
}

function expectAllThere(repo: Repository): void {
  const ids = (records: readonly Record<string, unknown>[]) => records.map(({ id, status }) => `${id} ${status}`).sort();
  expect([ids(recordsOf(repo, "queue")), ids(recordsOf(repo, "done"))]).toEqual([[], TASKS.map((id) => `${id} done`)]);
  const subjects = repo.git("log", "--format=%s", "main").trim().split("\n");
  for (const id of TASKS) expect(subjects.filter((line) => line === `${id}: Write ${id}`)).toHaveLength(1);
  const isTracked = repo.git("ls-files", ".cueloop/queue.jsonc") !== "";
  expect(subjects).toHaveLength(1 + TASKS.length * (isTracked ? 2 : 1));
  expect(lostOf(repo)).toEqual([]);
  if (existsSync(join(repo.base, "remote"))) {
    expect(repo.git("ls-remote", "origin", "main").split("\t")[0]).toBe(repo.git("rev-parse", "main").trim());
  }
  expect(leftBehind(repo)).toEqual([]);
}

/** What agents wrote that no ref keeps. */
function lostOf(repo: Repository): string[] {
  const written = existsSync(join(repo.home, "written")) ? readFileSync(join(repo.home, "written"), "utf8").split("\n") : [];
  const kept = new Set(
    repo
      .git("rev-list", "--objects", "--all")
      .split("\n")
      .map((line) => line.slice(0, 40)),
  );
  return written.filter((text) => text !== "" && !kept.has(blobOf(`${text}\n`)));
}

const blobOf = (text: string) => new Bun.CryptoHasher("sha1").update(`blob ${Buffer.byteLength(text)}\0${text}`).digest("hex");
