import { existsSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { CueLoopError, messageOf } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import type { RepoContext } from "../../config/context.ts";
import { isKnownAncestor } from "../../git/ancestry.ts";
import { listRefs } from "../../git/refs/refs.ts";
import { isWorkTree } from "../../git/repository.ts";
import type { GitContext } from "../../git/run.ts";
import { readLockState } from "../../queue/store/lock.ts";
import { BlockedMarker } from "../files/blocked-marker.ts";
import { blockedMarkerPath } from "../files/paths.ts";
import { readState } from "../state/read.ts";
import type { StateFile, WorkerRecord } from "../state/record.ts";
import { readRetryRequests } from "../state/retry-request.ts";
import { BRANCH_PREFIXES } from "../worktree/names.ts";
import { type MarkerState, type StatusFacts, standingOf } from "./facts.ts";

/** Everything the status needs, read without a lock. Error: `parallel.state_unreadable`. */
export async function gatherFacts(context: RepoContext & GitContext): Promise<StatusFacts> {
  const lock = readLockState(context);
  const found = readState(context);
  if (found.kind === "corrupt") throw unreadable(found.reason);
  const state = found.kind === "none" ? null : found.state;
  const history = new History(context, await isWorkTree(context));
  const requested = new Set(readRetryRequests(context).map(({ task_id: id }) => id));
  const workers = await Promise.all(
    (state?.workers ?? []).map(async (record) => ({
      record,
      standing: standingOf(record, lock, requested),
      workspace: existsSync(record.workspace_path),
      marker: readMarker(record),
      merged: await isMerged(history, record, state?.target_branch ?? ""),
    })),
  );
  return {
    lock,
    state,
    newerVersion: found.kind === "newer" ? found.version : null,
    workers,
    unlanded: state === null ? [] : await history.unlanded(state),
    maxAttempts: context.config.parallel.max_push_attempts,
    retentionHours: context.config.parallel.workspace_retention_hours,
    now: context.clock.now(),
  };
}

/** Whether a held result is in the target, or one that landed elsewhere is in this checkout. */
async function isMerged(history: History, record: WorkerRecord, target: string): Promise<boolean> {
  if (record.integration === "held") return history.contains(target, record.branch ?? "");
  if (record.local_refresh === "pending") return history.contains("HEAD", record.integrated_commit ?? "");
  return false;
}

function readMarker({ workspace_path: workspace }: WorkerRecord): MarkerState {
  try {
    const text = readTextIfExists(blockedMarkerPath(join(workspace, ".cueloop")));
    if (text === null) return { kind: "missing" };
    const parsed = v.safeParse(BlockedMarker, JSON.parse(text));
    return parsed.success ? { kind: "present", marker: parsed.output } : { kind: "unreadable", problem: parsed.issues[0].message };
  } catch (error) {
    return { kind: "unreadable", problem: messageOf(error).replace(/\.$/, "") };
  }
}

/** Questions to git, which has no answers outside a repository. */
class History {
  readonly #context: GitContext;
  readonly #isRepository: boolean;

  constructor(context: GitContext, isRepository: boolean) {
    this.#context = context;
    this.#isRepository = isRepository;
  }

  /** Whether `commit` is `tip` or an ancestor of it; false where either does not exist. */
  async contains(tip: string, commit: string): Promise<boolean> {
    if (!this.#isRepository || tip === "" || commit === "") return false;
    return isKnownAncestor(this.#context, commit, tip);
  }

  /** Branches of tasks that no record knows, with commits that the target lacks. */
  async unlanded({ workers, target_branch: target }: StateFile): Promise<string[]> {
    if (!this.#isRepository || target === "") return [];
    const known = new Set(workers.flatMap(({ branch, task_id: id }) => [branch, ...BRANCH_PREFIXES.map((prefix) => `${prefix}${id}`)]));
    const refs = (await Promise.all(BRANCH_PREFIXES.map((prefix) => listRefs(this.#context, `refs/heads/${prefix}`)))).flat();
    const names = refs.map(({ name }) => name.slice("refs/heads/".length)).filter((name) => !known.has(name));
    const landed = await Promise.all(names.map((name) => this.contains(target, name)));
    return names.filter((_, index) => landed[index] === false);
  }
}

function unreadable(reason: string): CueLoopError {
  return new CueLoopError("parallel.state_unreadable", {
    message: `The state of the parallel workers cannot be read: ${reason}`,
    hint: "The next loop with parallel workers keeps the file under another name and makes a new one of what the worktrees tell.",
  });
}
