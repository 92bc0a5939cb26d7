import * as v from "valibot";
import { type Range, WIDTHS, type Width } from "./ranges.ts";

/** Runners the program knows by name, in the order of its catalogue; any other id names a plugin's runner. */
export const BUILT_IN_RUNNERS = ["claude", "codex", "opencode", "gemini", "cursor", "kimi", "pi"] as const;

/** True for a runner the program knows by name. */
export function isBuiltInRunner(id: string): boolean {
  return BUILT_IN_RUNNERS.some((known) => known === id);
}

/** Trimmed; built-in ids in lower case whatever their case was, another id as it is. */
export function normaliseRunnerId(text: string): string {
  const id = text.trim();
  const lower = id.toLowerCase();
  return isBuiltInRunner(lower) ? lower : id;
}

export const Runner = v.pipe(
  v.string(),
  v.trim(),
  v.nonEmpty("a runner id must not be blank"),
  v.transform(normaliseRunnerId),
  v.metadata({
    description: "A built-in runner or the id of a plugin that has one.",
    examples: ["claude", "codex", "opencode", "gemini", "cursor", "kimi", "pi", "acme.relay"],
  }),
);

export const Model = v.pipe(
  v.string(),
  v.trim(),
  v.nonEmpty("a model name must not be blank"),
  v.metadata({
    description: "A model as the runner names it.",
    examples: [
      "openai-codex/gpt-5.5",
      "openai-codex/gpt-5.4",
      "gpt-5.4",
      "gpt-5.3-codex",
      "gpt-5.3-codex-spark",
      "gpt-5.3",
      "zai-coding-plan/glm-4.7",
    ],
  }),
);

export const ProjectType = v.picklist(["code", "docs"]);
export const ReasoningEffort = v.picklist(["low", "medium", "high", "xhigh"]);
export const ClaudePermissionMode = v.picklist(["accept_edits", "bypass_permissions"]);
export const GitRevertMode = v.picklist(["ask", "enabled", "disabled"]);
export const GitPublishMode = v.picklist(["off", "commit", "commit_and_push"]);
export const ScanPromptVersion = v.picklist(["v1", "v2"]);

export const CursorModelParamValue = v.union([v.string(), v.boolean()]);
export const CursorSettingSource = v.picklist(["project", "user", "team", "mdm", "plugins", "all"]);

export const RunnerOutputFormat = v.picklist(["stream_json", "json", "text"]);
export const RunnerVerbosity = v.picklist(["quiet", "normal", "verbose"]);
export const RunnerApprovalMode = v.picklist(["default", "auto_edits", "yolo", "safe"]);
export const RunnerSandboxMode = v.picklist(["default", "enabled", "disabled"]);
export const RunnerPlanMode = v.picklist(["default", "enabled", "disabled"]);
export const UnsupportedOptionPolicy = v.picklist(["ignore", "warn", "error"]);

export const WebhookEventSubscription = v.picklist([
  "task_created",
  "task_started",
  "task_completed",
  "task_failed",
  "task_status_changed",
  "loop_started",
  "loop_stopped",
  "phase_started",
  "phase_completed",
  "queue_unblocked",
  "*",
]);
export const WebhookQueuePolicy = v.picklist(["drop_oldest", "drop_new", "block_with_timeout"]);

/**
 * An unsigned integer of the file format. The width is held when parsing; the narrower `range`
 * is what the JSON Schema states, held (or moved into) when the merged configuration is validated.
 */
export function unsigned(width: Width, range: Range = WIDTHS[width]) {
  const { max } = WIDTHS[width];
  return v.pipe(
    v.number(),
    v.integer("expected an integer"),
    v.minValue(0, "expected an integer of at least 0"),
    v.maxValue(max, `expected an integer of at most ${max}`),
    v.metadata({ minimum: range.min, ...(range.max < WIDTHS.u32.max ? { maximum: range.max } : {}) }),
  );
}

/** A number whose range the JSON Schema states and validation holds. */
export function float(range: Range) {
  return v.pipe(v.number(), v.metadata({ minimum: range.min, maximum: range.max }));
}

/** Schemas have no state, and making one costs microseconds at every start: those that most keys have are made once. */
export const Flag = v.nullish(v.boolean());
export const Text = v.nullish(v.string());
export const TextList = v.nullish(v.array(v.string()));
