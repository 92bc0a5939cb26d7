import { Option } from "clipanion";
import {
  type AgentChoice,
  type AgentOverrides,
  LONGEST_LIMIT_WAIT_HOURS,
  LONGEST_MESSAGE_BYTES,
  type PhaseNumber,
  type PublishMode,
  type RepoPromptMode,
  type RevertMode,
  type RunSettings,
} from "../../run/options.ts";
import { BaseCommand } from "../frame/base.ts";
import { oneOf, usageProblem, wholeNumber } from "../line/usage.ts";

const EFFORTS = ["low", "medium", "high", "xhigh"] as const;
const OPTION_FLAGS = ["output_format", "verbosity", "approval_mode", "sandbox", "plan_mode", "unsupported_option_policy"] as const;

/** Error: `usage`, for flags that want a question and none. */
export function requireAskable({ ask, nonInteractive }: { readonly ask: boolean; readonly nonInteractive: boolean }): void {
  if (ask && nonInteractive) throw usageProblem("--ask and --non-interactive exclude each other.");
}

/** The flags that `run one`, `run loop` and `run resume` share. */
export abstract class RunCommand extends BaseCommand {
  profile = Option.String("--profile", { description: "NAME: Apply this profile." });
  runner = Option.String("--runner", { description: "RUNNER: Agent for all phases." });
  model = Option.String("--model", { description: "MODEL: Model for all phases." });
  effort = Option.String("-e,--effort", { description: "LEVEL: Reasoning effort: low, medium, high or xhigh." });
  runnerPhase1 = Option.String("--runner-phase1", { description: "RUNNER: Agent for planning." });
  runnerPhase2 = Option.String("--runner-phase2", { description: "RUNNER: Agent for the implementation." });
  runnerPhase3 = Option.String("--runner-phase3", { description: "RUNNER: Agent for the review." });
  modelPhase1 = Option.String("--model-phase1", { description: "MODEL: Model for planning." });
  modelPhase2 = Option.String("--model-phase2", { description: "MODEL: Model for the implementation." });
  modelPhase3 = Option.String("--model-phase3", { description: "MODEL: Model for the review." });
  effortPhase1 = Option.String("--effort-phase1", { description: "LEVEL: Effort for planning." });
  effortPhase2 = Option.String("--effort-phase2", { description: "LEVEL: Effort for the implementation." });
  effortPhase3 = Option.String("--effort-phase3", { description: "LEVEL: Effort for the review." });
  outputFormat = Option.String("--output-format", { description: "FORMAT: stream-json." });
  verbosity = Option.String("--verbosity", { description: "LEVEL: quiet, normal or verbose." });
  approvalMode = Option.String("--approval-mode", { description: "MODE: default, auto-edits, yolo or safe." });
  sandbox = Option.String("--sandbox", { description: "MODE: default, enabled or disabled." });
  planMode = Option.String("--plan-mode", { description: "MODE: default, enabled or disabled." });
  unsupportedOptionPolicy = Option.String("--unsupported-option-policy", { description: "POLICY: ignore, warn or error." });
  phases = Option.String("--phases", { description: "N: Phases of each task: 1, 2 (plan, implement) or 3 (and review)." });
  quick = Option.Boolean("--quick", false, { description: "The same as --phases 1." });
  repoPrompt = Option.String("--repo-prompt", { description: "MODE: Blocks about RepoPrompt in the prompts: tools, plan or off." });
  gitRevertMode = Option.String("--git-revert-mode", {
    description: "MODE: What happens to the changes of a failed task: ask, enabled (they are undone) or disabled.",
  });
  gitPublishMode = Option.String("--git-publish-mode", { description: "MODE: off, commit or commit_and_push." });
  includeDraft = Option.Boolean("--include-draft", false, { description: "Drafts are taken too." });
  includeNew = Option.Boolean("--include-new", false, { description: "Tasks that agents make during this run are taken too." });
  maxTurns = Option.String("--max-turns", { description: "N: Agent turns per task; default 20." });
  limitWait = Option.String("--limit-wait", { description: "HOURS: Longest wait for one usage limit of an agent; default 6, 0 for none." });
  lfsCheck = Option.Boolean("--lfs-check", false, {
    description: "End before the gate where files of Git LFS are not as they should be; else a warning.",
  });
  nonInteractive = Option.Boolean("--non-interactive", false, { description: "Never ask anything." });
  noProgress = Option.Boolean("--no-progress", false, { description: "Plain lines, also on a terminal." });
  debug = Option.Boolean("--debug", false, {
    description: "Append agents' output and all log records as they come, secrets included, to .cueloop/logs/debug.log.",
  });
  notify = Option.Boolean("--notify", { hidden: true });
  notifyFail = Option.Boolean("--notify-fail", { hidden: true });
  notifySound = Option.Boolean("--notify-sound", { hidden: true });

