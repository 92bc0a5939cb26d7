/** Inclusive bounds of a number. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

const U8 = 255;
const U32 = 4_294_967_295;
/** The nearest number there is above the largest 64-bit integer. */
const U64 = 2 ** 64;

/** What the unsigned widths of the file format can hold. */
export const WIDTHS = {
  u8: { min: 0, max: U8 },
  u32: { min: 0, max: U32 },
  u64: { min: 0, max: U64 },
} as const satisfies Record<string, Range>;
export type Width = keyof typeof WIDTHS;

/** Out of these the configuration is refused. */
export const QUEUE_RANGES = {
  id_width: { min: 1, max: U8 },
  size_warning_threshold_kb: { min: 100, max: 10_000 },
  task_count_warning_threshold: { min: 50, max: 5000 },
  max_dependency_depth: { min: 1, max: 100 },
  auto_archive_terminal_after_days: { min: 0, max: 3650 },
} as const satisfies Record<string, Range>;

/** Out of these the configuration is refused. */
export const AGENT_RANGES = {
  iterations: { min: 1, max: U8 },
  phases: { min: 1, max: 3 },
  session_timeout_hours: { min: 1, max: U64 },
} as const satisfies Record<string, Range>;

/** Out of these the configuration is refused, enabled or not. */
export const WEBHOOK_RANGES = {
  timeout_secs: { min: 1, max: 300 },
  retry_count: { min: 0, max: 10 },
  retry_backoff_ms: { min: 100, max: 30_000 },
  queue_capacity: { min: 10, max: 10_000 },
  parallel_queue_multiplier: { min: 1, max: 10 },
} as const satisfies Record<string, Range>;

/** Out of this the configuration is refused. One worker is one worker in a worktree. */
export const WORKERS_RANGE: Range = { min: 1, max: U8 };

/** Values outside are moved to the nearest bound with a warning: such files have always loaded. */
export const AGING_RANGE: Range = { min: 0, max: 3650 };
/** Moved to the nearest bound. */
export const NOTIFICATION_TIMEOUT_RANGE: Range = { min: 1000, max: 60_000 };
/** Moved to the nearest bound. */
export const RETRY_RANGES = {
  max_attempts: { min: 1, max: 20 },
  base_backoff_ms: { min: 0, max: 600_000 },
  multiplier: { min: 1, max: 10 },
  max_backoff_ms: { min: 0, max: 600_000 },
  jitter_ratio: { min: 0, max: 1 },
} as const satisfies Record<string, Range>;
/** Moved to the nearest bound. */
export const PARALLEL_RANGES = {
  max_push_attempts: { min: 1, max: U8 },
  workspace_retention_hours: { min: 1, max: U32 },
} as const satisfies Record<string, Range>;
/** Moved to the nearest bound. */
export const POLL_RANGE: Range = { min: 50, max: U64 };
