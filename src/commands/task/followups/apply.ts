import { Command, Option } from "clipanion";
import { applyProposal } from "../../../queue/store/followups.ts";
import { makingRun } from "../../../run/session/making-run.ts";
import { sanitiseLine } from "../../../ui/sanitise.ts";
import { BaseCommand, type ExitCode } from "../../frame/base.ts";
import { openRepo } from "../../frame/repo.ts";
import type { Session } from "../../frame/session.ts";
import { inputPath } from "../../line/input.ts";
import { noWaitOption } from "../../line/no-wait.ts";
import { oneOf, usageProblem } from "../../line/usage.ts";

export default class TaskFollowupsApplyCommand extends BaseCommand {
  static override paths = [["task", "followups", "apply"]];
  static override readonly kind = "write";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Tasks",
    description: "Add the follow-up tasks an agent proposed.",
    details:
      "Reads `.cueloop/cache/followups/<ID>.json`, makes all tasks of it or none, and puts the file away, so that it is not applied twice. A run does this itself when it finishes the task.",
    examples: [
      ["See what was proposed", "cueloop task followups apply --task RQ-0001 --dry-run"],
      ["Add it", "cueloop task followups apply --task RQ-0001"],
    ],
  });

  task = Option.String("--task", { description: "ID: The task the proposal comes from." });
  input = Option.String("--input", { description: "PATH: Read this file instead." });
  dryRun = Option.Boolean("--dry-run", false, { description: "Check and show, write nothing." });
  format = Option.String("--format", "text", { description: "text|json: How to print the result, text by default." });
  noWait = noWaitOption();

  override async run(session: Session): Promise<ExitCode> {
    const format = oneOf("--format", this.format, ["text", "json"]);
    if (this.task === undefined) throw usageProblem("task followups apply needs --task ID.");
    const repo = await openRepo(session);
    const run = makingRun(repo);
    const report = await applyProposal(repo, {
      taskId: this.task,
      dryRun: this.dryRun,
      wait: !this.noWait,
      ...(this.input === undefined ? {} : { input: inputPath(session, this.input) }),
      ...(run === undefined ? {} : { run }),
    });
    if (format === "json") {
      await session.printJson(report);
      return 0;
    }
    const count = report.created_tasks.length;
    const source = `of ${report.source_task_id}`;
    if (count === 0) {
      await session.print(`No follow-ups ${source} were proposed.`);
      return 0;
    }
    const heading = this.dryRun ? `Dry run: ${count} follow-ups ${source} would be added.` : `Added ${count} follow-ups ${source}:`;
    const lines = report.created_tasks.map((task) => {
      const after = task.depends_on.length === 0 ? "" : `\tafter ${task.depends_on.join(", ")}`;
      return `${task.task_id}\t${sanitiseLine(task.key)}\t${sanitiseLine(task.title)}${after}`;
    });
    await session.print([heading, ...lines].join("\n"));
    return 0;
  }
}
