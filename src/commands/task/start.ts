import { Command, Option } from "clipanion";
import { startTask } from "../../queue/change/lifecycle.ts";
import { statusesOf, unmetDependencies } from "../../queue/runnability.ts";
import { describeUnmet } from "../../queue/selection.ts";
import { withQueue } from "../../queue/store/transaction.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openRepo } from "../frame/repo.ts";
import type { Session } from "../frame/session.ts";
import { noWaitOption } from "../line/no-wait.ts";

export default class TaskStartCommand extends BaseCommand {
  static override paths = [["task", "start"]];
  static override readonly kind = "write";
  static override usage = Command.Usage({
    category: "Tasks",
    description: "Begin a task by hand: its status becomes doing.",
    details: "For work a person does. A run takes its tasks itself. Unfinished dependencies are named, not enforced.",
    examples: [
      ["Begin a task", "cueloop task start RQ-0001"],
      ["Begin it anew, with a new start time", "cueloop task start RQ-0001 --reset"],
    ],
  });

  id = Option.String({ name: "TASK_ID" });
  reset = Option.Boolean("--reset", false, { description: "Set the start time anew." });
  noWait = noWaitOption();

  override async run(session: Session): Promise<ExitCode> {
    const repo = await openRepo(session);
    const { task, changed, unmet } = await withQueue(
      repo,
      { label: "task", operation: `task start ${this.id.trim()}`, validateFirst: true, wait: !this.noWait },
      (books, now) => {
        const started = startTask(books, this.id, { now, reset: this.reset });
        return { books: started.books, result: { ...started, unmet: unmetDependencies(started.task, statusesOf(books)) } };
      },
    );
    const id = task.id.trim();
    if (!changed)
      await session.print(`${id} was started at ${task.started_at ?? "an unknown time"}; nothing changed. --reset starts it anew.`);
    else {
      if (unmet.length > 0) repo.log.warn(`${id} depends on what is not finished: ${unmet.map(describeUnmet).join(", ")}.`);
      await session.print(`${id}\t${task.status}`);
    }
    return 0;
  }
}
