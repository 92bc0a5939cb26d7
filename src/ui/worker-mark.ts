import type { WorkerRecord } from "../parallel/state/record.ts";
import { workerWord } from "../parallel/state/word.ts";
import { paint } from "./colour.ts";
import { sanitiseLine } from "./sanitise.ts";
import type { Cell } from "./table.ts";

/** The field at the end of a task's line that says a parallel worker has it. */
export function workerCell(record: WorkerRecord): Cell {
  return { text: `worker: ${workerWord(record)}`, style: "cyan" };
}

/** What a parallel worker does for a task, since when and where. */
export function workerText(record: WorkerRecord): string {
  const branch = record.branch == null ? "" : `, on ${record.branch}`;
  return sanitiseLine(`${workerWord(record)} since ${record.started_at}${branch}`);
}

/** The tasks that parallel workers have in hand, under a heading; none without any. */
export function workerLines(workers: ReadonlyMap<string, WorkerRecord>, color: boolean): string[] {
  if (workers.size === 0) return [];
  return [
    "",
    paint("bold", "With parallel workers", color),
    ...[...workers].map(([id, record]) => `  ${sanitiseLine(id)}: ${workerText(record)}`),
  ];
}
