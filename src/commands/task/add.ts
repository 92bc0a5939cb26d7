import { Command, Option } from "clipanion";
import { addTask, type NewTask } from "../../queue/change/add.ts";
import { widenedNotice } from "../../queue/ids.ts";
import { withQueue } from "../../queue/store/transaction.ts";
import { type Task, TaskPriority } from "../../queue/task.ts";
import { sanitiseLine } from "../../ui/sanitise.ts";
import type { TaskForm } from "../../ui/task-form.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openRepo } from "../frame/repo.ts";
import type { Session } from "../frame/session.ts";
import { readStdin } from "../line/input.ts";
import { noWaitOption } from "../line/no-wait.ts";
import { oneOf, usageProblem } from "../line/usage.ts";

export default class TaskAddCommand extends BaseCommand {
  static override paths = [["task", "add"]];
  static override readonly kind = "write";
  static override usage = Command.Usage({
    category: "Tasks",
    description: "Add one task.",
    details: "It goes to the end of the queue unless --first is given. Several tasks at once: `cueloop task insert`.",
    examples: [
      ["A title is enough", 'cueloop task add "Retry card refunds"'],
      [
        "With more said, after another task",
        'cueloop task add Retry card refunds -p high -t net --plan "Reproduce" --plan "Fix" --after RQ-0001',
      ],
      ["A draft, described on stdin", 'echo "Three retries at most." | cueloop task add "Retry card refunds" --draft -d -'],
    ],
  });

  title = Option.Rest({ name: "TITLE" });
  description = Option.String("-d,--description", { description: "TEXT: What is to be done; `-` reads it from stdin." });
  priority = Option.String("-p,--priority", "medium", { description: "critical|high|medium|low: How urgent, medium by default." });
  tags = Option.Array("-t,--tag", [], { description: "TAG: A tag; repeatable." });
  scope = Option.Array("--scope", [], { description: "PATH: A path the work is about; repeatable." });
  plan = Option.Array("--plan", [], { description: "TEXT: A step of the plan; repeatable." });
  after = Option.Array("--after", [], { description: "ID: A task that must be finished first; repeatable." });
  draft = Option.Boolean("--draft", false, { description: "A draft, which no run takes until it is made ready." });
  first = Option.Boolean("--first", false, { description: "Before all waiting tasks." });
  edit = Option.Boolean("--edit", false, { description: "Fill in the task in your editor ($VISUAL, $EDITOR or vi)." });
  format = Option.String("--format", "text", { description: "text|json: How to print the result, text by default." });
  noWait = noWaitOption();

  override async run(session: Session): Promise<ExitCode> {
    const format = oneOf("--format", this.format, ["text", "json"]);
    const priority = oneOf("--priority", this.priority, TaskPriority.options);
    if (this.title.length === 0 && !this.edit) throw usageProblem("task add needs a title.", 'cueloop task add "Retry card refunds"');
    const repo = await openRepo(session);
    const add = async (wanted: NewTask): Promise<Task> => {
      const rules = { prefix: repo.idPrefix, width: repo.idWidth };
      const added = await withQueue(repo, { label: "task", validateFirst: true, wait: !this.noWait }, (books, now) => {
        const result = addTask(books, wanted, { rules, now });
        return { books: result.books, result, operation: `task add ${result.task.id}` };
      });
      if (added.widened) repo.log.warn(widenedNotice(added.task.id, rules));
      return added.task;
    };
    const typed: TaskForm = {
      title: this.title.join(" "),
      description: await this.#description(session),
      priority,
      tags: this.tags,
      scope: this.scope,
      plan: this.plan,
      after: this.after,
      draft: this.draft,
    };
    const task = this.edit
      ? await (await import("./editing.ts")).withEditedForm(session, typed, (form) => add(newTask(form, this.first)))
      : await add(newTask(typed, this.first));
    if (format === "json") await session.printJson({ version: 1, task });
    else await session.print(`${task.id}\t${sanitiseLine(task.title)}`);
    return 0;
  }

  async #description(session: Session): Promise<string | null> {
    const text =
      this.description === "-" ? await readStdin(session, "Pipe the description in, or give it as -d TEXT.") : (this.description ?? "");
    return text.trim() === "" ? null : text.trim();
  }
}

function newTask({ description, ...form }: TaskForm, first: boolean): NewTask {
  return { ...form, first, ...(description === null ? {} : { description }) };
}
