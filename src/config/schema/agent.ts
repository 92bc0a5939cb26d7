import * as v from "valibot";
import { mapOf, record } from "../../base/shape.ts";
import { AGENT_RANGES, NOTIFICATION_TIMEOUT_RANGE, RETRY_RANGES, WEBHOOK_RANGES } from "./ranges.ts";
import {
  ClaudePermissionMode,
  CursorModelParamValue,
  CursorSettingSource,
  Flag,
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
  Text,
  TextList,
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
  enabled: Flag,
  /** Program and arguments; no shell. */
  argv: TextList,
});

export const NOTIFICATION_ENTRIES = {
  enabled: Flag,
  notify_on_complete: Flag,
  notify_on_fail: Flag,
  notify_on_loop_complete: Flag,
  notify_on_watch_new_tasks: Flag,
  suppress_when_active: Flag,
  sound_enabled: Flag,
  sound_path: Text,
  timeout_ms: v.nullish(unsigned("u32", NOTIFICATION_TIMEOUT_RANGE)),
};
export const NotificationConfig = record(NOTIFICATION_ENTRIES);

export const WebhookConfig = record({
  enabled: Flag,
  url: Text,
  allow_insecure_http: Flag,
  allow_private_targets: Flag,
  /** HMAC key. */
  secret: Text,
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

/** The keys of `agent` that every layer and every profile has. */
export const AGENT_ENTRIES = {
  runner: v.nullish(Runner),
  model: v.nullish(Model),
  reasoning_effort: v.nullish(ReasoningEffort),
  iterations: v.nullish(unsigned("u8", AGENT_RANGES.iterations)),
  followup_reasoning_effort: v.nullish(ReasoningEffort),
  codex_bin: Text,
  opencode_bin: Text,
  gemini_bin: Text,
  claude_bin: Text,
  /** Node executable that runs the bridge to the Cursor SDK. */
  cursor_sdk_node_bin: Text,
  /** Removed key that must still load; never used and never printed. */
  cursor_bin: Text,
  cursor: v.nullish(CursorRunnerConfig),
  kimi_bin: Text,
  pi_bin: Text,
  claude_permission_mode: v.nullish(ClaudePermissionMode),
  runner_cli: v.nullish(RunnerCliConfigRoot),
  phase_overrides: v.nullish(PhaseOverrides),
  instruction_files: TextList,
  repoprompt_plan_required: Flag,
  repoprompt_tool_injection: Flag,
  ci_gate: v.nullish(CiGateConfig),
  git_revert_mode: v.nullish(GitRevertMode),
  git_publish_mode: v.nullish(GitPublishMode),
  phases: v.nullish(unsigned("u8", AGENT_RANGES.phases)),
  notification: v.optional(NotificationConfig),
  webhook: v.optional(WebhookConfig),
  session_timeout_hours: v.nullish(unsigned("u64", AGENT_RANGES.session_timeout_hours)),
  scan_prompt_version: v.nullish(ScanPromptVersion),
  runner_retry: v.optional(RunnerRetryConfig),
};

/** `agent` of one layer, and the shape of every profile. */
export const AgentConfig = record(AGENT_ENTRIES);