  /** The settings as typed. Errors: `usage`. */
  protected settings(): RunSettings {
    if (this.quick && this.phases !== undefined) throw usageProblem("--quick and --phases exclude each other.");
    const phaseCount = this.quick ? 1 : this.phases === undefined ? null : phaseNumber(this.phases);
    const repoPrompt = optional<RepoPromptMode>(this.repoPrompt, (value) => oneOf("--repo-prompt", value, ["tools", "plan", "off"]));
    const publishMode = optional<PublishMode>(this.gitPublishMode, (value) =>
      oneOf("--git-publish-mode", value.replaceAll("-", "_"), ["off", "commit", "commit_and_push"]),
    );
    const revertMode = optional<RevertMode>(this.gitRevertMode, (value) =>
      oneOf("--git-revert-mode", value, ["ask", "enabled", "disabled"]),
    );
    return {
      agent: this.#overrides(),
      includeDraft: this.includeDraft,
      includeNew: this.includeNew,
      force: this.globals.force,
      maxTurns: this.maxTurns === undefined ? null : wholeNumber("--max-turns", this.maxTurns, 1),
      lfsCheck: this.lfsCheck,
      limitWaitHours: this.limitWait === undefined ? 6 : hours(this.limitWait),
      ...(phaseCount === null ? {} : { phaseCount }),
      ...(repoPrompt === null ? {} : { repoPrompt }),
      ...(revertMode === null ? {} : { revertMode }),
      ...(publishMode === null ? {} : { publishMode }),
    };
  }

  /** What was typed and has no effect here, one line each. */
  protected withoutEffect(notifyWhenUnblocked = false): string[] {
    const lines: string[] = [];
    if (notifyWhenUnblocked || [this.notify, this.notifyFail, this.notifySound].some((flag) => flag !== undefined)) {
      lines.push("Notifications do not exist in this version; the --notify flags have no effect.");
    }
    return lines;
  }

  /** A remark for the agent as typed. Errors: `usage`. */
  protected remark(text: string | undefined): string | null {
    if (text === undefined) return null;
    if (text.trim() === "") throw usageProblem("--message must not be blank.");
    if (Buffer.byteLength(text) > LONGEST_MESSAGE_BYTES) throw usageProblem("--message is longer than 16 KiB.");
    return text;
  }

  #overrides(): AgentOverrides {
    const typed: Record<(typeof OPTION_FLAGS)[number], string | undefined> = {
      output_format: this.outputFormat,
      verbosity: this.verbosity,
      approval_mode: this.approvalMode,
      sandbox: this.sandbox,
      plan_mode: this.planMode,
      unsupported_option_policy: this.unsupportedOptionPolicy,
    };
    const runnerOptions: Record<string, string> = {};
    for (const key of OPTION_FLAGS) {
      const value = typed[key];
      if (value !== undefined) runnerOptions[key] = value;
    }
    return {
      ...choice("", this.runner, this.model, this.effort),
      phases: {
        1: choice("-phase1", this.runnerPhase1, this.modelPhase1, this.effortPhase1),
        2: choice("-phase2", this.runnerPhase2, this.modelPhase2, this.effortPhase2),
        3: choice("-phase3", this.runnerPhase3, this.modelPhase3, this.effortPhase3),
      },
      runnerOptions,
    };
  }
}

function choice(suffix: string, runner: string | undefined, model: string | undefined, effort: string | undefined): AgentChoice {
  for (const [flag, value] of [[`--runner${suffix}`, runner] as const, [`--model${suffix}`, model] as const]) {
    if (value?.trim() === "") throw usageProblem(`${flag} must not be blank.`);
  }
  return {
    ...(runner === undefined ? {} : { runner }),
    ...(model === undefined ? {} : { model }),
    ...(effort === undefined ? {} : { effort: oneOf(`--effort${suffix}`, effort, EFFORTS) }),
  };
}

function phaseNumber(text: string): PhaseNumber {
  const word = oneOf("--phases", text, ["1", "2", "3"]);
  return word === "1" ? 1 : word === "2" ? 2 : 3;
}

function hours(text: string): number {
  const value = Number(text.trim());
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0 && value <= LONGEST_LIMIT_WAIT_HOURS) return value;
  throw usageProblem(`--limit-wait takes a number of hours from 0 to ${LONGEST_LIMIT_WAIT_HOURS}, not \`${text}\`.`);
}

function optional<T>(value: string | undefined, read: (value: string) => T): T | null {
  return value === undefined ? null : read(value);
}
