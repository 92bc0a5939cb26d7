import { CueLoopError, messageOf } from "../../../base/errors.ts";
import { filesOfTask } from "../../files/paths.ts";
import { readResult } from "../../files/result-file.ts";
import type { ParallelRun } from "../../run.ts";
import type { TaskEnd } from "../options.ts";
import { type WorkEnd, Worker } from "../workers/work.ts";
import { bringIn } from "./bring-in.ts";
import { arePhasesFinished } from "./give-up.ts";
import { prepare } from "./prepare.ts";
import type { Shepherding } from "./shepherding.ts";
import { leavePlace, type Slot } from "./slot.ts";
import { blocked, failed, tell } from "./task-end.ts";

/** Finished work whose worker dies is taken up by another one, so often. */
const SUCCESSORS = 2;

/** Takes one task from its claim to its end: worktree, worker, landing. Throws only when the run was interrupted. */
export async function shepherd(with_: Shepherding, slot: Slot): Promise<TaskEnd> {
  const { run } = with_;
  try {
    return await attempt(with_, slot);
  } catch (error) {
    if (run.context.signal.aborted) throw error;
    const end = await failed(with_, slot, run.context.redact(messageOf(error)));
    return error instanceof CueLoopError && error.hint !== undefined ? { ...end, hint: run.context.redact(error.hint) } : end;
  }
}

async function attempt(with_: Shepherding, slot: Slot): Promise<TaskEnd> {
  const { run } = with_;
  await ready(with_, slot);
  tell(with_, slot, "working", `${slot.task.id}: ${slot.left === "all" ? "a worker begins" : "its finished work is brought in"}.`);
  let worker =
    slot.left === "landing" ? null : startWorker(with_, slot, { integrateOnly: slot.left === "integration", message: slot.message });
  const goOn = async () => {
    if (worker?.integrateAgain() !== true) worker = startWorker(with_, slot, { integrateOnly: true, message: null });
    return worker.next();
  };
  try {
    let end: WorkEnd = worker === null ? earlierResult(run, slot) : await worker.next();
    for (let successors = 0; ; ) {
      if (run.context.signal.aborted) throw new Error("interrupted");
      if (end.kind === "failed") {
        successors += 1;
        if (successors > SUCCESSORS || !arePhasesFinished(run, run.state.require(slot.task.id)))
          return await failed(with_, slot, end.reason);
        tell(with_, slot, "working", `${slot.task.id}: ${end.reason} The work is finished; another worker brings it up to date.`);
        end = await again(with_, slot, goOn);
        continue;
      }
      if (end.kind === "blocked") return blocked(with_, slot, end.reason, end.attempts);
      const landed = await bringIn(with_, slot, end.result, worker);
      if (landed !== "behind") return landed;
      end = await again(with_, slot, goOn);
    }
  } finally {
    leavePlace(slot);
    // An interrupted one is ended by whoever ends the run.
    if (!run.context.signal.aborted) await worker?.leave();
  }
}

/** Makes the worktree; meanwhile the checkout is looked at, before an agent can have changed anything in it. */
async function ready({ run, admin, ears }: Shepherding, slot: Slot): Promise<void> {
  const look = slot.left === "all" || slot.message !== null ? ears.turn(slot, true) : null;
  try {
    if (slot.left === "all") await prepare(run, admin, slot);
    await look;
  } catch (error) {
    void ears.turn(slot, false);
    throw error;
  }
}

function startWorker({ run, options, ears }: Shepherding, slot: Slot, start: Parameters<typeof Worker.start>[1]): Worker {
  return Worker.start({ run, slot, options, ears }, start);
}

/** The result that was there when the run began. */
function earlierResult({ context }: ParallelRun, slot: Slot): WorkEnd {
  const result = readResult(filesOfTask(context.runtimeDir, slot.task.id).result);
  return result === null ? { kind: "failed", reason: "The result of the earlier attempt is gone." } : { kind: "result", result };
}

/** Brings work up to date once more, at its place among those that land. */
async function again({ run }: Shepherding, slot: Slot, work: () => Promise<WorkEnd>): Promise<WorkEnd> {
  const record = run.state.require(slot.task.id);
  run.state.patch(slot.task.id, { push_attempts: record.push_attempts + 1 });
  slot.state = "busy";
  return work();
}
