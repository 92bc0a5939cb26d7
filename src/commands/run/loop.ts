import { Command, Option } from "clipanion";
import type { LoadedRepo } from "../../config/resolve.ts";
import { runLoop } from "../../run/loop.ts";
import type { RunSettings } from "../../run/options.ts";
import { previewRun } from "../../run/start/dry-run.ts";
import { LEAST_POLL_MS, type WaitChoice, waitSettings } from "../../run/wait/settings.ts";
import type { ExitCode } from "../frame/base.ts";
import type { Session } from "../frame/session.ts";
import { usageProblem, wholeNumber, workerCount } from "../line/usage.ts";
import { RunCommand, requireAskable } from "./flags.ts";
import { printLoopEnd } from "./loop-end.ts";
import { openForRun } from "./open.ts";
import { watchRun } from "./watch.ts";

export default class RunLoopCommand extends RunCommand {
  static override paths = [["run", "loop"]];
  static override readonly kind = "execute";
  static override readonly optionalValues = ["--parallel"];
  static override usage = Command.Usage({
    category: "Run",
    description: "Have an agent work the queue, one task after the other.",
    details:
      "Ends when nothing is runnable, a limit is reached, `cueloop queue stop` asks for it, or a task fails. It never waits for an answer, unless --ask says so. With --keep-going a failed task's changes are undone and kept under a ref, it is `todo` again with a note that names the reason and the ref, and the loop goes on without it; the exit code is 1 then. With --wait-when-blocked it waits while every task is blocked, with --wait-when-empty also while there is none; a change below `.cueloop/` wakes it up. What is left out comes from `loop` of the configuration; --no-wait-when-blocked, --no-wait-when-empty and --no-notify-when-unblocked turn off what that turns on. With --parallel tasks are worked in worktrees of their own, N at a time (2 where N is left out; 1 keeps the checkout free for you), and brought to the branch that is checked out, or to --target, one after the other.",
    examples: [
      ["The whole queue", "cueloop run loop"],
      ["At most three tasks, each in a commit of its own", "cueloop run loop --max-tasks 3 --git-publish-mode commit"],
      ["Overnight: what fails is put aside", "cueloop run loop --keep-going --git-publish-mode commit"],
      ["Until somebody stops it: tasks are worked as they come in", "cueloop run loop --continuous"],
      ["Four tasks at a time, each in a worktree of its own", "cueloop run loop --parallel 4 --git-publish-mode commit"],
      ["Wait for a task's time, at most an hour", "cueloop run loop --wait-when-blocked --wait-timeout-seconds 3600"],
    ],
  });

  resume = Option.Boolean("--resume", false, { description: "Go on with an interrupted task without asking." });
  dryRun = Option.Boolean("--dry-run", false, { description: "Say which task would be taken, and do nothing." });
  keepGoing = Option.Boolean("--keep-going", false, {
    description: "A failed task does not end the loop: its changes are put aside, and it is not taken again in this run.",
  });
  ask = Option.Boolean("--ask", false, { description: "On a terminal, ask what becomes of a failed task's changes." });
  parallel = Option.String("--parallel", {
    tolerateBoolean: true,
    description: "N: Work so many tasks at once, in worktrees; 1 to 255, default 2.",
  });
  target = Option.String("--target", {
    description: "BRANCH: With --parallel, where the results go; default: the branch that is checked out.",
  });
  maxTasks = Option.String("--max-tasks", { description: "COUNT: End after so many tasks; 0 for no limit." });
  waitWhenBlocked = Option.Boolean("--wait-when-blocked", { description: "Wait, instead of ending, while every task is blocked." });
  waitPollMs = Option.String("--wait-poll-ms", { description: "MS: Look at a blocked queue at least this often; default 1000." });
  waitTimeoutSeconds = Option.String("--wait-timeout-seconds", {
    description: "S: End after waiting so long for a blocked queue; default 0, for no limit.",
  });
  waitWhenEmpty = Option.Boolean("--wait-when-empty,--continuous", { description: "Wait also while there is no task at all." });
  emptyPollMs = Option.String("--empty-poll-ms", { description: "MS: Look at an empty queue at least this often; default 30000." });
  notifyWhenUnblocked = Option.Boolean("--notify-when-unblocked", { hidden: true });

