import { CueLoopError } from "../../base/errors.ts";
import type { BlockingState } from "../blocking.ts";
import type { ClaimHolder } from "./content.ts";

/** Another run works the task. Code `run.claimed`. */
export class ClaimedError extends CueLoopError {
  readonly holder: ClaimHolder;
  readonly taskId: string;

  constructor(holder: ClaimHolder, taskId: string) {
    super("run.claimed", {
      message: `${taskId} is being worked by another run: ${holderText(holder)}.`,
      hint: `Wait until it has ended, or take another task. If that run is surely gone, remove its claim: ${holder.path}`,
      where: { taskId, file: holder.path },
    });
    this.holder = holder;
    this.taskId = taskId;
  }
}

/** The error of a task whose claim another run holds: names label, pid, host and checkout. */
export function claimHeld(holder: ClaimHolder, taskId: string): CueLoopError {
  return new ClaimedError(holder, taskId);
}

/**
 * The state in which a claim of another run leaves the queue.
 * @param observedAt RFC 3339, UTC
 */
export function claimBlocking(holder: ClaimHolder, taskId: string, observedAt: string): BlockingState {
  return {
    status: "stalled",
    reason: {
      kind: "lock_blocked",
      lock_path: holder.path,
      owner: holder.label,
      ...(holder.pid === null ? {} : { owner_pid: holder.pid }),
    },
    task_id: taskId,
    message: `${taskId} is being worked by another run.`,
    detail: `It is ${holderText(holder)}. Wait until it has ended.`,
    observed_at: observedAt,
  };
}

/** `` `run one` (pid 17 on atlas, since …) in /home/ada/shop ``, as far as it is known. */
export function holderText({ label, pid, host, root, startedAt }: ClaimHolder): string {
  if (pid === null) return "one whose claim cannot be read";
  const since = startedAt === "unknown" ? "" : `, since ${startedAt}`;
  return `\`${label}\` (pid ${pid}${host === null ? "" : ` on ${host}`}${since})${root === null ? "" : ` in ${root}`}`;
}
