import { Command, Option } from "clipanion";
import { previewRun } from "../../run/start/dry-run.ts";
import { runOne } from "../../run/supervisor.ts";
import type { ExitCode } from "../frame/base.ts";
import type { Session } from "../frame/session.ts";
import { usageProblem } from "../line/usage.ts";
import { RunCommand } from "./flags.ts";
import { blockedText } from "./loop-end.ts";
import { openForRun } from "./open.ts";
import { watchRun } from "./watch.ts";
import { workerPlace } from "./worker-flags.ts";

export default class RunOneCommand extends RunCommand {
  static override paths = [["run", "one"]];
  static override readonly kind = "execute";
  static override usage = Command.Usage({
    category: "Run",
    description: "Have an agent work one task to its end.",
    details:
      "Takes the next task, has it planned, implemented and reviewed, holds the result against the gate, archives the task and, where publishing is on, commits exactly what the gate saw. A task that fails stays `doing`, with its changes in the tree.",
    examples: [
      ["The next task", "cueloop run one"],
      ["This one, without a plan and a review", "cueloop run one --id RQ-0001 --quick"],
      ["Go on with an interrupted task, with a word to the agent", 'cueloop run one --id RQ-0001 --resume -m "Keep the old API"'],
      ["Which one would it be?", "cueloop run one --dry-run"],
    ],
  });

  resume = Option.Boolean("--resume", false, { description: "Go on with an interrupted task without asking." });
  dryRun = Option.Boolean("--dry-run", false, { description: "Say which task would be taken, and do nothing." });
  id = Option.String("--id", { description: "TASK_ID: Run this task." });
  message = Option.String("-m,--message", { description: "TEXT: A remark for the agent; needs --id." });

  // How a coordinator starts its workers.
  parallelWorker = Option.Boolean("--parallel-worker", false, { hidden: true });
  coordinatorQueuePath = Option.String("--coordinator-queue-path", { hidden: true });
  coordinatorDonePath = Option.String("--coordinator-done-path", { hidden: true });
  parallelTargetBranch = Option.String("--parallel-target-branch", { hidden: true });
  coordinatorRoot = Option.String("--coordinator-root", { hidden: true });
  workerDir = Option.String("--worker-dir", { hidden: true });
  integrateOnly = Option.Boolean("--integrate-only", false, { hidden: true });

  override async run(session: Session): Promise<ExitCode> {
    const worker = workerPlace(this);
    const settings = this.settings();
    if (worker !== null) return (await import("./worker.ts")).workAsWorker(session, worker, settings, this.debug);
    const message = this.remark(this.message);
    if (message !== null && this.id === undefined) throw usageProblem("--message needs --id: name the task it is about.");
    const repo = await openForRun(session, this);
    for (const line of this.withoutEffect()) repo.log.warn(line);
    if (this.dryRun) {
      await session.print(previewRun(repo, { id: this.id ?? null, includeDraft: this.includeDraft }));
      return 0;
    }
    const options = {
      ...settings,
      resume: this.resume,
      ...(this.id === undefined ? {} : { id: this.id }),
      ...(message === null ? {} : { message }),
    };
    const result = await watchRun(
      session,
      repo,
      { mode: "one", plain: this.noProgress, debug: this.debug, ask: !this.nonInteractive, unattended: false },
      (context) => runOne(context, options),
    );
    if (result.kind === "ran") return 0;
    for (const note of result.notes) await session.print(note);
    await session.print(
      result.kind === "blocked" ? blockedText(result.blocking) : "Nothing to do; `cueloop queue explain` shows every task.",
    );
    return 0;
  }
}
