import { Command, Option } from "clipanion";
import { readRunStatus } from "../../run/status.ts";
import { runStatusLines } from "../../ui/views/run-status.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openBooks } from "../frame/books.ts";
import { liveWorkers } from "../frame/live-workers.ts";
import type { Session } from "../frame/session.ts";
import { oneOf } from "../line/usage.ts";

export default class RunStatusCommand extends BaseCommand {
  static override paths = [["run", "status"]];
  static override readonly kind = "read";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Run",
    description: "Show what runs or was interrupted here.",
    details: "With what a start would do about an interrupted task, and what is next. Takes no lock and writes nothing.",
    examples: [
      ["For people", "cueloop run status"],
      ["For programs", "cueloop run status --format json"],
    ],
  });

  format = Option.String("--format", "text", { description: "text|json: How to print it, text by default." });

  override async run(session: Session): Promise<ExitCode> {
    const format = oneOf("--format", this.format, ["text", "json"]);
    const { repo, books } = await openBooks(session, { quiet: true });
    const workers = await liveWorkers(repo);
    let status = readRunStatus(repo, books);
    if (workers.size > 0) {
      const { withWorkers } = await import("../../parallel/status/in-progress.ts");
      status = withWorkers(books, status, [...workers.values()]);
    }
    if (format === "json") await session.printJson(status);
    else await session.print(runStatusLines(status, workers, session.color).join("\n").trimStart());
    return 0;
  }
}
