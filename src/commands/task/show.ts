import { Command, Option } from "clipanion";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openBooks } from "../frame/books.ts";
import type { Session } from "../frame/session.ts";
import { oneOf } from "../line/usage.ts";
import { printTask, taskById } from "./show-task.ts";

export default class TaskShowCommand extends BaseCommand {
  static override paths = [
    ["task", "show"],
    ["task", "details"],
  ];
  static override readonly kind = "read";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Tasks",
    description: "Show one task, active or done.",
    details: "For a layout to read, with the evidence of a done task, see `cueloop queue show --format text`.",
    examples: [
      ["As JSON, as the queue file holds it", "cueloop task show RQ-0001"],
      ["As one line: id, status, priority, title", "cueloop task show RQ-0001 --format compact"],
    ],
  });

  id = Option.String({ name: "TASK_ID" });
  format = Option.String("--format", "json", { description: "json|compact: How to print it, json by default." });

  override async run(session: Session): Promise<ExitCode> {
    const format = oneOf("--format", this.format, ["json", "compact"]);
    await printTask(session, taskById(await openBooks(session), this.id), format);
    return 0;
  }
}
