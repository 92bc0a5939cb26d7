import { expect } from "bun:test";
import { type Death, deadlyGit, everyPoint, killedCall, tryPoints } from "../support/deaths.ts";
import { expectRecovers, LOOP, type Scene, TRIED, twoTasks } from "../support/killed-parallel.ts";
import { needs } from "../support/needs.ts";

const DEATHS: readonly (Death & { readonly stride: number; readonly points: number })[] = [
  { by: "worker", dies: "caller before", stride: 23, points: 30 },
  { by: "worker", dies: "caller after", stride: 23, points: 30 },
  { by: "worker", dies: "git", stride: 7, points: 5 },
  { by: "coordinator", dies: "caller after", stride: 47, points: 30 },
  { by: "coordinator", dies: "git", stride: 9, points: 10 },
];

const CASES = TRIED.flatMap((scene) => DEATHS.map((death) => [name(scene, death), scene, death] as const));

function name({ books, publish }: Scene, { by, dies }: Death): string {
  return `the ${by}'s git calls, ${dies} dies, ${books} books, ${publish}`;
}

/** False when the run came to its end before the nth call. */
async function killAt(scene: Scene, death: Death, nth: number): Promise<boolean> {
  using repo = twoTasks(scene);
  const first = await repo.run(LOOP, { env: deadlyGit(repo, nth, death) });
  const call = killedCall(repo);
  if (call === null) return false;
  const at = `${name(scene, death)}, call ${nth}: ${call}\n${first.stderr}`;
  // Work that is finished and could not be brought in waits for a person to say so.
  await expectRecovers(repo, at, { starts: 3 });
  return true;
}

needs("strace", "flock").each(CASES)(
  "%s: the next start brings everything to its end",
  async (_, scene, death) => {
    const tried = await tryPoints(everyPoint ? 1 : death.stride, (nth) => killAt(scene, death, nth));
    expect(tried).toBeGreaterThan(everyPoint ? death.points : 0);
  },
  everyPoint ? 3_600_000 : 120_000,
);
