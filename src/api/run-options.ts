import * as v from "valibot";
import { CueLoopError } from "../base/errors.ts";
import { parseValue } from "../base/parse.ts";
import { compact } from "../base/shape.ts";
import {
  type AgentChoice,
  LONGEST_LIMIT_WAIT_HOURS,
  LONGEST_MESSAGE_BYTES,
  MOST_WORKERS,
  type PhaseNumber,
  type RunSettings,
} from "../run/options.ts";
import { LEAST_POLL_MS } from "../run/wait/settings.ts";

const Count = (least: number) =>
  v.pipe(v.number(), v.integer("a whole number is needed"), v.minValue(least, `it must be at least ${least}`));
const Text = v.pipe(v.string(), v.trim(), v.nonEmpty("must not be blank"));
const Effort = v.picklist(["low", "medium", "high", "xhigh"]);
const Message = v.pipe(
  v.string(),
  v.check((text) => text.trim() !== "", "must not be blank"),
  v.check((text) => Buffer.byteLength(text) <= LONGEST_MESSAGE_BYTES, "must not be longer than 16 KiB"),
);

const SHARED = {
  /** The repository is the one at or above this directory; default: the working directory. */
  dir: v.optional(v.string()),
  /** Stops the run as Ctrl-C does. */
  signal: v.optional(v.instance(AbortSignal)),
  /** Apply this profile. */
  profile: v.optional(Text),
  /** Agent for all phases. */
  runner: v.optional(Text),
  /** Model for all phases. */
  model: v.optional(Text),
  /** Reasoning effort for all phases. */
  effort: v.optional(Effort),
  runnerPhase1: v.optional(Text),
  runnerPhase2: v.optional(Text),
  runnerPhase3: v.optional(Text),
  modelPhase1: v.optional(Text),
  modelPhase2: v.optional(Text),
  modelPhase3: v.optional(Text),
  effortPhase1: v.optional(Effort),
  effortPhase2: v.optional(Effort),
  effortPhase3: v.optional(Effort),
  outputFormat: v.optional(Text),
  verbosity: v.optional(Text),
  approvalMode: v.optional(Text),
  sandbox: v.optional(Text),
  planMode: v.optional(Text),
  unsupportedOptionPolicy: v.optional(Text),
  /** Phases of each task: 1, 2 (plan, implement) or 3 (and review). */
  phases: v.optional(v.picklist([1, 2, 3])),
  /** The same as `phases: 1`. */
  quick: v.optional(v.boolean()),
  /** Blocks about RepoPrompt in the prompts. */
  repoPrompt: v.optional(v.picklist(["tools", "plan", "off"])),
  /** What happens to the changes of a failed task; nobody is asked, so `ask` leaves them. */
  gitRevertMode: v.optional(v.picklist(["ask", "enabled", "disabled"])),
  gitPublishMode: v.optional(v.picklist(["off", "commit", "commit_and_push"])),
  /** Drafts are taken too. */
  includeDraft: v.optional(v.boolean()),
  /** Tasks that agents make during this run are taken too. */
  includeNew: v.optional(v.boolean()),
  /** Agent turns per task; default 20. */
  maxTurns: v.optional(Count(1)),
  /** Longest wait for one usage limit of an agent, in hours; default 6, 0 for none. */
  limitWait: v.optional(
    v.pipe(
      v.number(),
      v.minValue(0, "it must be at least 0"),
      v.maxValue(LONGEST_LIMIT_WAIT_HOURS, `it must be at most ${LONGEST_LIMIT_WAIT_HOURS}`),
    ),
  ),
  /** End before the gate where files of Git LFS are not as they should be; else a warning. */
  lfsCheck: v.optional(v.boolean()),
  /** Go on with an interrupted task. */
  resume: v.optional(v.boolean()),
  /** Without the check that nothing is uncommitted. */
  force: v.optional(v.boolean()),
  /** Append agents' output and all log records, secrets included, to .cueloop/logs/debug.log. */
  debug: v.optional(v.boolean()),
} as const;

