import { Command, Option } from "clipanion";
import { logWarnings } from "../../queue/store/read.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openBooks } from "../frame/books.ts";
import { liveWorkers } from "../frame/live-workers.ts";
import type { Session } from "../frame/session.ts";
import { oneOf } from "../line/usage.ts";
import { printTask, taskById } from "../task/show-task.ts";

export default class QueueShowCommand extends BaseCommand {
  static override paths = [["queue", "show"]];
  static override readonly kind = "read";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Queue",
    description: "Show one task, active or done.",
    details:
      "The text format is for people: it ends with whether a done task is verified, its gate having passed on exactly the tree that was committed, or only claimed.",
    examples: [
      ["As JSON, as the queue file holds it", "cueloop queue show RQ-0001"],
      ["Laid out to read, with its evidence", "cueloop queue show RQ-0001 --format text"],
    ],
  });

  id = Option.String({ name: "TASK_ID" });
  format = Option.String("--format", "json", { description: "json|compact|text: How to print it, json by default." });
  validate = Option.Boolean("--validate", false, { description: "Show the warnings of the validation too." });

  override async run(session: Session): Promise<ExitCode> {
    const format = oneOf("--format", this.format, ["json", "compact", "text"]);
    const opened = await openBooks(session, { quiet: true });
    if (this.validate) logWarnings(opened.repo, opened.books.warnings);
    const task = taskById(opened, this.id);
    if (format !== "text") await printTask(session, task, format);
    else {
      const [{ judgeEvidence }, { taskText }, { workerText }] = await Promise.all([
        import("../../run/gate/verdict.ts"),
        import("../../ui/views/task.ts"),
        import("../../ui/worker-mark.ts"),
      ]);
      const [verdict, workers] = await Promise.all([judgeEvidence(opened.repo, task), liveWorkers(opened.repo)]);
      const record = workers.get(task.id.trim());
      const worker = record === undefined ? null : workerText(record);
      await session.print(taskText(task, { color: session.color, verdict, worker }));
    }
    return 0;
  }
}
