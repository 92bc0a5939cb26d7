import type { Books } from "../books.ts";
import type { Task } from "../task.ts";
import type { Findings, Place } from "./finding.ts";
import { findCycle } from "./graph.ts";
import { chainText } from "./relations.ts";

/** Checks `parent_id` over both files. A wrong parent is only a warning, since nothing runs by it; a cycle is an error. */
export function checkParents(books: Books, place: (file: "queue" | "done") => Place, findings: Findings): void {
  const ids = new Map<string, { task: Task; file: "queue" | "done"; index: number; node: number }>();
  for (const file of ["queue", "done"] as const) {
    for (const [index, task] of books[file].tasks.entries()) {
      const id = task.id.trim();
      ids.set(id, { task, file, index, node: ids.get(id)?.node ?? ids.size });
    }
  }
  const edges: number[][] = Array.from({ length: ids.size }, () => []);
  let any = false;
  for (const task of [...books.queue.tasks, ...books.done.tasks]) {
    const parent = task.parent_id?.trim() ?? "";
    if (parent === "") continue;
    const id = task.id.trim();
    const target = ids.get(parent);
    if (parent === id) findings.warn(id, "names itself as its parent_id; it counts as having none");
    else if (target === undefined) findings.warn(id, `has the parent_id ${parent}, but there is no such task; it counts as having none`);
    else {
      edges[ids.get(id)?.node ?? -1]?.push(target.node);
      any = true;
    }
  }
  const cycle = any ? findCycle(edges) : null;
  if (cycle === null) return;
  const names = [...ids.keys()];
  const members = cycle.map((node) => names[node] ?? "");
  const first = ids.get(members[0] ?? "");
  if (first === undefined) return;
  throw findings.error(place(first.file), first.task, first.index, {
    field: "parent_id",
    says: `is its own ancestor: ${chainText(members)}`,
    fix: "remove one of these parent_id values",
  });
}
