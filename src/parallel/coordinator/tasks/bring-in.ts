import { isAbsolute } from "node:path";
import { messageOf } from "../../../base/errors.ts";
import { changedPaths } from "../../../git/tree.ts";
import { workExclusions } from "../../../run/trees.ts";
import type { ResultFile } from "../../files/result-file.ts";
import { type LandingEnd, land } from "../../landing/land.ts";
import type { ParallelRun } from "../../run.ts";
import type { TaskEnd } from "../options.ts";
import { type Footprint, overlapsWith } from "../scheduling/overlaps.ts";
import type { Worker } from "../workers/work.ts";
import type { Shepherding } from "./shepherding.ts";
import { leavePlace, type Slot } from "./slot.ts";
import { blocked, endOf, tell } from "./task-end.ts";

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;
const PATIENCE_MS = 30 * 60_000;

/**
 * Brings a result to the target, at its place among those that land; what stands in the way in the person's checkout is
 * waited for. `behind`: the target has moved on, the work has to be brought up to date first.
 */
export async function bringIn(with_: Shepherding, slot: Slot, result: ResultFile, worker: Worker | null): Promise<TaskEnd | "behind"> {
  const { run, admin, landings } = with_;
  const from = run.context.clock.monotonicMs();
  let pause = FIRST_PAUSE_MS;
  for (let isLast = false; ; ) {
    slot.state = "landing";
    with_.freed();
    run.state.patch(slot.task.id, { lifecycle: "integrating", step: "landing" });
    const paths = pathsOf(run, result);
    // What the attempt used is removed when the next landing may begin.
    const clearings: (() => Promise<void>)[] = [];
    const collect = async (clearing: () => Promise<void>) => void clearings.push(clearing);
    slot.place ??= landings.enter();
    await slot.place.turn;
    const end = await unlooked(with_, async () => {
      const landing = await land(run, admin, run.state.require(slot.task.id), result, collect);
      // Else the place is kept, so that the target does not move on again meanwhile.
      if (landing.kind !== "behind") leavePlace(slot);
      return landing;
    });
    if (end.kind === "behind") return "behind";
    if (end.kind === "landed") noteFootprint(with_, slot, { paths: await paths, to: from });
    if (end.kind !== "waiting_checkout") {
      await worker?.leave();
      for (const clearing of clearings) await clearing();
      return ended(with_, slot, end);
    }
    const late = isLast || run.context.clock.monotonicMs() - from >= PATIENCE_MS;
    if (late) return blocked(with_, slot, inTheWay(run, end), 0);
    slot.state = "waiting_checkout";
    run.state.patch(slot.task.id, { step: "waiting_checkout" });
    tell(with_, slot, "waiting_checkout", `${slot.task.id} waits: ${inTheWay(run, end)}`);
    isLast = await with_.pause(pause);
    if (run.context.signal.aborted) throw new Error("interrupted");
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

/** Work of our own on the checkout, told from what others do there. */
async function unlooked<T>({ looks, surroundings }: Shepherding, work: () => Promise<T>): Promise<T> {
  return looks.run(async () => {
    await surroundings.check();
    try {
      return await work();
    } finally {
      await surroundings.explain();
    }
  });
}

/** What the work changed, the queue files left out; nothing where that cannot be told, which must not cost the work. */
async function pathsOf({ context }: ParallelRun, { base, tip }: ResultFile): Promise<readonly string[]> {
  if (base === null || tip === null) return [];
  return changedPaths(context, base, tip, { exclude: workExclusions(context) }).catch((error: unknown) => {
    context.log.debug(`What ${tip} changes was not looked at: ${messageOf(error)}`);
    return [];
  });
}

/** `to`: when the work was ready; who began after that knew of it, or could have. */
function noteFootprint({ run, footprints }: Shepherding, slot: Slot, { paths, to }: Pick<Footprint, "paths" | "to">): void {
  const made = { task: slot.task, paths, from: slot.startedAt, to };
  for (const { tasks, paths: shared, declared } of overlapsWith(footprints, made)) {
    const said = declared
      ? ", as their scopes had said"
      : "; with that in the `scope` of both they are kept apart while there is other work";
    const message = `${tasks.join(" and ")} were worked together and both changed ${shared.join(", ")}${said}.`;
    run.context.emit({ kind: "scope_overlap", message, payload: { tasks: [...tasks], paths: [...shared], declared } });
  }
  footprints.push(made);
}

function inTheWay({ context }: ParallelRun, { paths, reason }: Extract<LandingEnd, { kind: "waiting_checkout" }>): string {
  const files = paths.filter((path) => !isAbsolute(path));
  return files.length === 0 ? `${reason}.` : `changes in ${context.root} that are not committed stand in the way: ${files.join(", ")}.`;
}

function ended(with_: Shepherding, slot: Slot, end: Exclude<LandingEnd, { kind: "behind" | "waiting_checkout" }>): TaskEnd {
  const record = with_.run.state.find(slot.task.id);
  switch (end.kind) {
    case "landed":
      return endOf(slot, record, { kind: "landed", commit: end.work });
    case "held":
    case "rejected":
      return endOf(slot, record, { kind: end.kind });
    case "blocked":
      return blocked(with_, slot, end.reason, 0);
  }
}
