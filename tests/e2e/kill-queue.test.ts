import { afterAll, describe, expect } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isRecord } from "../support/books.ts";
import { killedAt, type Point, pointsIn, tryAll } from "../support/deaths.ts";
import { needs } from "../support/needs.ts";
import { executable, Repository, task } from "../support/repository.ts";

/** Every call by which a command changes what is on disk, or promises that it is there. */
const CALLS = "rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,fsync";

interface Typed {
  readonly argv: readonly string[];
  readonly stdin?: string;
}

interface Scene extends Typed {
  /** Puts the books in a state in which the command has something to do. */
  readonly prepare?: (repo: Repository) => unknown;
  /** What a person types next; it must work whatever the kill left. */
  readonly next?: Typed;
}

const ADD: Typed = { argv: ["task", "add", "Typed next"] };
const finished = { status: "done", completed_at: "2026-03-03T08:15:00.000000000Z" };
const keyed = ["one", "two"].map((key) => ({ key, title: key }));
const followups = {
  version: 1,
  source_task_id: "RQ-0002",
  tasks: keyed.map((one) => ({ ...one, description: "d", priority: "low", independence_rationale: "apart" })),
};

const scenes: readonly Scene[] = [
  { argv: ["task", "add", "Killed"] },
  { argv: ["task", "insert"], stdin: JSON.stringify({ version: 1, tasks: keyed }) },
  { argv: ["task", "done", "RQ-0001"] },
  { argv: ["task", "reject", "--note", "no", "RQ-0002"] },
  { argv: ["task", "status", "doing", "RQ-0001"] },
  { argv: ["task", "status", "done", "RQ-0001"] },
  { argv: ["task", "start", "RQ-0001"] },
  { argv: ["task", "ready", "RQ-0003"] },
  {
    argv: ["task", "followups", "apply", "--task", "RQ-0002"],
    prepare: (repo) => repo.write({ ".cueloop/cache/followups/RQ-0002.json": JSON.stringify(followups) }),
  },
  {
    argv: ["queue", "repair"],
    prepare: (repo) =>
      repo.books(
        [task("RQ-0001", { title: "" }), task("RQ-0002", { status: "doing" }), task("RQ-0003")],
        [task("RQ-0009", { ...finished, title: "" })],
      ),
    next: { argv: ["queue", "repair"] },
  },
  { argv: ["undo"], prepare: (repo) => repo.cueloop("task", "done", "RQ-0002") },
  { argv: ["queue", "stop"] },
];

async function start(scene: Scene): Promise<Repository> {
  const repo = new Repository({ git: false });
  repo.books([task("RQ-0001"), task("RQ-0002", { status: "doing" }), task("RQ-0003", { status: "draft" })], [task("RQ-0009", finished)]);
  await scene.prepare?.(repo);
  return repo;
}

function type(repo: Repository, { argv, stdin }: Typed, under: readonly string[] = []) {
  return repo.run([...under, executable, ...argv], stdin === undefined ? {} : { stdin });
}

/** Tasks of a file as `id status title`, read by nothing of ours; without what was typed next. */
function tasksIn(repo: Repository, file: string): string[] {
  const value: unknown = JSON.parse(readFileSync(repo.path(`.cueloop/${file}.jsonc`), "utf8"));
  if (!isRecord(value) || !Array.isArray(value["tasks"])) throw new Error(`${file} holds no tasks`);
  return value["tasks"].filter(isRecord).map((record) => `${record["id"]} ${record["status"]} ${record["title"]}`);
}

function state(repo: Repository): string {
  const old = (line: string) => !line.endsWith("Typed next");
  return JSON.stringify([tasksIn(repo, "queue").filter(old), tasksIn(repo, "done").filter(old)]);
}

function idsIn(repo: Repository): string[] {
  return [...tasksIn(repo, "queue"), ...tasksIn(repo, "done")].map((line) => line.split(" ")[0] ?? "");
}

interface Undisturbed {
  readonly points: readonly Point[];
  readonly before: string;
  readonly after: string;
  readonly ids: readonly string[];
}

/** Runs the command to its end and counts its calls. */
async function undisturbed(scene: Scene): Promise<Undisturbed> {
  using repo = await start(scene);
  const [before, ids] = [state(repo), idsIn(repo)];
  const trace = join(repo.home, "trace");
  expect(await type(repo, scene, ["strace", "-o", trace, "-e", `trace=${CALLS}`])).toMatchObject({ code: 0 });
  return { points: pointsIn(trace), before, after: state(repo), ids };
}

/** What a killed command must not have left once another has run. */
function leftovers(repo: Repository): string[] {
  return ["", "cache", "cache/undo", "cache/undo-redo"]
    .map((folder) => repo.path(`.cueloop/${folder}`))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder))
    .filter((name) => /^lock|\.tmp-|journal/.test(name));
}

let survived = 0;
afterAll(() => void process.stderr.write(`${survived} kill points of queue commands survived\n`));

async function killAt(scene: Scene, { before, after, ids }: Undisturbed, { call, nth }: Point): Promise<void> {
  using repo = await start(scene);
  const at = `${call} ${nth}`;
  const killed = await type(repo, scene, killedAt(call, nth));
  expect([at, killed.code]).toEqual([at, 137]);
  const next = await type(repo, scene.next ?? ADD);
  expect([at, next.code, next.stderr.includes("Error")]).toEqual([at, 0, false]);
  const found = idsIn(repo);
  expect([at, ids.filter((id) => !found.includes(id))]).toEqual([at, []]);
  expect([at, found.filter((id, index) => found.indexOf(id) !== index)]).toEqual([at, []]);
  expect([at, scene.next === undefined ? [before, after].includes(state(repo)) : state(repo) === after]).toEqual([at, true]);
  expect([at, leftovers(repo)]).toEqual([at, []]);
  survived += 1;
}

describe("a command killed at any of its writes leaves the old books or the new ones, and nothing in the way", () => {
  for (const scene of scenes) {
    needs("strace")(
      scene.argv.join(" "),
      async () => {
        const run = await undisturbed(scene);
        expect(run.points.length).toBeGreaterThan(scene.argv[1] === "stop" ? 2 : 8);
        await tryAll(run.points, (point) => killAt(scene, run, point));
      },
      240_000,
    );
  }
});
