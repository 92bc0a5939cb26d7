import { Command, Option } from "clipanion";
import { requestRetry } from "../../../parallel/status/retry.ts";
import { BaseCommand, type ExitCode } from "../../frame/base.ts";
import { openRepo } from "../../frame/repo.ts";
import type { Session } from "../../frame/session.ts";
import { usageProblem } from "../../line/usage.ts";

export default class RunParallelRetryCommand extends BaseCommand {
  static override paths = [["run", "parallel", "retry"]];
  static override readonly kind = "write";
  static override usage = Command.Usage({
    category: "Run",
    description: "Have a blocked or failed task taken up again.",
    details:
      "Nothing is started: the running loop, or else the next one, goes on with the task's branch, bringing in what is there; without a branch it starts over. What --restart discards is kept under a ref that `cueloop run parallel status` names.",
    examples: [
      ["Bring the work in once more", "cueloop run parallel retry --task RQ-0042"],
      ["With a remark for the agent", 'cueloop run parallel retry --task RQ-0042 -m "keep the new signature"'],
      ["From the beginning", "cueloop run parallel retry --task RQ-0042 --restart"],
    ],
  });

  task = Option.String("--task", { description: "TASK_ID: The task; required." });
  restart = Option.Boolean("--restart", false, { description: "Start over instead of going on with the branch." });
  message = Option.String("-m,--message", { description: "TEXT: A remark for the agent." });

  override async run(session: Session): Promise<ExitCode> {
    if (this.task === undefined) throw usageProblem("--task TASK_ID is required: it names the task to take up again.");
    const repo = await openRepo(session);
    const taskId = this.task;
    const message = this.message === undefined || this.message.trim() === "" ? null : repo.redact(this.message.trim());
    const end = requestRetry(repo, { taskId, restart: this.restart, message });
    const how = this.restart ? "from the beginning" : "where its branch stands, or from the beginning where it has none";
    if (end.kind === "told") await session.print(`The running loop (pid ${end.pid}) was asked to take ${taskId} up again, ${how}.`);
    else {
      await session.print(
        [
          `${taskId} will be taken up again by the next loop, ${how}.`,
          "Start it: cueloop run loop --parallel",
          "Look at it: cueloop run parallel status",
        ].join("\n"),
      );
    }
    return 0;
  }
}
