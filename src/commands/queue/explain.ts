import { Command, Option } from "clipanion";
import { runnabilityReport } from "../../queue/runnability.ts";
import { explainText } from "../../ui/views/runnability.ts";
import { workerLines } from "../../ui/worker-mark.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openBooks } from "../frame/books.ts";
import { liveWorkers } from "../frame/live-workers.ts";
import type { Session } from "../frame/session.ts";
import { oneOf } from "../line/usage.ts";

export default class QueueExplainCommand extends BaseCommand {
  static override paths = [["queue", "explain"]];
  static override readonly kind = "read";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Queue",
    description: "Explain which task a run would take and why not the others.",
    examples: [
      ["Why is nothing running?", "cueloop queue explain"],
      ["The same for a program, drafts counted in", "cueloop queue explain --format json --include-draft"],
    ],
  });

  format = Option.String("--format", "text", { description: "text|json: How to print, text by default." });
  includeDraft = Option.Boolean("--include-draft", false, { description: "Count drafts as candidates." });

  override async run(session: Session): Promise<ExitCode> {
    const format = oneOf("--format", this.format, ["text", "json"]);
    const { repo, books } = await openBooks(session);
    const report = runnabilityReport(books, { includeDraft: this.includeDraft, preferDoing: true, now: repo.clock.now() });
    if (format === "json") await session.printJson(report);
    else await session.print([explainText(report, session.color), ...workerLines(await liveWorkers(repo), session.color)].join("\n"));
    return 0;
  }
}
