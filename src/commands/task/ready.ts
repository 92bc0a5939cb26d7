import { Command, Option } from "clipanion";
import { readyTask } from "../../queue/change/lifecycle.ts";
import { withQueue } from "../../queue/store/transaction.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openRepo } from "../frame/repo.ts";
import type { Session } from "../frame/session.ts";
import { noWaitOption } from "../line/no-wait.ts";

export default class TaskReadyCommand extends BaseCommand {
  static override paths = [["task", "ready"]];
  static override readonly kind = "write";
  static override usage = Command.Usage({
    category: "Tasks",
    description: "Make a draft ready to be run.",
    examples: [
      ["The draft becomes todo", "cueloop task ready RQ-0003"],
      ["With a note", 'cueloop task ready RQ-0003 --note "Scope agreed with the team"'],
    ],
  });

  id = Option.String({ name: "TASK_ID" });
  note = Option.String("--note", { description: "TEXT: Add this note to the task." });
  noWait = noWaitOption();

  override async run(session: Session): Promise<ExitCode> {
    const repo = await openRepo(session);
    const { note } = this;
    const task = await withQueue(
      repo,
      { label: "task", operation: `task ready ${this.id.trim()}`, validateFirst: true, wait: !this.noWait },
      (books, now) => {
        const changed = readyTask(books, this.id, { now, redact: repo.redact, ...(note === undefined ? {} : { note }) });
        return { books: changed.books, result: changed.task };
      },
    );
    repo.log.info(`${task.id.trim()} is ready: draft -> ${task.status}.`);
    return 0;
  }
}
