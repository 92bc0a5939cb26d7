import { Command } from "clipanion";
import { requestStop, stopSignalPath } from "../../queue/store/stop.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openRepo } from "../frame/repo.ts";
import type { Session } from "../frame/session.ts";

export default class QueueStopCommand extends BaseCommand {
  static override paths = [["queue", "stop"]];
  static override readonly kind = "write";
  static override usage = Command.Usage({
    category: "Queue",
    description: "Ask the running loop to stop after its present task.",
    details: "Takes no lock and ends nothing by force. Works without a running loop, too: a loop that starts later removes an old request.",
    examples: [["Stop after the present task", "cueloop queue stop"]],
  });

  override async run(session: Session): Promise<ExitCode> {
    const repo = await openRepo(session);
    requestStop(repo);
    repo.log.info(`Stop requested (${stopSignalPath(repo)}; delete the file to take it back).`);
    repo.log.info("A loop ends after its present task; a parallel loop starts no more tasks and waits for those under way.");
    repo.log.info("Ctrl-C in the loop's terminal ends it at once.");
    return 0;
  }
}
