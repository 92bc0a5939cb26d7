import { isAbsolute } from "node:path";
import { formatTimestamp } from "../../base/clock.ts";
import { CueLoopError, messageOf } from "../../base/errors.ts";
import { changedPaths } from "../../git/tree.ts";
import { workExclusions } from "../../run/trees.ts";
import { workerDirectory, workerFiles } from "../files/paths.ts";
import { type ResultFile, readResult } from "../files/result-file.ts";
import { type LandingEnd, land } from "../landing/land.ts";
import type { ParallelRun } from "../run.ts";
import type { AdminLock } from "../worktree/admin-lock.ts";
import { arePhasesFinished, giveUpAttempt } from "./give-up.ts";
import type { ParallelOptions, TaskEnd } from "./options.ts";
import { prepare } from "./prepare.ts";
import { type Footprint, overlapsWith } from "./scheduling/overlaps.ts";
import type { Sequence } from "./sequence.ts";
import { leavePlace, type Slot } from "./slot.ts";
import type { Surroundings } from "./surroundings.ts";
import { type Ears, type WorkEnd, Worker } from "./workers/work.ts";

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;
const PATIENCE_MS = 30 * 60_000;
/** Finished work whose worker dies is taken up by another one, so often. */
const SUCCESSORS = 2;

export interface Shepherding {
  readonly run: ParallelRun;
  readonly admin: AdminLock;
  readonly options: ParallelOptions;
  readonly ears: Ears;
  /** Who may move the target, one at a time. */
  readonly landings: Sequence;
  readonly surroundings: Surroundings;
  /** Looks at the coordinator's checkout, and what changes it: one at a time. */
  readonly looks: Sequence;
  /** What the tasks that landed had changed. */
  readonly footprints: Footprint[];
  /** A worker has finished its work: another task may begin. */
  freed(): void;
  /** Resolves after the time, or as soon as nothing but waiting tasks is left: with true then. */
  pause(milliseconds: number): Promise<boolean>;
}

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
  const result = readResult(workerFiles(workerDirectory(context.runtimeDir, slot.task.id)).result);
  return result === null ? { kind: "failed", reason: "The result of the earlier attempt is gone." } : { kind: "result", result };
}

/** Brings work up to date once more, at its place among those that land. */
async function again(with_: Shepherding, slot: Slot, work: () => Promise<WorkEnd>): Promise<WorkEnd> {
  const { run } = with_;
  const record = run.state.require(slot.task.id);
  run.state.patch(slot.task.id, { push_attempts: record.push_attempts + 1 });
  slot.state = "busy";
  return work();
}

async function bringIn(with_: Shepherding, slot: Slot, result: ResultFile, worker: Worker | null): Promise<TaskEnd | "behind"> {
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
    if (end.kind === "landed") noteFootprint(with_, slot, await paths);
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

function noteFootprint({ run, footprints }: Shepherding, slot: Slot, paths: readonly string[]): void {
  const made = { task: slot.task, paths, from: slot.startedAt, to: run.context.clock.monotonicMs() };
  for (const { tasks, paths: shared, declared } of overlapsWith(footprints, made)) {
    const said = declared ? "as their scopes had said" : "though their scopes did not say so";
    const message = `${tasks.join(" and ")} were worked together and both changed ${shared.join(", ")}, ${said}.`;
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

type RecordLike = ReturnType<ParallelRun["state"]["find"]>;

function endOf(slot: Slot, record: RecordLike, end: Pick<TaskEnd, "kind"> & Partial<TaskEnd>): TaskEnd {
  return {
    taskId: slot.task.id.trim(),
    title: slot.task.title,
    commit: null,
    branch: record?.branch ?? null,
    worktree: record?.workspace_path ?? null,
    salvage: record?.salvage_ref ?? null,
    reason: null,
    hint: null,
    ...end,
  };
}

/** The work is kept on its branch, in its worktree. */
function blocked(with_: Shepherding, slot: Slot, reason: string, attempts: number): TaskEnd {
  const { context, state } = with_.run;
  const record = state.patch(slot.task.id, {
    lifecycle: "blocked_push",
    step: "done",
    completed_at: formatTimestamp(context.clock.now()),
    last_error: reason,
    pid: null,
    pid_start: null,
    ...(attempts === 0 ? {} : { push_attempts: attempts }),
  });
  tell(with_, slot, "blocked", `${slot.task.id} could not be brought in: ${reason}`);
  return endOf(slot, record, { kind: "blocked", reason });
}

/** What there is goes under a salvage ref; work whose phases are finished stays as it is, for a person to decide about. */
async function failed(with_: Shepherding, slot: Slot, reason: string): Promise<TaskEnd> {
  const { run, admin } = with_;
  const record = run.state.find(slot.task.id);
  if (record === null || record.token !== slot.token) return endOf(slot, null, { kind: "failed", reason });
  if (record.lifecycle === "completed") {
    // It went wrong after the end: the work is where it belongs.
    run.context.log.warn(`${slot.task.id} is finished. ${reason}`);
    return endOf(slot, record, { kind: record.integration === "held" ? "held" : "landed", commit: record.integrated_commit ?? null });
  }
  if (arePhasesFinished(run, record)) return blocked(with_, slot, reason, 0);
  const given = await giveUpAttempt(run, admin, record, reason);
  const kind = given.lifecycle === "blocked_push" ? "blocked" : "failed";
  tell(with_, slot, kind, `${slot.task.id} failed: ${reason}`);
  return endOf(slot, given, { kind, reason: given.last_error ?? reason });
}

function tell(with_: Shepherding, slot: Slot, state: "working" | "waiting_checkout" | "blocked" | "failed", message: string): void {
  const record = with_.run.state.find(slot.task.id);
  with_.run.context.emit({
    kind: "worker_state",
    task_id: slot.task.id,
    message,
    payload: { state, branch: record?.branch ?? null, path: record?.workspace_path ?? null },
  });
}