/** Options of `runTask`: the flags of `cueloop run one` in camel case. */
export const RunTaskOptions = v.strictObject({
  ...SHARED,
  /** A remark for the agent. */
  message: v.optional(Message),
});
export type RunTaskOptions = Readonly<v.InferInput<typeof RunTaskOptions>>;

/** Options of `runLoop`: the flags of `cueloop run loop` in camel case. */
export const RunLoopOptions = v.strictObject({
  ...SHARED,
  /** End after so many tasks; 0 for no limit. */
  maxTasks: v.optional(Count(0)),
  /** A failed task does not end the loop. */
  keepGoing: v.optional(v.boolean()),
  /** Work so many tasks at once, in worktrees. */
  parallel: v.optional(v.pipe(Count(1), v.maxValue(MOST_WORKERS, `it must be at most ${MOST_WORKERS}`))),
  /** With `parallel`, the branch the results go to; default: the one that is checked out. */
  target: v.optional(Text),
  /** Wait, instead of ending, while every task is blocked. */
  waitWhenBlocked: v.optional(v.boolean()),
  /** Look at a blocked queue at least this often; default 1000. */
  waitPollMs: v.optional(Count(LEAST_POLL_MS)),
  /** End after waiting so long for a blocked queue; default 0, for no limit. */
  waitTimeoutSeconds: v.optional(Count(0)),
  /** Wait also while there is no task at all. */
  waitWhenEmpty: v.optional(v.boolean()),
  /** Look at an empty queue at least this often; default 30000. */
  emptyPollMs: v.optional(Count(LEAST_POLL_MS)),
});
export type RunLoopOptions = Readonly<v.InferInput<typeof RunLoopOptions>>;

type Shared = Omit<v.InferOutput<typeof RunTaskOptions>, "message">;

/** Options as a script gave them. Errors: `file.invalid` naming the option, `api.options`. */
export function readOptions<const Schema extends typeof RunTaskOptions | typeof RunLoopOptions>(
  schema: Schema,
  call: string,
  value: unknown,
): v.InferOutput<Schema> {
  const options = parseValue(schema, { file: call, value: value ?? {} }, "options object");
  if (options.quick === true && options.phases !== undefined) throw conflict(call, "quick", "phases");
  return options;
}

/** Error `api.options` for two options of which only one can hold. */
export function conflict(call: string, one: string, other: string): CueLoopError {
  return new CueLoopError("api.options", { message: `${call}: \`${one}\` and \`${other}\` exclude each other.` });
}

/** What options say about how tasks are worked. */
export function settingsOf(options: Shared): RunSettings {
  const phaseCount = options.quick === true ? 1 : options.phases;
  const runnerOptions: Readonly<Record<string, string>> = compact({
    output_format: options.outputFormat,
    verbosity: options.verbosity,
    approval_mode: options.approvalMode,
    sandbox: options.sandbox,
    plan_mode: options.planMode,
    unsupported_option_policy: options.unsupportedOptionPolicy,
  });
  const phase = (number: PhaseNumber): AgentChoice =>
    compact({ runner: options[`runnerPhase${number}`], model: options[`modelPhase${number}`], effort: options[`effortPhase${number}`] });
  return {
    agent: {
      ...compact({ runner: options.runner, model: options.model, effort: options.effort }),
      phases: { 1: phase(1), 2: phase(2), 3: phase(3) },
      runnerOptions,
    },
    includeDraft: options.includeDraft === true,
    includeNew: options.includeNew === true,
    force: options.force === true,
    maxTurns: options.maxTurns ?? null,
    lfsCheck: options.lfsCheck === true,
    limitWaitHours: options.limitWait ?? 6,
    ...compact({ phaseCount, repoPrompt: options.repoPrompt, revertMode: options.gitRevertMode, publishMode: options.gitPublishMode }),
  };
}
