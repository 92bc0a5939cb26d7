import type { Books } from "../books.ts";
import type { Task } from "../task.ts";

export interface RosterEntry {
  readonly task: Task;
  /** Trimmed. */
  readonly id: string;
  /** Number of the id; tasks that share an id share it. */
  readonly node: number;
  readonly file: "queue" | "done";
  readonly index: number;
}

/** All tasks of both files, active in order and then done in order, with a number for each id so that walks need no look-ups. */
export class Roster {
  readonly entries: readonly RosterEntry[];
  /** Id of each node. */
  readonly ids: readonly string[];
  /** Of the tasks that share an id, the last one. */
  readonly last: readonly RosterEntry[];
  /** No two tasks share an id. */
  readonly unique: boolean;
  private readonly nodes: ReadonlyMap<string, number>;

  constructor(books: Books) {
    const entries: RosterEntry[] = [];
    const ids: string[] = [];
    const last: RosterEntry[] = [];
    const nodes = new Map<string, number>();
    for (const file of ["queue", "done"] as const) {
      const { tasks } = books[file];
      for (let index = 0; index < tasks.length; index += 1) {
        const task = tasks[index];
        if (task === undefined) continue;
        const id = task.id.trim();
        const known = nodes.get(id);
        const node = known ?? ids.length;
        const entry: RosterEntry = { task, id, node, file, index };
        entries.push(entry);
        last[node] = entry;
        if (known !== undefined) continue;
        nodes.set(id, node);
        ids.push(id);
      }
    }
    this.entries = entries;
    this.ids = ids;
    this.last = last;
    this.unique = ids.length === entries.length;
    this.nodes = nodes;
  }

  /** Number of an id, undefined when no task has it. */
  node(id: string): number | undefined {
    return this.nodes.get(id);
  }
}
