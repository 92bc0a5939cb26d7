import { findTask, requireId, taskNotFound } from "../../queue/books.ts";
import type { Task } from "../../queue/task.ts";
import { compactRow, taskLines } from "../../ui/views/task.ts";
import type { OpenBooks } from "../frame/books.ts";
import type { Session } from "../frame/session.ts";

/** The task with this id, active before done. Errors: `queue.id_blank`, `queue.task_not_found`. */
export function taskById({ books }: OpenBooks, id: string): Task {
  const wanted = requireId(id);
  const found = findTask(books, wanted);
  if (found === null) throw taskNotFound(wanted);
  return found.task;
}

/** Prints a task as JSON or as one line, ID, status, priority and title separated by tabs. */
export async function printTask(session: Session, task: Task, format: "json" | "compact"): Promise<void> {
  if (format === "json") await session.printJson(task);
  else await session.print(taskLines([compactRow(task)], { color: session.color, width: null }).join("\n"));
}
