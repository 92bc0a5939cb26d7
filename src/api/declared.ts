/** What the module `cueloop` declares: scripts/declarations.ts writes it down for editors, from these types. */

import type { Runner } from "../runners/runner.ts";
import type { AnyCommand, Command, CommandSchema } from "../runtime/define/command.ts";
import type { ConfigValue } from "../runtime/define/config.ts";
import type { Queue } from "../runtime/queue/queue.ts";
import type { OpenQueueOptions } from "./open-queue.ts";
import type { LoopRunOutcome, TaskRunOutcome } from "./outcome.ts";
import type { Run } from "./run.ts";
import type { RunLoopOptions, RunTaskOptions } from "./run-options.ts";

/** The functions of the module. */
export interface Functions {
  /** What `cueloop.config.ts` exports: a configuration, a function that makes one, or a promise. */
  defineConfig(config: ConfigValue): ConfigValue;
  /** An agent of the repository's own. */
  defineRunner(runner: Runner): Runner;
  /** A command of the repository's own. */
  defineCommand<Args extends CommandSchema | undefined = undefined, Flags extends CommandSchema | undefined = undefined>(
    command: Command<Args, Flags>,
  ): AnyCommand;
  /** The queue of the repository at or above a directory. */
  openQueue(options?: OpenQueueOptions): Queue;
  /** Works one task in this process, as `cueloop run one --id ID` does. Nobody is ever asked anything. */
  runTask(id: string, options?: RunTaskOptions): Run<TaskRunOutcome>;
  /** Works the queue in this process, as `cueloop run loop` does. Nobody is ever asked anything. */
  runLoop(options?: RunLoopOptions): Run<LoopRunOutcome>;
}

export type { Log } from "../base/context.ts";
export type { CueLoopError, ErrorDetails, ErrorPlace } from "../base/errors.ts";
export type { CiPattern, HookName } from "../config/code.ts";
export type { ResolvedConfig } from "../config/resolved.ts";
export type { BlockingState } from "../queue/blocking.ts";
export type { NotRunnable, RunnabilityRow } from "../queue/runnability.ts";
export type { Priority, Task, TaskKind, TaskStatus } from "../queue/task.ts";
export type { PhaseName as Phase, StoredRunEvent as RunEvent, TaskOutcome, UsageTotals } from "../run/events.ts";
export type { HookSettings } from "../run/hooks.ts";
export type { RunnerEvent } from "../runners/event.ts";
export type {
  FunctionRunner,
  ParserContext,
  ProgramRunner,
  ResumeRequest,
  Runner,
  RunnerFailure,
  RunnerProgram,
  RunnerRequest,
  StreamParser,
  SupportedOptions,
} from "../runners/runner.ts";
export type { Effort } from "../runners/settings/effort.ts";
export type { RunnerOptions } from "../runners/settings/options.ts";
export type { FailureClass } from "../runners/turn/outcome.ts";
export type { AnyCommand, Command, CommandInput, CommandSchema } from "../runtime/define/command.ts";
export type { Config, ConfigContext, ConfigFunction, ConfigValue, PromptFunction } from "../runtime/define/config.ts";
export type { RepoView } from "../runtime/hooks/repo-view.ts";
export type { HookShell, ShellCommand, ShellResult, ShellValue } from "../runtime/hooks/shell.ts";
export type { HookContext, Hooks, PhaseHookContext, RunSummary, TaskHookContext } from "../runtime/hooks/types.ts";
export type { MoveTarget, QueueDraft } from "../runtime/queue/draft.ts";
export type { Queue, QueueFilter } from "../runtime/queue/queue.ts";
export type { NewTask, TaskPatch } from "../runtime/queue/task-input.ts";
export type { OpenQueueOptions } from "./open-queue.ts";
export type { LoopRunOutcome, RunOutcome, TaskRunOutcome } from "./outcome.ts";
export type { Run } from "./run.ts";
export type { RunLoopOptions, RunTaskOptions } from "./run-options.ts";
