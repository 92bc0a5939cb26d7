import { renameSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { CueLoopError, messageOf } from "../../base/errors.ts";
import { ensureDirectory, readTextIfExists } from "../../base/files.ts";
import { requireId } from "../books.ts";
import { applyFollowups } from "../change/followups.ts";
import type { Inserted } from "../change/insert.ts";
import type { MakingRun } from "../change/made-in-run.ts";
import type { FollowupsProposal } from "../change/request.ts";
import { parseProposal } from "../change/request-text.ts";
import { isValidId, widenedNotice } from "../ids.ts";
import type { StoreContext } from "./context.ts";
import type { QueueLock } from "./lock.ts";
import { withQueue } from "./transaction.ts";

export interface FollowupsRequest {
  /** The task the proposal comes from. */
  readonly taskId: string;
  /** Another file than the task's own; absolute. */
  readonly input?: string;
  readonly dryRun?: boolean;
  /** False: fail at once when somebody holds the queue. Default true. */
  readonly wait?: boolean;
  /** Set when the agent of a run applies it, or the run itself. */
  readonly run?: MakingRun;
  /** The lock of a supervisor that applies it. */
  readonly lock?: QueueLock;
}

/** What was made, or would be: the JSON document of `task followups apply`. */
export interface FollowupsReport {
  readonly version: 1;
  readonly dry_run: boolean;
  readonly source_task_id: string;
  readonly proposal_path: string;
  readonly created_tasks: readonly {
    readonly key: string;
    readonly task_id: string;
    readonly title: string;
    readonly depends_on: readonly string[];
  }[];
}

/** Where the agent of a task leaves its proposal. */
export function proposalPath(ctx: Pick<StoreContext, "runtimeDir">, taskId: string): string {
  return join(ctx.runtimeDir, "cache", "followups", `${taskId}.json`);
}

/** The proposal in a file, null when there is no such file. Errors: `json.syntax`, `file.invalid`, `file.unreadable`. */
export function readProposal(path: string): FollowupsProposal | null {
  const text = readTextIfExists(path);
  return text === null ? null : parseProposal(text, path);
}

/**
 * Makes the tasks an agent proposed and puts the proposal away, so that it is not applied twice.
 * Errors: `queue.id_blank`, `queue.id_invalid`, `queue.proposal_missing`, `queue.proposal_kept` (the tasks were made,
 * the file is still there), those of reading the proposal, of applying it and of `withQueue`.
 */
export async function applyProposal(ctx: StoreContext, request: FollowupsRequest): Promise<FollowupsReport> {
  const taskId = checkedId(ctx, request.taskId);
  const path = request.input ?? proposalPath(ctx, taskId);
  const proposal = readProposal(path);
  if (proposal === null) throw missing(taskId, path);
  const rules = { prefix: ctx.idPrefix, width: ctx.idWidth };
  const { created, widened } = await withQueue<Pick<Inserted, "created" | "widened">>(
    ctx,
    {
      label: "task",
      operation: `task followups apply ${taskId}`,
      dryRun: request.dryRun === true,
      validateFirst: true,
      wait: request.wait !== false,
      ...(request.lock === undefined ? {} : { lock: request.lock }),
      ...(request.run === undefined ? {} : { runId: request.run.runId }),
    },
    (books, now) => {
      const applied = applyFollowups(books, proposal, taskId, { rules, now, ...(request.run === undefined ? {} : { run: request.run }) });
      return { books: applied.books, result: applied };
    },
  );
  if (widened) ctx.log.warn(widenedNotice(created.at(-1)?.task.id ?? "", rules));
  if (request.dryRun !== true) putAway(ctx, taskId, path, created.length);
  return {
    version: 1,
    dry_run: request.dryRun === true,
    source_task_id: taskId,
    proposal_path: path,
    created_tasks: created.map(({ key, task }) => ({ key, task_id: task.id, title: task.title, depends_on: task.depends_on })),
  };
}

function checkedId(ctx: StoreContext, text: string): string {
  const id = requireId(text);
  if (isValidId(id, { prefix: ctx.idPrefix, width: ctx.idWidth })) return id;
  throw new CueLoopError("queue.id_invalid", {
    message: `\`${id}\` is not a task id of this repository.`,
    hint: "`cueloop queue list --include-done` shows the ids in use.",
    where: { taskId: id },
  });
}

/** Moves the proposal among the applied ones; a file the person keeps elsewhere stays where it is. */
function putAway(ctx: StoreContext, taskId: string, path: string, made: number): void {
  const cache = join(ctx.runtimeDir, "cache");
  if (relative(cache, resolve(path)).startsWith("..")) return;
  const folder = join(cache, "followups", "applied");
  const stamp = new Date(Number(ctx.clock.now() / 1_000_000n)).toISOString().replace(/[-:.]/g, "");
  try {
    ensureDirectory(folder);
    renameSync(path, join(folder, `${taskId}-${stamp}.json`));
  } catch (error) {
    throw new CueLoopError("queue.proposal_kept", {
      message: `The ${made} proposed tasks were created, but their proposal ${path} could not be put away: ${messageOf(error)}`,
      hint: "Delete the file by hand: applying it again would create the tasks a second time.",
      where: { file: path, taskId },
    });
  }
}

function missing(taskId: string, path: string): CueLoopError {
  return new CueLoopError("queue.proposal_missing", {
    message: `There is no proposal of follow-ups for ${taskId}: ${path} does not exist.`,
    hint: "Name another file with --input.",
    where: { file: path, taskId },
  });
}
