import { Command, Option } from "clipanion";
import { parallelStatus } from "../../../parallel/status/status.ts";
import { parallelStatusLines } from "../../../ui/views/parallel-status.ts";
import { BaseCommand, type ExitCode } from "../../frame/base.ts";
import { openRepo } from "../../frame/repo.ts";
import type { Session } from "../../frame/session.ts";

export default class RunParallelStatusCommand extends BaseCommand {
  static override paths = [["run", "parallel", "status"]];
  static override readonly kind = "read";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Run",
    description: "Show where the parallel workers stand.",
    details:
      "What is under way, finished, failed and blocked, what is kept of it, and what to do next. Takes no lock and writes nothing; the exit code is 0 also when tasks are blocked.",
    examples: [
      ["For people", "cueloop run parallel status"],
      ["For programs", "cueloop run parallel status --json"],
    ],
  });

  json = Option.Boolean("--json", false, { description: "As one JSON document." });

  override async run(session: Session): Promise<ExitCode> {
    const status = await parallelStatus(await openRepo(session));
    if (this.json) await session.printJson(status.document);
    else await session.print(parallelStatusLines(status, session.color).join("\n"));
    return 0;
  }
}
