import * as v from "valibot";
import { mapOf, record } from "../../base/shape.ts";
import { AGING_RANGE, PARALLEL_RANGES, POLL_RANGE, QUEUE_RANGES, WORKERS_RANGE } from "./ranges.ts";
import { Flag, Text, TextList, unsigned } from "./values.ts";

/** Ages in days; those set must grow from the first to the last. */
export const QueueAgingThresholds = record({
  warning_days: v.nullish(unsigned("u32", AGING_RANGE)),
  stale_days: v.nullish(unsigned("u32", AGING_RANGE)),
  rotten_days: v.nullish(unsigned("u32", AGING_RANGE)),
});

export const QueueConfig = record({
  /** Path, relative to the repository root. */
  file: Text,
  /** Path, relative to the repository root. */
  done_file: Text,
  id_prefix: Text,
  id_width: v.nullish(unsigned("u8", QUEUE_RANGES.id_width)),
  size_warning_threshold_kb: v.nullish(unsigned("u32", QUEUE_RANGES.size_warning_threshold_kb)),
  task_count_warning_threshold: v.nullish(unsigned("u32", QUEUE_RANGES.task_count_warning_threshold)),
  max_dependency_depth: v.nullish(unsigned("u8", QUEUE_RANGES.max_dependency_depth)),
  auto_archive_terminal_after_days: v.nullish(unsigned("u32", QUEUE_RANGES.auto_archive_terminal_after_days)),
  aging_thresholds: v.nullish(QueueAgingThresholds),
});

/** The keys of `parallel` that every layer has. */
export const PARALLEL_ENTRIES = {
  workers: v.nullish(unsigned("u8", WORKERS_RANGE)),
  /** Parent directory of the workers' work trees. */
  workspace_root: Text,
  max_push_attempts: v.nullish(unsigned("u8", PARALLEL_RANGES.max_push_attempts)),
  /** Waits between attempts, in milliseconds. */
  push_backoff_ms: v.nullish(v.array(unsigned("u64"))),
  workspace_retention_hours: v.nullish(unsigned("u32", PARALLEL_RANGES.workspace_retention_hours)),
  /** Paths and patterns of git-ignored files that workers get a copy of. */
  ignored_file_allowlist: TextList,
};

export const ParallelConfig = record(PARALLEL_ENTRIES);

export const LoopConfig = record({
  wait_when_empty: Flag,
  empty_poll_ms: v.nullish(unsigned("u64", POLL_RANGE)),
  wait_when_blocked: Flag,
  wait_poll_ms: v.nullish(unsigned("u64", POLL_RANGE)),
  /** 0: no limit. */
  wait_timeout_seconds: v.nullish(unsigned("u64")),
  notify_when_unblocked: Flag,
});

export const PluginConfig = record({
  enabled: Flag,
  /** Handed to the plugin as it is; upper layers replace it as a whole. */
  config: v.nullish(v.unknown()),
});

export const PluginsConfig = record({
  plugins: v.optional(mapOf(PluginConfig)),
});
