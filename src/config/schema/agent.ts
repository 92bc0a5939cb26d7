import * as v from "valibot";
import { mapOf, record } from "../../base/shape.ts";
import { AGENT_RANGES, NOTIFICATION_TIMEOUT_RANGE, RETRY_RANGES, WEBHOOK_RANGES } from "./ranges.ts";
import {
  ClaudePermissionMode,
  CursorModelParamValue,
  CursorSettingSource,
  float,
  GitPublishMode,
  GitRevertMode,
  Model,
  normaliseRunnerId,
  ReasoningEffort,
  Runner,
  RunnerApprovalMode,
  RunnerOutputFormat,
  RunnerPlanMode,
  RunnerSandboxMode,
  RunnerVerbosity,
  ScanPromptVersion,
  UnsupportedOptionPolicy,
  unsigned,
  WebhookEventSubscription,
  WebhookQueuePolicy,
} from "./values.ts";

export const CursorRunnerConfig = record({
  model_params: v.nullish(mapOf(CursorModelParamValue)),
  setting_sources: v.nullish(v.array(CursorSettingSource)),
});

export const RunnerCliOptionsPatch = record({
  output_format: v.nullish(RunnerOutputFormat),
  verbosity: v.nullish(RunnerVerbosity),
  approval_mode: v.nullish(RunnerApprovalMode),
  sandbox: v.nullish(RunnerSandboxMode),
  plan_mode: v.nullish(RunnerPlanMode),
  unsupported_option_policy: v.nullish(UnsupportedOptionPolicy),
});

/** Options per runner; keys follow the rules of runner ids. */
const RunnerCliRunners = v.pipe(
  mapOf(RunnerCliOptionsPatch),
  v.check((map) => Object.keys(map).every((id) => id.trim() !== ""), "a runner id must not be blank"),
  v.transform((map) => Object.fromEntries(Object.entries(map).map(([id, options]) => [normaliseRunnerId(id), options]))),
);

export const RunnerCliConfigRoot = record({
  defaults: v.optional(RunnerCliOptionsPatch),
  runners: v.optional(RunnerCliRunners),
});

export const PhaseOverrideConfig = record({
  runner: v.nullish(Runner),
  model: v.nullish(Model),
  reasoning_effort: v.nullish(ReasoningEffort),
  cursor: v.nullish(CursorRunnerConfig),
});

export const PhaseOverrides = record({
  phase1: v.nullish(PhaseOverrideConfig),
  phase2: v.nullish(PhaseOverrideConfig),
  phase3: v.nullish(PhaseOverrideConfig),
});

export const CiGateConfig = record({
  enabled: v.nullish(v.boolean()),
  /** Program and arguments; no shell. */
  argv: v.nullish(v.array(v.string())),
});

export const NotificationConfig = record({
  enabled: v.nullish(v.boolean()),
  notify_on_complete: v.nullish(v.boolean()),
  notify_on_fail: v.nullish(v.boolean()),
  notify_on_loop_complete: v.nullish(v.boolean()),
  notify_on_watch_new_tasks: v.nullish(v.boolean()),
  suppress_when_active: v.nullish(v.boolean()),
  sound_enabled: v.nullish(v.boolean()),
  sound_path: v.nullish(v.string()),
  timeout_ms: v.nullish(unsigned("u32", NOTIFICATION_TIMEOUT_RANGE)),
});

export const WebhookConfig = record({
  enabled: v.nullish(v.boolean()),
  url: v.nullish(v.string()),
  allow_insecure_http: v.nullish(v.boolean()),
  allow_private_targets: v.nullish(v.boolean()),
  /** HMAC key. */
  secret: v.nullish(v.string()),
  events: v.nullish(v.array(WebhookEventSubscription)),
  timeout_secs: v.nullish(unsigned("u32", WEBHOOK_RANGES.timeout_secs)),
  retry_count: v.nullish(unsigned("u32", WEBHOOK_RANGES.retry_count)),
  retry_backoff_ms: v.nullish(unsigned("u32", WEBHOOK_RANGES.retry_backoff_ms)),
  queue_capacity: v.nullish(unsigned("u32", WEBHOOK_RANGES.queue_capacity)),
  parallel_queue_multiplier: v.nullish(float(WEBHOOK_RANGES.parallel_queue_multiplier)),
  queue_policy: v.nullish(WebhookQueuePolicy),
});

export const RunnerRetryConfig = record({
  max_attempts: v.nullish(unsigned("u32", RETRY_RANGES.max_attempts)),
  base_backoff_ms: v.nullish(unsigned("u32", RETRY_RANGES.base_backoff_ms)),
  multiplier: v.nullish(float(RETRY_RANGES.multiplier)),
  max_backoff_ms: v.nullish(unsigned("u32", RETRY_RANGES.max_backoff_ms)),
  jitter_ratio: v.nullish(float(RETRY_RANGES.jitter_ratio)),
});

/** `agent` of one layer, and the shape of every profile. */
export const AgentConfig = record({
  runner: v.nullish(Runner),
  model: v.nullish(Model),
  reasoning_effort: v.nullish(ReasoningEffort),
  iterations: v.nullish(unsigned("u8", AGENT_RANGES.iterations)),
  followup_reasoning_effort: v.nullish(ReasoningEffort),
  codex_bin: v.nullish(v.string()),
  opencode_bin: v.nullish(v.string()),
  gemini_bin: v.nullish(v.string()),
  claude_bin: v.nullish(v.string()),
  /** Node executable that runs the bridge to the Cursor SDK. */
  cursor_sdk_node_bin: v.nullish(v.string()),
  /** Removed key that must still load; never used and never printed. */
  cursor_bin: v.nullish(v.string()),
  cursor: v.nullish(CursorRunnerConfig),
  kimi_bin: v.nullish(v.string()),
  pi_bin: v.nullish(v.string()),
  claude_permission_mode: v.nullish(ClaudePermissionMode),
  runner_cli: v.nullish(RunnerCliConfigRoot),
  phase_overrides: v.nullish(PhaseOverrides),
  instruction_files: v.nullish(v.array(v.string())),
  repoprompt_plan_required: v.nullish(v.boolean()),
  repoprompt_tool_injection: v.nullish(v.boolean()),
  ci_gate: v.nullish(CiGateConfig),
  git_revert_mode: v.nullish(GitRevertMode),
  git_publish_mode: v.nullish(GitPublishMode),
  phases: v.nullish(unsigned("u8", AGENT_RANGES.phases)),
  notification: v.optional(NotificationConfig),
  webhook: v.optional(WebhookConfig),
  session_timeout_hours: v.nullish(unsigned("u64", AGENT_RANGES.session_timeout_hours)),
  scan_prompt_version: v.nullish(ScanPromptVersion),
  runner_retry: v.optional(RunnerRetryConfig),
});
