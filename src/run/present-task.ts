import { findTask } from "../queue/books.ts";
import { readBooks } from "../queue/store/read.ts";
import type { Task } from "../queue/task.ts";
import type { RunContext } from "./context.ts";

/** A task as the books have it by now; as it was where it cannot be read. */
export function presentTask(context: RunContext, task: Task): Task {
  try {
    return findTask(readBooks(context, "lenient"), task.id)?.task ?? task;
  } catch {
    return task;
  }
}
