import { afterAll, expect } from "bun:test";
import { join } from "node:path";
import { everyPoint, killedAt, type Point, pointsIn, sampled, tryAll } from "../support/deaths.ts";
import { expectDone, expectNoPhaseRepeated, expectResumes, type Scene, threePhases } from "../support/killed-run.ts";
import { needs } from "../support/needs.ts";
import { executable } from "../support/repository.ts";

/** Every call of the supervisor by which something comes, goes or begins to run. */
const CALLS = "rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,fork,vfork,clone,clone3";

/** Runs the task to its end and counts the points at which it could have been killed: all, or those from the archive on. */
async function points(scene: Scene, all: boolean): Promise<Point[]> {
  using repo = threePhases(scene);
  const trace = join(repo.base, "trace");
  const run = await repo.run(["strace", "-s", "300", "-o", trace, "-e", `trace=${CALLS}`, executable, "run", "one"]);
  expect(run.code).toBe(0);
  expectDone(repo, "undisturbed", ["left-2", "left-3"]);
  const found = pointsIn(trace);
  return all ? found : found.slice(found.findIndex(({ rest }) => rest.includes("/done.jsonc")));
}

/** False when the run came to its end before the point: how many calls it makes depends a little on time. */
async function killAt(scene: Scene, { call, nth }: Point, patient: boolean): Promise<boolean> {
  using repo = threePhases(scene);
  const at = `${call} ${nth}`;
  const killed = await repo.run([...killedAt(call, nth), executable, "run", "one"]);
  if (killed.code === 0) return false;
  expect([at, killed.code]).toEqual([at, 137]);
  await expectResumes(repo, at, patient);
  expectNoPhaseRepeated(repo, at);
  return true;
}

let survived = 0;
afterAll(() => void process.stderr.write(`${survived} kill points of a run survived\n`));

/** Kills runs at points of the scene, `stride` points apart. */
async function survives(scene: Scene, found: readonly Point[], stride: number): Promise<void> {
  const tried = sampled(found, stride).map((point, index) => ({ point, patient: index % 4 !== 3 }));
  let missed = 0;
  await tryAll(tried, async ({ point, patient }) => {
    if (await killAt(scene, point, patient)) survived += 1;
    else missed += 1;
  });
  expect(missed).toBeLessThanOrEqual(tried.length / 20);
}

const TIMEOUT_MS = everyPoint ? 1_800_000 : 120_000;

needs("strace")(
  "a run that is killed at any point is gone on with, and loses and repeats nothing",
  async () => {
    const found = await points({}, true);
    expect(found.length).toBeGreaterThan(200);
    await survives({}, found, 8);
  },
  TIMEOUT_MS,
);

/** Its first run leaves a file, so that the commit is not what it saw and it runs once more. */
const GATE = { argv: ["sh", "gate.sh"], files: { "gate.sh": "test -e made.txt || echo made > made.txt\n" } };

needs("strace")(
  "killed from the archive on, where the gate runs again on the commit and that is pushed: here and there the same in the end",
  async () => {
    const scene: Scene = { gate: GATE.argv, files: GATE.files, push: true };
    const found = await points(scene, false);
    expect(found.length).toBeGreaterThan(40);
    await survives(scene, found, 6);
  },
  TIMEOUT_MS,
);
