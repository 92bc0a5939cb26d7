import { Command, Option } from "clipanion";
import { CueLoopError } from "../../base/errors.ts";
import { commonDir, requireWorkTree } from "../../git/repository.ts";
import { type CollectPlan, collect, planCollection } from "../../parallel/leftovers/collect.ts";
import { AdminLock } from "../../parallel/worktree/admin-lock.ts";
import { collectedText, collectPlanText } from "../../ui/views/worktree.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openRepo } from "../frame/repo.ts";
import type { Session } from "../frame/session.ts";
import { usageProblem } from "../line/usage.ts";

export default class WorktreeGcCommand extends BaseCommand {
  static override paths = [["worktree", "gc"]];
  static override readonly kind = "write";
  static override usage = Command.Usage({
    category: "Run",
    description: "Remove what dead runs left: worktrees, merged branches, old salvage refs.",
    details:
      "The whole state of a worktree goes under a salvage ref first, untracked files included. Salvage refs go when they are older than the limit or their commit is in the target. Never touched: what a live run has, what is blocked or held, what the next parallel run goes on with, a directory git does not know as ours, a worktree with a git repository inside. Without a terminal it needs --yes.",
    examples: [
      ["See what would go", "cueloop worktree gc --dry-run"],
      ["Remove it without a question", "cueloop worktree gc --yes"],
      ["Salvage refs of more than a week too", "cueloop worktree gc --older-than 7d"],
    ],
  });

  olderThan = Option.String("--older-than", "30d", {
    description: "AGE: Salvage refs older than this go: a number and `h`, `d` or `w`, 30d by default.",
  });
  dryRun = Option.Boolean("--dry-run", false, { description: "Show what would be removed, remove nothing." });
  yes = Option.Boolean("--yes", false, { description: "Do not ask." });

  override async run(session: Session): Promise<ExitCode> {
    const options = { olderThanMs: ageInMilliseconds(this.olderThan) };
    const repo = await openRepo(session);
    await requireWorkTree(repo);
    const plan = await planCollection(repo, options);
    for (const problem of plan.problems) repo.log.error(problem);
    const problemCode = plan.problems.length === 0 ? 0 : 1;
    if (this.dryRun || plan.removals.length === 0) {
      await session.print(`${collectPlanText(plan, session.color)}${this.dryRun ? "\nDry run: nothing was changed." : ""}`);
      return problemCode;
    }
    if (!this.yes && !(await isConfirmed(session, plan))) {
      repo.log.info("Cancelled; nothing was changed.");
      return problemCode;
    }
    const admin = new AdminLock(repo, await commonDir(repo));
    const collected = await collect(repo, admin, plan, options);
    await session.print(collectedText(collected, session.color));
    return collected.failed.length > 0 ? 1 : problemCode;
  }
}

async function isConfirmed(session: Session, plan: CollectPlan): Promise<boolean> {
  const { stdin, stdout } = session.options.isTerminal;
  if (!stdin || !stdout) {
    throw new CueLoopError("parallel.gc_unconfirmed", {
      message: `Nothing was removed: nobody is there to ask.\n${collectPlanText(plan, false)}`,
      hint: "`cueloop worktree gc --yes` removes it without a question.",
    });
  }
  await session.note(collectPlanText(plan, session.color));
  const { confirm } = await import("../../ui/questions/ask.ts");
  return confirm("Remove this?", false);
}

const HOUR_MS = 3_600_000;
const UNITS = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS } as const;

function ageInMilliseconds(text: string): number {
  const match = /^(\d{1,6})\s*([hdw])$/.exec(text.trim().toLowerCase());
  const unit = match?.[2];
  if (match === null || (unit !== "h" && unit !== "d" && unit !== "w")) {
    throw usageProblem(`--older-than takes a number and \`h\`, \`d\` or \`w\`, such as 30d, not \`${text}\`.`);
  }
  return Number(match[1]) * UNITS[unit];
}
