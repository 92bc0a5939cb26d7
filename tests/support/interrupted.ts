import type { Repository } from "./repository.ts";

/** Text with what differs from run to run made equal: times, ids, hashes, process ids, paths. */
export function steadyText(text: string, repo: Repository): string {
  return text
    .replaceAll(repo.root, "REPO")
    .replace(/\[\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z/g, "[TIME")
    .replace(/\d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC/g, "TIME")
    .replace(/\d{4}-\d{2}-\d{2}T\d{2}[-:]\d{2}[-:][\d.-]+Z/g, "TIME")
    .replace(/\b\d{8}T\d{15}Z/g, "TIME")
    .replace(/pid \d+/g, "pid N")
    .replace(/\b[0-9a-f]{10,40}\b/g, "COMMIT")
    .replace(/(after|passed \(|failed: .*\() ?[\d.]+ (ms|s)/g, "$1 T")
    .replace(/running: .*\(pid N\)(, .*\(pid N\))*\./g, "running: PROCESSES.");
}

/** A saved session, as an older program writes it; fields replace what is here. */
export function savedSession(fields: Readonly<Record<string, unknown>> = {}): string {
  const now = new Date().toISOString().replace("Z", "000000Z");
  const session = {
    version: 1,
    session_id: "20261121T070429123456789Z-RQ-0001",
    task_id: "RQ-0001",
    run_started_at: now,
    last_updated_at: now,
    iterations_planned: 1,
    iterations_completed: 0,
    current_phase: 2,
    runner: "script",
    model: "scripted",
    tasks_completed_in_loop: 0,
    max_tasks: 0,
    ...fields,
  };
  return JSON.stringify(session, null, 2);
}
