import { CueLoopError } from "../../base/errors.ts";
import type { Task } from "../task.ts";

/** Something doubtful about a task that does not stop anyone. */
export interface Warning {
  readonly task_id: string;
  readonly message: string;
}

/** A file of the books, for messages: `label` in words, `file` its path when known. */
export interface Place {
  readonly label: string;
  readonly file?: string;
}

export interface Complaint {
  /** Field, with index where it has one: `tags[2]`. */
  readonly field: string;
  /** Continues a sentence that begins with the task. */
  readonly says: string;
  /** What to change, as an imperative. */
  readonly fix: string;
}

/** Collects warnings and words errors, each with task id, index and field. */
export class Findings {
  readonly warnings: Warning[] = [];

  warn(taskId: string, message: string): void {
    this.warnings.push({ task_id: taskId, message });
  }

  error(where: Place, task: Task, index: number, complaint: Complaint): CueLoopError {
    const id = task.id.trim();
    const name = id === "" ? `Task ${index + 1}` : `Task ${id}`;
    return new CueLoopError("queue.invalid", {
      message: `${name} (tasks[${index}] of the ${where.label}, ${complaint.field}) ${complaint.says}: ${complaint.fix}.`,
      hint: "`cueloop queue validate` checks again; `cueloop queue repair --dry-run` shows what can be repaired automatically.",
      where: {
        ...(where.file === undefined ? {} : { file: where.file }),
        ...(id === "" ? {} : { taskId: id }),
        path: `tasks[${index}].${complaint.field}`,
      },
    });
  }
}
