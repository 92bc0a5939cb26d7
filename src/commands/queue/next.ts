import { Command, Option } from "clipanion";
import { nextIds } from "../../queue/ids.ts";
import { runnabilityReport } from "../../queue/runnability.ts";
import { selectNext } from "../../queue/selection.ts";
import { sanitiseLine } from "../../ui/sanitise.ts";
import { nothingRunnableText } from "../../ui/views/runnability.ts";
import { workerText } from "../../ui/worker-mark.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openBooks } from "../frame/books.ts";
import { liveWorkers } from "../frame/live-workers.ts";
import type { Session } from "../frame/session.ts";

export default class QueueNextCommand extends BaseCommand {
  static override paths = [["queue", "next"]];
  static override readonly kind = "read";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Queue",
    description: "Show the task a run would take next.",
    details:
      "Prints the first `todo` task whose dependencies are finished and whose start time has come. When there is none, prints the next free id instead and says so on stderr.",
    examples: [
      ["The next task", "cueloop queue next --with-title"],
      ["Why this one, or why none", "cueloop queue next --explain"],
    ],
  });

  withTitle = Option.Boolean("--with-title", false, { description: "The title too, behind a tab." });
  withEta = Option.Boolean("--with-eta", false, { description: "How long it is likely to take, behind a tab." });
  explain = Option.Boolean("--explain", false, { description: "Say on stderr why this task, or why none." });

  override async run(session: Session): Promise<ExitCode> {
    const { repo, books } = await openBooks(session);
    const options = { includeDraft: false, preferDoing: false, now: repo.clock.now() };
    const next = selectNext(books, options);
    if (next === null) {
      const { ids } = nextIds(books, { prefix: repo.idPrefix, width: repo.idWidth, count: 1 });
      await session.print([...ids, ...(this.withEta ? ["n/a"] : [])].join("\t"));
      await session.note("No task is runnable; the id printed is the next free one.");
      if (this.explain) await session.note(nothingRunnableText(runnabilityReport(books, options)));
      return 0;
    }
    const fields = [next.id.trim()];
    if (this.withTitle) fields.push(sanitiseLine(next.title).trim());
    if (this.withEta) fields.push((await import("../../run/estimates.ts")).taskEstimates(repo)(next));
    await session.print(fields.join("\t"));
    if (!this.explain) return 0;
    await session.note(`${next.id.trim()} is runnable (status: ${next.status}); it is the first such task in the queue.`);
    const worker = (await liveWorkers(repo)).get(next.id.trim());
    if (worker !== undefined) await session.note(`A parallel worker has it in hand: ${workerText(worker)}.`);
    return 0;
  }
}
