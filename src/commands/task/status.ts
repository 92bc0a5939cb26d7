import { Command, Option } from "clipanion";
import type { RepoContext } from "../../config/context.ts";
import { completeSeveral, type Selection, selectedIds, setStatuses } from "../../queue/change/several.ts";
import { isTerminal, type TerminalStatus } from "../../queue/status.ts";
import { withQueue } from "../../queue/store/transaction.ts";
import { TaskStatus } from "../../queue/task.ts";
import { sanitise } from "../../ui/sanitise.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openRepo } from "../frame/repo.ts";
import type { Session } from "../frame/session.ts";
import { noWaitOption } from "../line/no-wait.ts";
import { oneOf, usageProblem } from "../line/usage.ts";

export default class TaskStatusCommand extends BaseCommand {
  static override paths = [["task", "status"]];
  static override readonly kind = "write";
  static override usage = Command.Usage({
    category: "Tasks",
    description: "Set the status of tasks.",
    details:
      "draft, todo and doing: all tasks or none. done and rejected: each task that is todo or doing is finished and moved to the done file; one that cannot be does not stop the others, and the exit code is 1.",
    examples: [
      ["Back to the queue", "cueloop task status todo RQ-0001 RQ-0002"],
      ["All tasks with a tag", "cueloop task status draft --tag-filter later"],
      ["Finished, with a note", 'cueloop task status done RQ-0001 --note "Done by hand"'],
    ],
  });

  status = Option.String({ name: "draft|todo|doing|done|rejected" });
  ids = Option.Rest({ name: "TASK_ID" });
  note = Option.String("--note", { description: "TEXT: Add this note to each task." });
  tags = Option.Array("--tag-filter", [], { description: "TAG: All active tasks with this tag; repeatable, not with ids." });
  noWait = noWaitOption();

  override async run(session: Session): Promise<ExitCode> {
    const status = oneOf("task status", this.status, TaskStatus.options);
    if (this.ids.length > 0 && this.tags.length > 0) throw usageProblem("Conflicting flags: give task ids or --tag-filter, not both.");
    const repo = await openRepo(session);
    const selection = { ids: this.ids, tags: this.tags };
    if (isTerminal(status)) return this.#complete(session, repo, selection, status);
    const { note } = this;
    const tasks = await withQueue(repo, { label: this.#label(), validateFirst: true, wait: !this.noWait }, (books, now) => {
      const ids = selectedIds(books, selection);
      const changed = setStatuses(books, ids, status, { now, redact: repo.redact, ...(note === undefined ? {} : { note }) });
      return { books: changed.books, result: changed.tasks, operation: `task status ${status} ${ids.join(" ")}` };
    });
    const lines = [`Status set to ${status}:`, ...tasks.map((task) => `  ✓ ${task.id.trim()}`), `${tasks.length} updated.`];
    await session.print(sanitise(lines.join("\n")));
    return 0;
  }

  async #complete(session: Session, repo: RepoContext, selection: Selection, outcome: TerminalStatus): Promise<ExitCode> {
    const notes = this.note === undefined ? [] : [this.note];
    const results = await withQueue(repo, { label: this.#label(), validateFirst: true, wait: !this.noWait }, (books, now) => {
      const ids = selectedIds(books, selection);
      const completed = completeSeveral(books, ids, outcome, { now, notes, redact: repo.redact });
      return { books: completed.books, result: completed.results, operation: `task status ${outcome} ${ids.join(" ")}` };
    });
    const failed = results.filter(({ error }) => error !== null).length;
    if (failed === 0) {
      await session.print(sanitise(`Marked ${outcome}: ${results.map(({ id }) => id).join(", ")}`));
      return 0;
    }
    const lines = results.map(({ id, error }) => (error === null ? `  ✓ ${id}` : `  ✗ ${id}: ${error.message}`));
    await session.print(sanitise([`Marked ${outcome}:`, ...lines, `${results.length - failed} of ${results.length} done.`].join("\n")));
    await session.note(`Error: ${failed} of ${results.length} tasks could not be marked ${outcome}.`);
    return 1;
  }

  /** Named tasks may be changed while a run holds the queue; a choice by tag is about the whole queue. */
  #label(): string {
    return this.tags.length > 0 ? "task status" : "task";
  }
}
