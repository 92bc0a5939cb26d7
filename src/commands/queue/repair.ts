import { Command, Option } from "clipanion";
import { CueLoopError, isCueLoopError } from "../../base/errors.ts";
import type { RepoContext } from "../../config/context.ts";
import { planRepair } from "../../queue/change/repair.ts";
import { withQueue } from "../../queue/store/transaction.ts";
import { type RepairOutcome, repairText } from "../../ui/views/repair.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openRepo } from "../frame/repo.ts";
import type { Session } from "../frame/session.ts";
import { noWaitOption } from "../line/no-wait.ts";

/** Repairs are held to the same depth in every repository. */
const MAX_DEPENDENCY_DEPTH = 10;

export default class QueueRepairCommand extends BaseCommand {
  static override paths = [["queue", "repair"]];
  static override readonly kind = "write";
  static override usage = Command.Usage({
    category: "Queue",
    description: "Mend what can be mended in the queue and done files.",
    details:
      "Fills in missing fields and timestamps, gives new ids where one is invalid or used twice, and drops the active copy of a finished task. Unknown relations, cycles and text that is no JSON need a person.",
    examples: [
      ["See what would change", "cueloop queue repair --dry-run"],
      ["Repair, with a snapshot for `cueloop undo`", "cueloop queue repair"],
    ],
  });

  dryRun = Option.Boolean("--dry-run", false, { description: "Show what would change, write nothing." });
  noWait = noWaitOption();

  override async run(session: Session): Promise<ExitCode> {
    const repo = await openRepo(session);
    const outcome = await repair(repo, { dryRun: this.dryRun, wait: !this.noWait });
    await session.print(repairText(outcome, session.color));
    return 0;
  }
}

async function repair(repo: RepoContext, { dryRun, wait }: { readonly dryRun: boolean; readonly wait: boolean }): Promise<RepairOutcome> {
  const options = {
    label: "machine queue repair",
    operation: "queue repair continuation",
    missingQueue: "empty",
    maxDependencyDepth: MAX_DEPENDENCY_DEPTH,
    dryRun,
    wait,
  } as const;
  try {
    return await withQueue(repo, options, (books, now, healed) => {
      const plan = planRepair(books, "full", { rules: { prefix: repo.idPrefix, width: repo.idWidth }, now });
      const changed = plan.changed || healed.length > 0;
      return { books: plan.books, result: { dryRun, changed, report: plan.report, healed } };
    });
  } catch (error) {
    throw isCueLoopError(error, "queue.invalid") ? notEnough(error, dryRun) : error;
  }
}

function notEnough(error: CueLoopError, dryRun: boolean): CueLoopError {
  const what = dryRun
    ? "Dry run: the repair would fail, because its result is not valid"
    : "Nothing was written: the repaired queue would still not be valid";
  return new CueLoopError(error.code, {
    message: `${what}: ${error.message}`,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.where === undefined ? {} : { where: error.where }),
  });
}
