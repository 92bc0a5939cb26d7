import { Command, Option } from "clipanion";
import { CueLoopError } from "../../base/errors.ts";
import { type LockState, readLockState } from "../../queue/store/lock.ts";
import { removeQueueLock } from "../../queue/store/locking/unlock.ts";
import { lockLines, lockPreviewText, processWord } from "../../ui/views/lock.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openRepo } from "../frame/repo.ts";
import type { Session } from "../frame/session.ts";

export default class QueueUnlockCommand extends BaseCommand {
  static override paths = [["queue", "unlock"]];
  static override readonly kind = "write";
  static override usage = Command.Usage({
    category: "Queue",
    description: "Remove a queue lock that nobody holds any more.",
    details:
      "A lock of a dead process is cleared by the next command that changes the queue; this is for the ones that cannot be judged. The lock of a running process, or of one on another machine, needs --force.",
    examples: [
      ["Show the lock", "cueloop queue unlock --dry-run"],
      ["Remove it without a question", "cueloop queue unlock --yes"],
    ],
  });

  yes = Option.Boolean("--yes", false, { description: "Do not ask." });
  dryRun = Option.Boolean("--dry-run", false, { description: "Show the lock and what would happen." });

  override async run(session: Session): Promise<ExitCode> {
    const repo = await openRepo(session);
    const state = readLockState(repo);
    if (state.kind === "free") {
      if (this.dryRun) await session.print(`Dry run: the queue is not locked (${state.path}).`);
      else {
        removeQueueLock(repo, state, this.globals.force);
        repo.log.info(`The queue is not locked (${state.path}).`);
      }
      return 0;
    }
    if (this.dryRun) {
      await session.print(lockPreviewText(state));
      return 0;
    }
    if (state.kind === "held" && !this.globals.force) throw stillHeld(state);
    if (!this.yes && !(await this.#isConfirmed(session, state))) {
      repo.log.info("Cancelled; the lock stays.");
      return 0;
    }
    removeQueueLock(repo, state, this.globals.force);
    if (state.kind === "held") repo.log.warn(`The lock belonged to an active process (${processWord(state)}); it may still be writing.`);
    repo.log.info(`Removed the queue lock ${state.path}.`);
    return 0;
  }

  /** Asks only where somebody can answer. */
  async #isConfirmed(session: Session, state: LockState): Promise<boolean> {
    const { stdin, stdout } = session.options.isTerminal;
    if (!stdin || !stdout) return true;
    await session.note(lockLines(state).join("\n"));
    const { confirm } = await import("../../ui/questions/ask.ts");
    const active = state.kind === "held" ? `Its holder is ${processWord(state)}. ` : "";
    return confirm(`${active}Remove this lock?`, false);
  }
}

function stillHeld(state: LockState): CueLoopError {
  const owner = state.holder?.owner;
  return new CueLoopError("queue.lock_active", {
    message: [
      `The queue lock is held by pid ${owner?.pid} (${owner?.label}), which is ${processWord(state)}; it stays.`,
      ...lockLines(state),
    ].join("\n"),
    hint:
      state.holder?.judgement.reason === "elsewhere"
        ? "The holder lives on another host or in another pid namespace. When you know that it is gone: `cueloop queue unlock --force`."
        : "End that process first. To remove the lock all the same: `cueloop queue unlock --force`.",
    where: { file: state.path },
  });
}
