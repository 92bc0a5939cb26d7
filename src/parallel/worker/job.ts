import { gatedTaskRunners, requireTrustedTask } from "../../config/trust/task-runner.ts";
import { currentBranch, headCommit } from "../../git/repository.ts";
import { captureTree } from "../../git/tree.ts";
import type { QueueLock } from "../../queue/store/lock.ts";
import { announceSettings } from "../../run/announce.ts";
import type { RunContext } from "../../run/context.ts";
import type { HookSettings } from "../../run/hooks.ts";
import { type Job, repoPromptBlocks, Tally } from "../../run/job.ts";
import { publishModeOf, type RunSettings } from "../../run/options.ts";
import { rehearsePrompts } from "../../run/phases/prompt.ts";
import { openRecord } from "../../run/session/open-record.ts";
import { resolveTaskSettings } from "../../run/settings/task-settings.ts";
import { loadPlugins } from "../../run/start/plugins.ts";
import { requirePrograms } from "../../run/start/programs.ts";
import { workExclusions } from "../../run/trees.ts";
import { TurnBudget } from "../../run/turns/budget.ts";
import { turnLimit } from "../../run/turns/limits.ts";
import type { WorkerInputs } from "./inputs.ts";
import { rehearseConflictPrompt } from "./integrate/conflict-prompt.ts";

export interface WorkerJob {
  readonly inputs: WorkerInputs;
  readonly run: RunSettings;
  /** Of the worktree. */
  readonly lock: QueueLock;
  /** Agent turns taken by earlier starts of the worker. */
  readonly used: number;
  readonly message: string | null;
  /** What hooks wanted for the task. */
  readonly hookSettings: HookSettings | null;
  /** The phases are done. */
  readonly integrateOnly: boolean;
}

/** What a worker's task is worked with: as in a run of one task, but nothing is marked, asked or undone. */
export async function openJob(
  context: RunContext,
  { inputs, run, lock, used, message, integrateOnly, hookSettings }: WorkerJob,
): Promise<Job> {
  const { task } = inputs;
  requireTrustedTask(context.trust, task.id, gatedTaskRunners(task.agent, run.agent));
  const plugins = loadPlugins(context);
  // Nobody is there to be asked, and the coordinator decides what becomes of the changes.
  const settled: RunSettings = { ...run, revertMode: "ask", keepGoing: false };
  const settings = resolveTaskSettings(context, { task, run: settled, plugins, hook: hookSettings });
  requirePrograms(context, settings);
  const publishMode = publishModeOf(context, run);
  const { agent } = context.config;
  const repoPrompt = repoPromptBlocks(run.repoPrompt, { tools: agent.repoprompt_tool_injection, plan: agent.repoprompt_plan_required });
  const prompts = { task, settings, gate: context.gate, publishMode, repoPrompt, message, worker: true };
  rehearsePrompts(context, prompts);
  rehearseConflictPrompt(context, prompts);
  const exclude = [...workExclusions(context), ...inputs.settings.seeded];
  const [captured, head, branch] = await Promise.all([captureTree(context, { exclude }), headCommit(context), currentBranch(context)]);
  announceSettings(context, task, settings, publishMode);
  const before = { index: 0, task };
  // What was asked for counts from here where a person asks for another try.
  const limit = turnLimit(run.maxTurns, settings.phaseCount, settings.iterations) + (integrateOnly && message !== null ? used : 0);
  const origin = { task, run: settled, settings, completedInLoop: 0, maxTasks: 0 };
  return {
    ...prompts,
    before,
    run: settled,
    hookSettings,
    plugins,
    baseTree: captured.tree,
    startTree: captured.tree,
    head,
    branch,
    nested: captured.nested,
    exclude,
    record: openRecord(context, origin, before, { head, branch }),
    restart: null,
    lock,
    turns: new TurnBudget(limit, used),
    tally: new Tally(),
    // A remark about the integration is said there.
    message: integrateOnly ? null : message,
  };
}
