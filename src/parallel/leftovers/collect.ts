import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { type Instant, parseTimestamp } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { isAncestor } from "../../git/ancestry.ts";
import { deleteRef } from "../../git/refs/refs.ts";
import type { AdminLock } from "../worktree/admin-lock.ts";
import type { WorktreeContext } from "../worktree/context.ts";
import { dropWorktree, removeBranch } from "../worktree/remove.ts";
import { salvage } from "../worktree/salvage.ts";
import { type Overview, type WorktreeRow, worktreeOverview } from "./overview.ts";
import type { Salvaged } from "./salvaged.ts";

/** What would be, or was, removed. */
export type Removal =
  | { readonly kind: "worktree"; readonly row: WorktreeRow & { readonly path: string } }
  | { readonly kind: "branch"; readonly taskId: string; readonly branch: string }
  | { readonly kind: "ref"; readonly salvaged: Salvaged; readonly why: "old" | "in the target" };

/** Something left over that stays. */
export interface Kept {
  readonly row: WorktreeRow;
  readonly why: string;
}

export interface CollectPlan {
  readonly removals: readonly Removal[];
  readonly kept: readonly Kept[];
  readonly problems: readonly string[];
}

export interface CollectOptions {
  /** Salvage refs older than this many milliseconds go. */
  readonly olderThanMs: number;
}

/** What a collection would remove now: left-over worktrees and merged branches of dead runs, and salvage refs that are old or merged. */
export async function planCollection(ctx: WorktreeContext, { olderThanMs }: CollectOptions): Promise<CollectPlan> {
  const overview = await worktreeOverview(ctx);
  const removals: Removal[] = [];
  const kept: Kept[] = [];
  for (const row of overview.rows) {
    if (row.state !== "left over") continue;
    const why = reasonToKeep(row, overview);
    if (why !== null) kept.push({ row, why });
    else if (row.path !== null) removals.push({ kind: "worktree", row: { ...row, path: row.path } });
    else if (row.branch !== null) removals.push({ kind: "branch", taskId: row.taskId, branch: row.branch });
  }
  const refs = new Map(overview.rows.flatMap(({ salvage: refsOfTask }) => refsOfTask.map((one) => [one.ref, one] as const)));
  for (const salvaged of refs.values()) {
    if (overview.target !== null && (await isAncestor(ctx, salvaged.commit, overview.target)))
      removals.push({ kind: "ref", salvaged, why: "in the target" });
    else if (isOlder(salvaged, ctx.clock.now(), olderThanMs)) removals.push({ kind: "ref", salvaged, why: "old" });
  }
  return { removals, kept, problems: overview.problems };
}

/** Why a left-over worktree or branch is not removed; null when it is, or when there is neither. */
function reasonToKeep(row: WorktreeRow, { problems }: Overview): string | null {
  if (row.path === null && row.branch === null) return null;
  if (problems.length > 0) return "a state file cannot be read, so whose it is cannot be told";
  if (row.path !== null && !existsSync(dirname(row.path))) return `${dirname(row.path)} is not there: is its volume mounted?`;
  if (row.nested.length > 0) return `git cannot keep the repositories inside it: ${row.nested.join(", ")}`;
  if (row.goesOn) return "its phases are finished; the next parallel run goes on with it";
  if (row.path === null && row.ahead > 0) return `its ${row.ahead} ${row.ahead === 1 ? "commit is" : "commits are"} not in the target`;
  return null;
}

function isOlder({ createdAt }: Salvaged, now: Instant, limitMs: number): boolean {
  const created = parseTimestamp(createdAt);
  return created !== null && now - created.instant > BigInt(limitMs) * 1_000_000n;
}

export interface Collected {
  readonly removed: readonly { readonly removal: Removal; readonly salvageRef: string | null }[];
  readonly failed: readonly { readonly removal: Removal; readonly reason: string }[];
}

/**
 * Removes what a plan says, as far as it still holds under the admin lock. The whole state of a worktree goes under a
 * salvage ref first. What cannot be removed is told, and the rest goes on.
 */
export async function collect(ctx: WorktreeContext, admin: AdminLock, plan: CollectPlan, options: CollectOptions): Promise<Collected> {
  return admin.run(async () => {
    const wanted = new Set(plan.removals.map(nameOf));
    const removed: { removal: Removal; salvageRef: string | null }[] = [];
    const failed: { removal: Removal; reason: string }[] = [];
    for (const removal of (await planCollection(ctx, options)).removals) {
      if (!wanted.has(nameOf(removal))) continue;
      ctx.signal.throwIfAborted();
      try {
        removed.push({ removal, salvageRef: await removeOne(ctx, admin, removal) });
      } catch (error) {
        failed.push({ removal, reason: messageOf(error) });
      }
    }
    return { removed, failed };
  });
}

function nameOf(removal: Removal): string {
  if (removal.kind === "ref") return `ref ${removal.salvaged.ref}`;
  return removal.kind === "worktree" ? `worktree ${removal.row.path}` : `branch ${removal.branch}`;
}

async function removeOne(ctx: WorktreeContext, admin: AdminLock, removal: Removal): Promise<string | null> {
  if (removal.kind === "ref") {
    await deleteRef(ctx, removal.salvaged.ref, removal.salvaged.commit);
    return null;
  }
  if (removal.kind === "branch") {
    await removeBranch(ctx, admin, { name: removal.branch, tip: null });
    return null;
  }
  const { taskId, path, worktree } = removal.row;
  // An agent may have checked out a branch of its own; that one is nobody's to delete.
  const branch = worktree?.note?.branch ?? removal.row.branch;
  const ref = await salvage(ctx, { taskId, path, base: null, branch, seeded: worktree?.note?.seeded ?? [] });
  await dropWorktree(ctx, admin, { path, branch: branch === null ? null : { name: branch, tip: null } });
  return ref;
}
