import { Command, Option } from "clipanion";
import { runLoop } from "../../run/loop.ts";
import { waitSettings } from "../../run/wait/settings.ts";
import type { ExitCode } from "../frame/base.ts";
import type { Session } from "../frame/session.ts";
import { RunCommand, requireAskable } from "./flags.ts";
import { printLoopEnd } from "./loop-end.ts";
import { openForRun } from "./open.ts";
import { watchRun } from "./watch.ts";

export default class RunResumeCommand extends RunCommand {
  static override paths = [["run", "resume"]];
  static override readonly kind = "execute";
  static override usage = Command.Usage({
    category: "Run",
    description: "Go on with an interrupted task, then with the rest of the queue.",
    details:
      "The task goes on in the phase and iteration it was interrupted in, in the agent's own session where that is still there: at most that phase is worked again. A run that was interrupted after its gate is archived, committed and pushed first. The same as `cueloop run loop --resume`, without any waiting for work. A session that is older than `agent.session_timeout_hours` is asked about.",
    examples: [
      ["Go on where it was", "cueloop run resume"],
      ["With a word to the agent", 'cueloop run resume -m "The tests need the database of docker compose"'],
    ],
  });

  keepGoing = Option.Boolean("--keep-going", false, {
    description: "A failed task does not end the loop: its changes are put aside, and it is not taken again in this run.",
  });
  ask = Option.Boolean("--ask", false, { description: "On a terminal, ask what becomes of a failed task's changes." });
  message = Option.String("-m,--message", { description: "TEXT: A remark for the agent of the interrupted task." });

  override async run(session: Session): Promise<ExitCode> {
    const settings = this.settings();
    requireAskable(this);
    const message = this.remark(this.message);
    const repo = await openForRun(session, this);
    for (const line of this.withoutEffect()) repo.log.warn(line);
    const wait = waitSettings({ whenBlocked: false, whenEmpty: false, notify: false }, repo.config.loop);
    const options = { ...settings, keepGoing: this.keepGoing, resume: true, maxTasks: 0, wait, ...(message === null ? {} : { message }) };
    const result = await watchRun(
      session,
      repo,
      { mode: "loop", plain: this.noProgress, debug: this.debug, ask: !this.nonInteractive, unattended: !this.ask },
      (context) => runLoop(context, options),
    );
    return printLoopEnd(session, result);
  }
}
