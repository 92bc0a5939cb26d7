import { Command } from "clipanion";
import { CueLoopError } from "../../base/errors.ts";
import type { RepoContext } from "../../config/context.ts";
import { runnabilityReport } from "../../queue/runnability.ts";
import { type ReadBooks, readBooks } from "../../queue/store/read.ts";
import { validationText } from "../../ui/views/validation.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openRepo } from "../frame/repo.ts";
import type { Session } from "../frame/session.ts";

export default class QueueValidateCommand extends BaseCommand {
  static override paths = [["queue", "validate"]];
  static override readonly kind = "read";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Queue",
    description: "Check the queue and done files, and say what can go on.",
    details: "Never writes. Exit code 1 when a file cannot be read or breaks a rule; warnings and an empty queue are no failure.",
    examples: [["Check both files", "cueloop queue validate"]],
  });

  override async run(session: Session): Promise<ExitCode> {
    const repo = await openRepo(session);
    const read = tryReading(repo);
    if (read instanceof CueLoopError) {
      await session.print(validationText({ valid: false, error: read }, session.color));
      await session.note("Error: the validation of the queue failed.");
      return 1;
    }
    const report = runnabilityReport(read, { includeDraft: false, preferDoing: false, now: repo.clock.now() });
    const counts = { active: read.queue.tasks.length, done: read.done.tasks.length };
    await session.print(validationText({ valid: true, counts, warnings: read.warnings, report }, session.color));
    return 0;
  }
}

function tryReading(repo: RepoContext): ReadBooks | CueLoopError {
  try {
    return readBooks(repo, "strict");
  } catch (error) {
    if (error instanceof CueLoopError) return error;
    throw error;
  }
}
