import type { Task } from "../queue/task.ts";

/** The part every run prompt begins with: which task, under which rules, and its whole record. */
export function taskContext(task: Task): string {
  const json = JSON.stringify(task, null, 2);
  const fence = fenceFor(json);
  return `# The current task

This is the task of this run, and the authority on what is wanted.

- Work on this task only. The order of the queue, or a lower id, is no reason to turn to another.
- The archive of finished tasks is history, nothing more.
- Do not change the task's status by hand: CueLoop completes the task after the gate. Follow the checklists all the same.

Id: ${task.id}
Title: ${task.title}

The full record, the source of truth:

${fence}json
${json}
${fence}`;
}

/** A fence longer than any run of backticks in the text. */
export function fenceFor(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((match) => match[0].length));
  return "`".repeat(longest + 1);
}
