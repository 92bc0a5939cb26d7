import { Command, Option } from "clipanion";
import { requireWorkTree } from "../../git/repository.ts";
import { type WorktreeRow, worktreeOverview } from "../../parallel/leftovers/overview.ts";
import { worktreeListText } from "../../ui/views/worktree.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openRepo } from "../frame/repo.ts";
import type { Session } from "../frame/session.ts";
import { oneOf } from "../line/usage.ts";

export default class WorktreeListCommand extends BaseCommand {
  static override paths = [["worktree", "list"]];
  static override readonly kind = "read";
  static override usage = Command.Usage({
    category: "Run",
    description: "List the worktrees, branches and salvaged work of tasks.",
    details:
      "Those of running workers and those that were left over, of every checkout of this repository. What counts is what git knows: the locks of the worktrees, the branches below `cueloop/`, the refs below `refs/cueloop/salvage/`. Exit code 1 when the state of a checkout cannot be read.",
    examples: [
      ["All of them", "cueloop worktree list"],
      ["As JSON, for a program", "cueloop worktree list --format json"],
    ],
  });

  format = Option.String("--format", "text", { description: "text|json: How to print, text by default." });

  override async run(session: Session): Promise<ExitCode> {
    const json = oneOf("--format", this.format, ["text", "json"]) === "json";
    const repo = await openRepo(session);
    await requireWorkTree(repo);
    const { rows, problems } = await worktreeOverview(repo);
    if (json) await session.printJson({ version: 1, worktrees: rows.map(rowDocument) });
    else await session.print(worktreeListText(rows, repo.clock.now(), session.color));
    for (const problem of problems) repo.log.error(problem);
    return problems.length === 0 ? 0 : 1;
  }
}

function rowDocument(row: WorktreeRow): object {
  return {
    task_id: row.taskId,
    branch: row.branch,
    path: row.path,
    state: row.state,
    ahead: row.ahead,
    dirty: row.dirty,
    untracked: row.untracked,
    created_at: row.createdAt,
    salvage: row.salvage.map(({ ref, createdAt, commit }) => ({ ref, created_at: createdAt, commit })),
    bytes: row.bytes,
  };
}
