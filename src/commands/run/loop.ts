import { Command, Option } from "clipanion";
import { runLoop } from "../../run/loop.ts";
import type { RunLoopResult } from "../../run/options.ts";
import { previewRun } from "../../run/start/dry-run.ts";
import type { ExitCode } from "../base.ts";
import { openRepo } from "../repo.ts";
import type { Session } from "../session.ts";
import { wholeNumber } from "../usage.ts";
import { RunCommand } from "./flags.ts";
import { watchRun } from "./watch.ts";

const ENDS: Record<RunLoopResult["outcome"], string> = {
  completed: "The limit of tasks is reached.",
  no_candidates: "Nothing is left to do.",
  blocked: "No task can be run now; `cueloop queue explain` says why.",
  stalled: "The loop cannot go on.",
  stopped: "Stopped on request.",
};

const LOOK = "\nWhat was done:\n  cueloop queue list --only-done\n  cueloop task diff TASK_ID\n  cueloop task log TASK_ID";

export default class RunLoopCommand extends RunCommand {
  static override paths = [["run", "loop"]];
  static override readonly kind = "execute";
  static override usage = Command.Usage({
    category: "Run",
    description: "Have an agent work the queue, one task after the other.",
    details:
      "Ends when nothing is runnable, a limit is reached, `cueloop queue stop` asks for it, or a task fails. It never waits for an answer.",
    examples: [
      ["The whole queue", "cueloop run loop"],
      ["At most three tasks, each in a commit of its own", "cueloop run loop --max-tasks 3 --git-publish-mode commit"],
    ],
  });

  maxTasks = Option.String("--max-tasks", { description: "COUNT: End after so many tasks; 0 for no limit." });

  override async run(session: Session): Promise<ExitCode> {
    const settings = this.settings();
    const maxTasks = this.maxTasks === undefined ? 0 : wholeNumber("--max-tasks", this.maxTasks);
    const repo = await openRepo(session, {
      ...(this.profile === undefined ? {} : { profile: this.profile }),
      nonInteractive: this.nonInteractive,
    });
    for (const line of this.withoutEffect(repo.config.agent.git_revert_mode)) repo.log.warn(line);
    if (this.dryRun) {
      await session.print(`Only the first task can be foretold.\n${previewRun(repo, { id: null, includeDraft: this.includeDraft })}`);
      return 0;
    }
    const workers = repo.config.parallel.workers;
    if (workers !== null && workers >= 2) repo.log.warn(`parallel.workers is ${workers}, but this version works one task at a time.`);
    const result = await watchRun(session, repo, { mode: "loop", plain: this.noProgress }, (context) =>
      runLoop(context, { ...settings, maxTasks }),
    );
    for (const note of result.notes) await session.print(note);
    await session.print(`${ENDS[result.outcome]} Tasks worked: ${result.succeeded}.`);
    if (result.succeeded > 0 && session.options.isTerminal.stdout) await session.print(LOOK);
    return 0;
  }
}
