import { Command, Option } from "clipanion";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import type { Session } from "../frame/session.ts";
import { noWaitOption } from "../line/no-wait.ts";
import { finishTask } from "./finishing.ts";

export default class TaskRejectCommand extends BaseCommand {
  static override paths = [
    ["task", "reject"],
    ["task", "rejected"],
  ];
  static override readonly kind = "write";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Tasks",
    description: "Give a task up and move it to the done file as rejected.",
    details:
      "Only a task in todo or doing. An agent that types it for its own task inside a run only reports: the run decides after its gate.",
    examples: [
      ["Given up", "cueloop task reject RQ-0001"],
      ["With notes for whoever reads it later", 'cueloop task reject RQ-0001 --note "Superseded by RQ-0002"'],
    ],
  });

  id = Option.String({ name: "TASK_ID" });
  notes = Option.Array("--note", [], { description: "TEXT: Add this note to the task; repeatable." });
  noWait = noWaitOption();

  override async run(session: Session): Promise<ExitCode> {
    await finishTask(session, { id: this.id, outcome: "rejected", notes: this.notes, wait: !this.noWait });
    return 0;
  }
}
