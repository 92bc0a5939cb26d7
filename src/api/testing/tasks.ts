import type { Task } from "../../queue/task.ts";

/** A task as a test has it: whatever matters to the test. */
export type TaskFields = Partial<Task>;
