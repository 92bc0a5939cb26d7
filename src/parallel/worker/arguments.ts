import type { AgentChoice, RunSettings } from "../../run/options.ts";

/** What the coordinator's command line said, as far as a worker repeats it. */
export interface TypedForWorker extends RunSettings {
  readonly profile?: string | null;
  readonly debug?: boolean;
  readonly verbose?: boolean;
  readonly color?: "auto" | "always" | "never";
}

/** Where a worker works, as its arguments say; every path is absolute, but those of the books may be relative to its worktree. */
export interface WorkerPlace {
  readonly taskId: string;
  /** The books inside the worktree. */
  readonly queuePath: string;
  readonly donePath: string;
  /** Short name of the branch the work is rebased on. */
  readonly target: string;
  /** Root of the coordinator's checkout. */
  readonly coordinatorRoot: string;
  /** The worker's run directory. */
  readonly workerDir: string;
  /** The phases are done: only bring the work onto the target's tip. */
  readonly integrateOnly: boolean;
}

/** The arguments of a worker's process, behind the executable. */
export function workerArguments(typed: TypedForWorker, place: WorkerPlace): string[] {
  const phase = (number: 1 | 2 | 3) => choiceFlags(`-phase${number}`, typed.agent.phases?.[number] ?? {});
  return [
    ...flag("--force", typed.force),
    ...flag("--verbose", typed.verbose === true),
    ...(typed.color === undefined ? [] : ["--color", typed.color]),
    ...["run", "one", "--id", place.taskId, "--parallel-worker", "--non-interactive", "--no-progress"],
    ...["--coordinator-queue-path", place.queuePath, "--coordinator-done-path", place.donePath],
    ...["--parallel-target-branch", place.target],
    ...["--coordinator-root", place.coordinatorRoot, "--worker-dir", place.workerDir],
    ...flag("--integrate-only", place.integrateOnly),
    ...valued("--profile", typed.profile ?? undefined),
    ...choiceFlags("", typed.agent),
    ...valued("--phases", typed.phaseCount),
    // Tools of the person's editor would work on the coordinator's checkout.
    ...["--repo-prompt", "off"],
    ...valued("--git-revert-mode", typed.revertMode),
    ...valued("--git-publish-mode", typed.publishMode),
    ...flag("--include-draft", typed.includeDraft),
    ...flag("--lfs-check", typed.lfsCheck),
    ...Object.entries(typed.agent.runnerOptions ?? {}).flatMap(([key, value]) => [`--${key.replaceAll("_", "-")}`, value]),
    ...phase(1),
    ...phase(2),
    ...phase(3),
    ...valued("--max-turns", typed.maxTurns ?? undefined),
    ...["--limit-wait", String(typed.limitWaitHours)],
    ...flag("--debug", typed.debug === true),
  ];
}

function choiceFlags(suffix: string, { runner, model, effort }: AgentChoice): string[] {
  return [...valued(`--runner${suffix}`, runner), ...valued(`--model${suffix}`, model), ...valued(`--effort${suffix}`, effort)];
}

function flag(name: string, given: boolean): string[] {
  return given ? [name] : [];
}

function valued(name: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [name, String(value)];
}
