import { resolve } from "node:path";
import { Command, Option } from "clipanion";
import { commonDir, requireWorkTree } from "../../git/repository.ts";
import { recoverWork } from "../../parallel/leftovers/recover.ts";
import { AdminLock } from "../../parallel/worktree/admin-lock.ts";
import { recoveredText } from "../../ui/views/worktree.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openRepo } from "../frame/repo.ts";
import type { Session } from "../frame/session.ts";

export default class WorktreeRecoverCommand extends BaseCommand {
  static override paths = [["worktree", "recover"]];
  static override readonly kind = "write";
  static override usage = Command.Usage({
    category: "Run",
    description: "Get the kept work of a task into a worktree of its own.",
    details:
      "On a new branch `recovered/<TASK_ID>`; what was not committed is not committed then either. The newest salvage ref of the task is taken, else its branch. Nothing that is there is touched: no worktree, no branch, no queue file.",
    examples: [
      ["The newest that is kept", "cueloop worktree recover RQ-0007"],
      ["Somewhere else", "cueloop worktree recover RQ-0007 --into ../look"],
    ],
  });

  id = Option.String({ name: "TASK_ID" });
  ref = Option.String("--ref", {
    description: "REF: Which salvage ref; the last part of its name is enough. Any other revision works too.",
  });
  into = Option.String("--into", { description: "DIR: Where to; beside the other worktrees by default." });

  override async run(session: Session): Promise<ExitCode> {
    const repo = await openRepo(session);
    await requireWorkTree(repo);
    const admin = new AdminLock(repo, await commonDir(repo));
    const into = this.into === undefined ? null : resolve(repo.cwd, this.into);
    const recovered = await recoverWork(repo, admin, { taskId: this.id.trim(), ref: this.ref?.trim() ?? null, into });
    await session.print(recoveredText(recovered, session.color));
    return 0;
  }
}
