import type { RunnabilityRow } from "../../queue/runnability.ts";
import type { Task } from "../../queue/task.ts";
import type { TaskFilter } from "../../queue/view/filter.ts";
import type { QueueDraft } from "./draft.ts";

/** Which tasks are wanted; kinds must all hold, values of one kind are alternatives. */
export type QueueFilter = Omit<TaskFilter, "files">;

/** The queue as user code sees it. Reading takes no lock; tasks are frozen. */
export interface Queue {
  /** Active tasks, in order of execution. */
  tasks(filter?: QueueFilter): Promise<readonly Task[]>;
  /** Finished tasks, oldest first. */
  done(filter?: QueueFilter): Promise<readonly Task[]>;
  /** From the queue or the done file; null: there is none. */
  get(id: string): Promise<Task | null>;
  /** The task that a run would take now; null: none is runnable. */
  next(): Promise<Task | null>;
  /** Why an active task can or cannot be taken now. Error: `queue.task_not_found`. */
  explain(id: string): Promise<RunnabilityRow>;
  /**
   * One change of the queue, all of it or nothing: lock, validation, a snapshot for `cueloop undo` under `label`, an atomic
   * write. `change` must not be async. Errors: what it throws, and those of the queue.
   */
  transaction<T>(label: string, change: (draft: QueueDraft) => T): Promise<T>;
}