  override async run(session: Session): Promise<ExitCode> {
    const settings = this.settings();
    requireAskable(this);
    const maxTasks = this.maxTasks === undefined ? 0 : wholeNumber("--max-tasks", this.maxTasks);
    const choice = this.#waitChoice();
    const typed = this.#workers();
    const repo = await openForRun(session, this);
    const wait = waitSettings(choice, repo.config.loop);
    for (const line of this.withoutEffect(wait.notify)) repo.log.warn(line);
    if (this.dryRun) {
      await session.print(`Only the first task can be foretold.\n${previewRun(repo, { id: null, includeDraft: this.includeDraft })}`);
      return 0;
    }
    const workers = typed ?? repo.config.parallel.workers;
    if (workers !== null) return this.#runParallel(session, repo, { ...settings, workers, maxTasks });
    if (this.target !== undefined) throw targetAlone();
    const result = await watchRun(
      session,
      repo,
      { mode: "loop", plain: this.noProgress, debug: this.debug, ask: !this.nonInteractive, unattended: !this.ask },
      (context) => runLoop(context, { ...settings, keepGoing: this.keepGoing, resume: this.resume, maxTasks, wait }),
    );
    return printLoopEnd(session, result);
  }

  async #runParallel(
    session: Session,
    repo: LoadedRepo,
    settings: RunSettings & { readonly workers: number; readonly maxTasks: number },
  ): Promise<ExitCode> {
    if (this.resume) repo.log.warn("--resume has no effect on parallel workers: `cueloop run resume` goes on with an interrupted task.");
    if (this.waitWhenBlocked === true) repo.log.warn("--wait-when-blocked has no effect on parallel workers.");
    if (this.waitWhenEmpty === true) repo.log.warn("--wait-when-empty has no effect on parallel workers.");
    const { runParallel } = await import("../../parallel/coordinator/run-parallel.ts");
    const { printParallelEnd } = await import("./parallel-end.ts");
    const { globals } = this;
    const result = await watchRun(
      session,
      repo,
      { mode: "loop", plain: this.noProgress, debug: this.debug, ask: false, unattended: true, parallel: true },
      (context) =>
        runParallel(context, {
          ...settings,
          keepGoing: this.keepGoing,
          target: this.target ?? null,
          profile: this.profile ?? null,
          debug: this.debug,
          verbose: globals.verbose,
        }),
    );
    return printParallelEnd(session, result, this.keepGoing);
  }

  /** How many workers were typed; null for none. Errors: `usage`. */
  #workers(): number | null {
    if (this.parallel === undefined || this.parallel === false) {
      return null;
    }
    const count = this.parallel === true ? 2 : workerCount("--parallel", this.parallel);
    const others: readonly (readonly [string, boolean])[] = [
      ["--dry-run", this.dryRun],
      ["--wait-when-blocked", this.waitWhenBlocked === true],
      ["--wait-when-empty", this.waitWhenEmpty === true],
    ];
    for (const [flag, given] of others) if (given) throw usageProblem(`--parallel and ${flag} exclude each other.`);
    return count;
  }

  /** What was typed about waiting. Errors: `usage`. */
  #waitChoice(): WaitChoice {
    const number = (flag: string, typed: string | undefined, least: number) =>
      typed === undefined ? null : wholeNumber(flag, typed, least);
    const pollMs = number("--wait-poll-ms", this.waitPollMs, LEAST_POLL_MS);
    const emptyPollMs = number("--empty-poll-ms", this.emptyPollMs, LEAST_POLL_MS);
    const timeoutSeconds = number("--wait-timeout-seconds", this.waitTimeoutSeconds, 0);
    return {
      ...(this.waitWhenBlocked === undefined ? {} : { whenBlocked: this.waitWhenBlocked }),
      ...(this.waitWhenEmpty === undefined ? {} : { whenEmpty: this.waitWhenEmpty }),
      ...(this.notifyWhenUnblocked === undefined ? {} : { notify: this.notifyWhenUnblocked }),
      ...(pollMs === null ? {} : { pollMs }),
      ...(emptyPollMs === null ? {} : { emptyPollMs }),
      ...(timeoutSeconds === null ? {} : { timeoutSeconds }),
    };
  }
}

function targetAlone() {
  return usageProblem("--target needs --parallel: without workers the results go to the branch that is checked out.");
}
