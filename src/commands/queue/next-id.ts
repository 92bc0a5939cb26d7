import { Command, Option } from "clipanion";
import type { Books } from "../../queue/books.ts";
import { idProblem, nextIds, widenedNotice } from "../../queue/ids.ts";
import { readBooks } from "../../queue/store/read.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openRepo } from "../frame/repo.ts";
import type { Session } from "../frame/session.ts";
import { usageProblem, wholeNumber } from "../line/usage.ts";

const LARGEST_COUNT = 100;

export default class QueueNextIdCommand extends BaseCommand {
  static override paths = [["queue", "next-id"]];
  static override readonly kind = "read";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Queue",
    description: "Show the next free task ids.",
    details:
      "The ids are not reserved: another command may take them meanwhile. To create tasks use `cueloop task insert`, which chooses their ids itself, under the queue lock.",
    examples: [
      ["The next free id", "cueloop queue next-id"],
      ["Three of them", "cueloop queue next-id --count 3"],
    ],
  });

  count = Option.String("-n,--count", "1", { description: "N: How many, 1 to 100." });

  override async run(session: Session): Promise<ExitCode> {
    const count = wholeNumber("--count", this.count, 1);
    if (count > LARGEST_COUNT) throw usageProblem(`--count takes a whole number from 1 to ${LARGEST_COUNT}, not \`${this.count}\`.`);
    const repo = await openRepo(session);
    const books = readBooks(repo, "unchecked");
    const rules = { prefix: repo.idPrefix, width: repo.idWidth };
    for (const doubt of doubtsAboutIds(books, (id) => idProblem(id, rules))) repo.log.warn(doubt);
    const { ids, widened } = nextIds(books, { ...rules, count });
    if (widened) repo.log.warn(widenedNotice(ids.at(-1) ?? "", rules));
    await session.print(ids.join("\n"));
    return 0;
  }
}

/** What is odd about the ids in use: those that were passed over, and those that several tasks carry. */
function doubtsAboutIds(books: Books, problem: (id: string) => string | null): string[] {
  const ids = [...books.queue.tasks, ...books.done.tasks].map((task) => task.id.trim());
  const malformed = ids.flatMap((id) => {
    const says = problem(id);
    return says === null ? [] : [`The id "${id}" was passed over: it ${says}.`];
  });
  const twice = [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
  return twice.length === 0 ? malformed : [...malformed, `Several tasks carry one id: ${twice.join(", ")}.`];
}
