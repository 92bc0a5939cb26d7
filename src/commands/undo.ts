import { Command, Option } from "clipanion";
import { CueLoopError } from "../base/errors.ts";
import type { RepoContext } from "../config/context.ts";
import { waitForQueueLock } from "../queue/store/lock.ts";
import { listSnapshots, planRestore, type RestorePlan, restoreSnapshot, UNDO_LABEL } from "../queue/store/undo.ts";
import { alsoLostText, restoredText, restorePreviewText, snapshotListText } from "../ui/views/undo.ts";
import { BaseCommand, type ExitCode } from "./frame/base.ts";
import { openRepo } from "./frame/repo.ts";
import type { Session } from "./frame/session.ts";
import { noWaitOption } from "./line/no-wait.ts";
import { oneOf } from "./line/usage.ts";

export default class UndoCommand extends BaseCommand {
  static override paths = [["undo"]];
  static override readonly kind = "write";
  static override usage = Command.Usage({
    category: "Queue",
    description: "Take back the last change of the queue.",
    details:
      "Restores both files as they were before an operation, the newest one without --id, and uses that snapshot up; undoing again goes further back. What it replaces is kept in a file it names. Nothing outside the two files is touched.",
    examples: [
      ["The snapshots", "cueloop undo --list"],
      ["See what taking back the last change does", "cueloop undo --dry-run"],
      ["Take it back", "cueloop undo"],
      ["Go back to before the second to last", "cueloop undo --id 2"],
    ],
  });

  id = Option.String("-i,--id", { description: "ID: Which snapshot: its id, its number in the list, or the beginning of its id." });
  list = Option.Boolean("--list", false, { description: "Show the snapshots, newest first." });
  dryRun = Option.Boolean("--dry-run", false, { description: "Show what would change, write nothing." });
  yes = Option.Boolean("--yes", false, { description: "Also take back later changes of other tasks, without a question." });
  format = Option.String("--format", "text", { description: "text|json: How to print the result, text by default." });
  noWait = noWaitOption();

  override async run(session: Session): Promise<ExitCode> {
    const json = oneOf("--format", this.format, ["text", "json"]) === "json";
    const repo = await openRepo(session);
    if (this.list) {
      const entries = listSnapshots(repo);
      if (json) await session.printJson({ version: 1, dry_run: true, restored: false, result: entries });
      else await session.print(snapshotListText(entries, session.color));
      return 0;
    }
    using _lock = await waitForQueueLock(repo, UNDO_LABEL, { wait: !this.noWait });
    const plan = planRestore(repo, { id: this.id ?? null, dryRun: this.dryRun });
    if (this.dryRun) {
      if (json) await session.printJson(restoreDocument(plan, true));
      else await session.print(restorePreviewText(plan, session.color));
      return 0;
    }
    if (!(await this.#isAccepted(session, repo, plan))) return 0;
    const { redoPath } = restoreSnapshot(repo, plan);
    if (json) await session.printJson({ ...restoreDocument(plan, false), redo_path: redoPath });
    else await session.print(restoredText(plan, redoPath, { color: session.color, verbose: this.globals.verbose }));
    return 0;
  }

  /** Whether later changes of other tasks may go as well; asks where somebody can answer. */
  async #isAccepted(session: Session, repo: RepoContext, plan: RestorePlan): Promise<boolean> {
    if (plan.alsoLost.length === 0 || this.yes) return true;
    const { stdin, stdout } = session.options.isTerminal;
    if (!stdin || !stdout) {
      throw new CueLoopError("queue.undo_overwrites", {
        message: alsoLostText(plan),
        hint: "Nothing was changed. `cueloop undo --dry-run` shows all of it; `--yes` restores nevertheless, and what it replaces is kept.",
      });
    }
    await session.note(alsoLostText(plan));
    const { confirm } = await import("../ui/questions/ask.ts");
    if (await confirm("Restore nevertheless?", false)) return true;
    repo.log.info("Cancelled; nothing was changed.");
    return false;
  }
}

function restoreDocument(plan: RestorePlan, dryRun: boolean): object {
  const { id, operation, timestamp, tasksAffected, effect, alsoLost } = plan;
  return {
    version: 1,
    dry_run: dryRun,
    restored: !dryRun,
    result: { snapshot_id: id, operation, timestamp, tasks_affected: tasksAffected },
    changes: effect,
    also_lost: alsoLost,
  };
}
