import { systemClock } from "../../src/base/clock.ts";
import { loadRepo } from "../../src/config/resolve.ts";
import { commonDir } from "../../src/git/repository.ts";
import { AdminLock } from "../../src/parallel/worktree/admin-lock.ts";
import type { WorktreeContext } from "../../src/parallel/worktree/context.ts";
import { createWorktree, type NewWorktree } from "../../src/parallel/worktree/create.ts";
import { Repository } from "./repository.ts";

/** A repository with one commit, ready to have worktrees. */
export interface Place extends Disposable {
  readonly repo: Repository;
  readonly ctx: WorktreeContext;
  readonly admin: AdminLock;
  /** Full id of the first commit. */
  readonly base: string;
  readonly warnings: string[];
  /** Makes the worktree of a task; `path` is below the default workspace root. */
  create(taskId: string, options?: Partial<NewWorktree>): Promise<NewWorktree>;
  /** Runs git in a directory. */
  git(directory: string, ...args: string[]): string;
}

export async function place(files: Readonly<Record<string, string>> = { "a.txt": "one\n" }, root?: string): Promise<Place> {
  const repo = new Repository();
  repo.write({ ".gitignore": ".env*\nignored/\n.cueloop/cache/\n.cueloop/lock/\n", ...files });
  repo.commit("first");
  const warnings: string[] = [];
  const log = { error() {}, warn: (text: string) => void warnings.push(text), info() {}, debug() {} };
  const { signal } = new AbortController();
  const base = { env: repo.env, cwd: root ?? repo.root, clock: systemClock(), log, signal, redact: (text: string) => text };
  const ctx: WorktreeContext = await loadRepo(base, { kind: "read", insideRun: null });
  const admin = new AdminLock(ctx, await commonDir(ctx));
  const head = repo.git("rev-parse", "HEAD").trim();
  const git = (directory: string, ...args: string[]) => repo.git("-C", directory, ...args);
  const create = async (taskId: string, options: Partial<NewWorktree> = {}) => {
    const path = `${repo.base}/.workspaces/repo/parallel/${taskId}`;
    const worktree = { taskId, runId: "run-1", path, branch: `cueloop/${taskId}`, base: head, ...options };
    await createWorktree(ctx, admin, worktree);
    return worktree;
  };
  return { repo, ctx, admin, base: head, warnings, create, git, [Symbol.dispose]: () => repo[Symbol.dispose]() };
}
