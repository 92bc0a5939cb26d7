import { expect } from "bun:test";
import { everyPoint, killedAt, STEPS, tryPoints } from "../support/deaths.ts";
import { expectRecovers, LOOP, type Scene, TRIED, twoTasks } from "../support/killed-parallel.ts";
import { needs } from "../support/needs.ts";

/** Of the coordinator's steps of a kind, every so many is tried here. */
const STRIDES = { rename: 23, link: 9, unlink: 53, unlinkat: 31, rmdir: 9, vfork: 67 } as const;
/** A run makes at least so many of all kinds. */
const POINTS = 200;

/** False when the run came to its end before its nth step. */
async function killAt(scene: Scene, call: string, nth: number): Promise<boolean> {
  using repo = twoTasks(scene);
  const killed = await repo.run([...killedAt(call, nth), ...LOOP]);
  if (killed.code === 0) return false;
  const at = `${scene.books}, ${scene.publish}, ${call} ${nth}`;
  expect([at, killed.code]).toEqual([at, 137]);
  await expectRecovers(repo, at);
  return true;
}

needs("strace").each(TRIED.map((scene) => [`${scene.books} books, ${scene.publish}`, scene] as const))(
  "a coordinator that is killed at any step: the next start brings everything to its end (%s)",
  async (_, scene) => {
    let tried = 0;
    for (const call of STEPS) tried += await tryPoints(everyPoint ? 1 : STRIDES[call], (nth) => killAt(scene, call, nth));
    expect(tried).toBeGreaterThan(everyPoint ? POINTS : 4);
  },
  everyPoint ? 3_600_000 : 120_000,
);
