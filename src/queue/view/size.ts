/** How large the active queue is. */
export interface QueueSize {
  /** Bytes of the active file; null when they could not be counted. */
  readonly bytes: number | null;
  readonly activeTasks: number;
}

export interface SizeThresholds {
  readonly size_warning_threshold_kb: number;
  readonly task_count_warning_threshold: number;
}

/** What to tell about a queue that has grown large, in whole KiB and tasks; nothing when it has not. */
export function sizeWarnings(size: QueueSize, thresholds: SizeThresholds): string[] {
  const warnings: string[] = [];
  const kibibytes = Math.trunc((size.bytes ?? 0) / 1024);
  const { size_warning_threshold_kb: largest, task_count_warning_threshold: most } = thresholds;
  if (kibibytes > largest) {
    warnings.push(`The queue file has ${kibibytes} KiB, more than the ${largest} KiB of queue.size_warning_threshold_kb. ${WAY_OUT}`);
  }
  if (size.activeTasks > most) {
    warnings.push(`The queue holds ${size.activeTasks} tasks, more than the ${most} of queue.task_count_warning_threshold. ${WAY_OUT}`);
  }
  return warnings;
}

const WAY_OUT =
  "Finished tasks leave it with `cueloop task done` and `cueloop task reject`; `--quiet` hides this warning, a higher threshold ends it.";
