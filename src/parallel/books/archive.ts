import { formatTimestamp, type Instant, parseTimestamp } from "../../base/clock.ts";
import type { Books } from "../../queue/books.ts";
import { appendNotes, applyStatus, isTerminal } from "../../queue/status.ts";
import { canonicalTask, type Task } from "../../queue/task.ts";
import { EVIDENCE_FIELD } from "../../run/gate/evidence.ts";
import type { ResultFile } from "../files/result-file.ts";

export interface Archiving {
  /** The task as it was selected: for books that do not know it. */
  readonly task: Task;
  /** How the work on it ended, `rejected` or not, with notes, evidence and agent. */
  readonly result: Pick<ResultFile, "outcome" | "notes" | "evidence" | "agent">;
  readonly at: Instant;
  /** Takes secrets out of notes. */
  readonly redact: (text: string) => string;
}

/** The books with this one task, and no other, at the end of the done file; unchanged when it is finished there already. */
export function archiveInBooks(books: Books, { task, result, at, redact }: Archiving): Books {
  // Two branches can mint one id: another task that has it is left alone, and the books do not pass validation.
  const isIt = (other: Task) => other.id.trim() === task.id.trim() && isOneMoment(other.created_at, task.created_at);
  if (books.done.tasks.some((record) => isIt(record) && isTerminal(record.status))) return books;
  const present = books.queue.tasks.find(isIt) ?? task;
  const outcome = result.outcome === "rejected" ? "rejected" : "done";
  const noted = appendNotes(applyStatus(present, outcome, formatTimestamp(at)), result.notes, redact);
  const agent = result.agent === null ? {} : { runner_used: result.agent.runner.toLowerCase(), model_used: result.agent.model };
  const record = withEvidence(
    canonicalTask({ ...noted, custom_fields: { ...noted.custom_fields, ...agent } }),
    outcome === "done" ? result.evidence : null,
  );
  return {
    queue: { ...books.queue, tasks: books.queue.tasks.filter((other) => !isIt(other)) },
    done: { ...books.done, tasks: [...books.done.tasks, record] },
  };
}

/** The task with this evidence and no other: what an agent wrote there itself proves nothing. */
export function withEvidence(task: Task, evidence: string | null): Task {
  const { [EVIDENCE_FIELD]: _written, ...fields } = task.custom_fields;
  return canonicalTask({ ...task, custom_fields: evidence === null ? fields : { ...fields, [EVIDENCE_FIELD]: evidence } });
}

function isOneMoment(one: string | undefined, other: string | undefined): boolean {
  return one === other || parseTimestamp(one ?? "")?.instant === parseTimestamp(other ?? "")?.instant;
}
