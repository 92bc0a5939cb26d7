import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { writeAtomic } from "../../base/files.ts";
import { readJson } from "../../base/json/read.ts";
import type { RepoContext } from "../../config/context.ts";

/** A person's wish, told to a coordinator that holds the queue lock, that a task be taken up again. */
export const RetryRequest = v.object({
  version: v.literal(1),
  task_id: v.string(),
  /** Start over instead of going on with the branch. */
  restart: v.boolean(),
  /** A remark for the agent. */
  message: v.nullable(v.string()),
  /** RFC 3339, UTC. */
  requested_at: v.string(),
});
export type RetryRequest = v.InferOutput<typeof RetryRequest>;

type Place = Pick<RepoContext, "runtimeDir">;

/** `.cueloop/cache/parallel/retry/<TASK_ID>.json`; a later request for the same task takes its place. */
export function retryRequestPath({ runtimeDir }: Place, taskId: string): string {
  return join(folder({ runtimeDir }), `${encodeURIComponent(taskId)}.json`);
}

/** Leaves a request for the coordinator. Error: `file.unwritable`. */
export function writeRetryRequest(place: Place, request: RetryRequest): void {
  writeAtomic(retryRequestPath(place, request.task_id), `${JSON.stringify(request, null, 2)}\n`, { mode: 0o600 });
}

/** The requests nobody has taken yet, by task id; files that are none are passed over. */
export function readRetryRequests(place: Place): readonly RetryRequest[] {
  return names(place)
    .map((name) => readJson(RetryRequest, join(folder(place), name)))
    .filter((request) => request !== null);
}

/** Takes a request away, after its wish is in the state file. */
export function consumeRetryRequest(place: Place, taskId: string): void {
  rmSync(retryRequestPath(place, taskId), { force: true });
}

function folder({ runtimeDir }: Place): string {
  return join(runtimeDir, "cache", "parallel", "retry");
}

function names(place: Place): string[] {
  try {
    return readdirSync(folder(place))
      .filter((name) => name.endsWith(".json"))
      .sort();
  } catch {
    return [];
  }
}
