import { canonicalTask, type Task } from "../task.ts";

/** The task with its references led to the new ids of the tasks they name; the same object when none of them moved. */
export function followIds(task: Task, moved: ReadonlyMap<string, string>): Task {
  const refers = [...task.depends_on, ...task.blocks, ...task.relates_to, task.duplicates ?? "", task.parent_id ?? ""];
  if (!refers.some((id) => moved.has(id.trim()))) return task;
  const one = (id: string) => moved.get(id.trim()) ?? id;
  return canonicalTask({
    ...task,
    depends_on: task.depends_on.map(one),
    blocks: task.blocks.map(one),
    relates_to: task.relates_to.map(one),
    duplicates: task.duplicates === undefined ? undefined : one(task.duplicates),
    parent_id: task.parent_id === undefined ? undefined : one(task.parent_id),
  });
}
