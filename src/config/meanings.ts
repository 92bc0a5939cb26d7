import type { Meanings } from "./describe.ts";

const LATER = "Without effect in this version.";
const PHASE = "Settings of this phase alone.";
const PROGRAM = (name: string) => `Program of the runner ${name}: a name on PATH or a path. Needs trust in a project.`;
const UNDRIVEN = (name: string) => `Program of the runner ${name}, which this version cannot drive.`;

/**
 * What each key of `config.jsonc` means, by definition of its JSON Schema; `Config` is the file itself.
 * Editors show it, and the reference is made from it.
 */
export const MEANINGS: Meanings = {
  Config: {
    $schema: "Lets editors find the JSON Schema of this file.",
    version: "Version of the file format.",
    project_type: "What the repository holds; the prompts speak of it.",
    queue: "Where the tasks are kept, and when to warn about them.",
    agent: "Which agent works, how, and what its work is held against.",
    parallel: "Several tasks at once, each in a worktree of its own.",
    loop: "Whether `cueloop run loop` waits when nothing is runnable; its flags say otherwise for one run.",
    plugins: "Programs of your own that CueLoop starts.",
    profiles: "Named patches over `agent`, chosen with `--profile`.",
  },
  QueueConfig: {
    file: "Path of the queue, relative to the repository's root.",
    done_file: "Path of the done file, relative to the repository's root.",
    id_prefix: "Letters a task id begins with.",
    id_width: "Digits of a task id, filled up with zeros; more are used when they run out.",
    size_warning_threshold_kb: "Size of the queue in KiB from which `cueloop queue list` warns.",
    task_count_warning_threshold: "Number of active tasks from which `cueloop queue list` warns.",
    max_dependency_depth: "Length of a chain of dependencies beyond which validation warns.",
    auto_archive_terminal_after_days: `Age in days at which finished tasks move to the done file by themselves. ${LATER}`,
    aging_thresholds: `Ages of tasks, for reports. ${LATER}`,
  },
  QueueAgingThresholds: {
    warning_days: "Age in days worth a look.",
    stale_days: "Age in days of a stale task.",
    rotten_days: "Age in days of a rotten task.",
  },
  AgentConfig: {
    runner: "Agent for all phases: `claude`, `codex`, `opencode` or the id of an enabled plugin. A plugin needs trust in a project.",
    model: "Model for all phases, as the runner names it. A model of another runner is replaced by the runner's own, with a warning.",
    reasoning_effort: "How hard the model thinks, for runners that can be told.",
    iterations: "Passes through all phases for each task.",
    followup_reasoning_effort: "Reasoning effort of iterations after the first.",
    codex_bin: PROGRAM("codex"),
    opencode_bin: PROGRAM("opencode"),
    gemini_bin: UNDRIVEN("gemini"),
    claude_bin: PROGRAM("claude"),
    cursor_sdk_node_bin: UNDRIVEN("cursor"),
    cursor: `Settings of the runner cursor. ${LATER}`,
    kimi_bin: UNDRIVEN("kimi"),
    pi_bin: UNDRIVEN("pi"),
    claude_permission_mode:
      "What Claude Code may do unasked where `approval_mode` is `default`. `bypass_permissions` needs trust in a project.",
    runner_cli: "How runners are called, in words that mean the same for all of them.",
    phase_overrides: "Runner, model and effort of single phases.",
    instruction_files: "Files whose text goes into every prompt. One outside the repository needs trust in a project.",
    repoprompt_plan_required: "Planning prompts ask for RepoPrompt's planning tools.",
    repoprompt_tool_injection: "Prompts speak of RepoPrompt's tools.",
    ci_gate: "The gate: what must pass before work counts. Needs trust in a project.",
    git_revert_mode:
      "What happens to the changes of a failed task: `enabled` undoes them and keeps them under a ref, `disabled` leaves them in the tree, `ask` asks where somebody can answer and otherwise leaves them.",
    git_publish_mode: "Whether a finished task is committed, and pushed.",
    phases: "1: everything in one pass; 2: plan, then implement; 3: and review.",
    notification: `Desktop notifications. ${LATER}`,
    webhook: `Events sent to a URL. ${LATER}`,
    session_timeout_hours: "Age in hours from which a saved session is not gone on with unasked.",
    scan_prompt_version: `Version of the prompt for finding tasks. ${LATER}`,
    runner_retry: "Repeating a turn that failed for a passing reason.",
  },
  CiGateConfig: {
    enabled: "Whether work is held against a gate at all.",
    argv: "Program and arguments, started in the repository's root without a shell.",
  },
  CursorRunnerConfig: {
    model_params: "Parameters of the model.",
    setting_sources: "Where it takes settings from.",
  },
  PhaseOverrides: { phase1: `Planning. ${PHASE}`, phase2: `Implementation, or the single pass. ${PHASE}`, phase3: `Review. ${PHASE}` },
  PhaseOverrideConfig: {
    runner: "Agent of the phase. A plugin needs trust in a project.",
    model: "Model of the phase.",
    reasoning_effort: "Reasoning effort of the phase.",
    cursor: `Settings of the runner cursor. ${LATER}`,
  },
  RunnerCliConfigRoot: {
    defaults: "For every runner.",
    runners: "By runner id, over the defaults.",
  },
  RunnerCliOptionsPatch: {
    output_format: "What the runner prints; only `stream_json` can be read.",
    verbosity: "How much the runner prints.",
    approval_mode: "What the agent may do unasked. `yolo` needs trust in a project.",
    sandbox: "Whether the agent is shut into the repository. `disabled` needs trust in a project.",
    plan_mode: "Whether the runner's own planning mode is on.",
    unsupported_option_policy: "What to do about an option the runner cannot express.",
  },
  NotificationConfig: {
    enabled: "Whether there are any.",
    notify_on_complete: "When a task is done.",
    notify_on_fail: "When a task failed.",
    notify_on_loop_complete: "When a loop ended.",
    notify_on_watch_new_tasks: "When watching files led to new tasks.",
    suppress_when_active: "Not while the terminal is in front.",
    sound_enabled: "With a sound.",
    sound_path: "File of the sound.",
    timeout_ms: "How long one is shown, in milliseconds.",
  },
  WebhookConfig: {
    enabled: "Whether any is sent.",
    url: "Where they are sent.",
    allow_insecure_http: "Whether the URL may be plain HTTP.",
    allow_private_targets: "Whether the URL may be on a private network.",
    secret: "Key of the signature; never printed.",
    events: "Which events are sent; `*` for all.",
    timeout_secs: "Longest time one may take, in seconds.",
    retry_count: "Repetitions of one that failed.",
    retry_backoff_ms: "Wait before the first repetition, in milliseconds.",
    queue_capacity: "How many may wait to be sent.",
    parallel_queue_multiplier: "How many times more may wait with several workers.",
    queue_policy: "What gives way when too many wait.",
  },
  RunnerRetryConfig: {
    max_attempts: "Calls in all, the first one counted; 3 where nothing is set.",
    base_backoff_ms: "Wait before the first repetition, in milliseconds; 1000 where nothing is set.",
    multiplier: "How much longer each wait is than the one before; 2 where nothing is set.",
    max_backoff_ms: "Longest wait, in milliseconds; 30000 where nothing is set.",
    jitter_ratio: "Share of a wait that is left to chance; 0.2 where nothing is set.",
  },
  ParallelConfig: {
    workers: "Tasks worked at once.",
    workspace_root: "Parent directory of the worktrees.",
    max_push_attempts: "Attempts to bring one task's work in.",
    push_backoff_ms: "Waits between them, in milliseconds.",
    workspace_retention_hours: "How long worktrees of failed tasks are kept, in hours.",
    ignored_file_allowlist: "Files git ignores that workers get a copy of. Needs trust in a project.",
  },
  LoopConfig: {
    wait_when_empty: "Wait for new tasks when there are none.",
    empty_poll_ms: "How often to look for new tasks, in milliseconds.",
    wait_when_blocked: "Wait while every task is blocked.",
    wait_poll_ms: "How often to look for a runnable one, in milliseconds.",
    wait_timeout_seconds: "Longest wait for a blocked queue, in seconds; 0 for no limit.",
    notify_when_unblocked: `Notify when a wait is over. ${LATER}`,
  },
  PluginsConfig: { plugins: "By plugin id. Each needs trust in a project." },
  PluginConfig: {
    enabled: "Whether the plugin may be used.",
    config: "Settings of the plugin's own, handed to it as they are.",
  },
};
