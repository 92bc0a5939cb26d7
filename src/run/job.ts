import type { Exclusions } from "../git/state/exclude.ts";
import type { RepoPromptBlocks } from "../prompts/repo-prompt.ts";
import type { QueueLock } from "../queue/store/lock.ts";
import type { Task } from "../queue/task.ts";
import type { PluginSet } from "../runners/plugins/discovery.ts";
import type { PhaseName, UsageTotals } from "./events.ts";
import type { GatePlan } from "./gate/plan.ts";
import type { HookSettings } from "./hooks.ts";
import type { PublishMode, RepoPromptMode, RunSettings } from "./options.ts";
import type { Restart } from "./resume/restart.ts";
import type { SessionRecord } from "./session/record.ts";
import type { PlacedTask } from "./session/sidecar.ts";
import type { TaskSettings } from "./settings/task-settings.ts";
import type { TurnBudget } from "./turns/budget.ts";
import { sumUsage } from "./usage.ts";

/** One attempt at one task: what was decided at its start and what is counted on the way. */
export interface Job {
  readonly task: Task;
  /** The record before the task became `doing`, with its place. */
  readonly before: PlacedTask;
  readonly run: RunSettings;
  /** What hooks wanted for the task before it began. */
  readonly hookSettings: HookSettings | null;
  readonly settings: TaskSettings;
  readonly gate: GatePlan;
  readonly publishMode: PublishMode;
  readonly repoPrompt: RepoPromptBlocks;
  readonly plugins: PluginSet;
  /** Tree of the work tree before the task's first change. */
  readonly baseTree: string;
  /** Tree of the work tree when this attempt began; another than `baseTree` where an earlier one left work. */
  readonly startTree: string;
  readonly head: string | null;
  readonly branch: string | null;
  /** Nested repositories that were there at the start. */
  readonly nested: readonly string[];
  /** Paths left out of every capture, comparison and commit check of the work. */
  readonly exclude: Exclusions;
  readonly record: SessionRecord;
  /** Where an interrupted attempt is gone on with; null: from the beginning. */
  readonly restart: Restart | null;
  /** The queue lock, held from before the selection to the end of the attempt. */
  readonly lock: QueueLock;
  readonly turns: TurnBudget;
  readonly tally: Tally;
  /** The person's remark, until a prompt has carried it. */
  message: string | null;
  /** The task is worked in a worktree by a worker of a parallel run. Default false. */
  readonly worker?: boolean;
}

/** What of a job its archive, commit and push need: as much as a later run still knows of it. */
export type Finishing = Pick<Job, "task" | "lock" | "publishMode" | "exclude" | "gate" | "nested" | "record">;

/** Which repo-prompt blocks a mode, or else the configuration, asks for. */
export function repoPromptBlocks(mode: RepoPromptMode | undefined, config: RepoPromptBlocks): RepoPromptBlocks {
  if (mode === undefined) return config;
  return { tools: mode !== "off", plan: mode === "plan" };
}

/** Time and tokens of one attempt, by phase. */
export class Tally {
  readonly durations = new Map<PhaseName, number>();
  readonly usage = new Map<PhaseName, UsageTotals>();
  /** `runner model` of every turn. */
  readonly agents = new Set<string>();

  addTime(phase: PhaseName, milliseconds: number): void {
    this.durations.set(phase, (this.durations.get(phase) ?? 0) + milliseconds);
  }

  addUsage(phase: PhaseName, usage: UsageTotals): void {
    this.usage.set(phase, sumUsage(this.usage.get(phase) ?? null, usage) ?? usage);
  }

  /** Sum over all phases; null when no agent reported any. */
  total(): UsageTotals | null {
    return [...this.usage.values()].reduce<UsageTotals | null>(sumUsage, null);
  }
}
