import type { Books } from "../books.ts";
import type { Task, TaskStatus } from "../task.ts";
import type { Findings, Place } from "./finding.ts";
import { chainDepths, type Edges, findCycle } from "./graph.ts";

export interface RelationRules {
  readonly maxDependencyDepth: number;
  place(file: "queue" | "done"): Place;
}

interface Entry {
  readonly task: Task;
  readonly id: string;
  readonly file: "queue" | "done";
  readonly index: number;
}

type ListRelation = "depends_on" | "blocks" | "relates_to";

/** Checks `depends_on`, `blocks`, `relates_to` and `duplicates` over both files: active tasks in order, then done ones. */
export function checkRelations(books: Books, rules: RelationRules, findings: Findings): void {
  const check = new RelationCheck(entriesOf(books), rules, findings);
  check.list("depends_on");
  const dependencies = check.edges("depends_on");
  check.acyclic("depends_on", dependencies);
  check.depth(dependencies);
  check.list("blocks");
  check.list("relates_to");
  check.duplicates();
  check.acyclic("blocks", check.edges("blocks"));
}

function entriesOf(books: Books): readonly Entry[] {
  const entries: Entry[] = [];
  for (const file of ["queue", "done"] as const) {
    for (const [index, task] of books[file].tasks.entries()) entries.push({ task, id: task.id.trim(), file, index });
  }
  return entries;
}

class RelationCheck {
  /** Of an id on several tasks, the last one tells the status. */
  private readonly statuses = new Map<string, TaskStatus>();
  private readonly nodes = new Map<string, number>();

  constructor(
    private readonly entries: readonly Entry[],
    private readonly rules: RelationRules,
    private readonly findings: Findings,
  ) {
    for (const entry of entries) {
      this.statuses.set(entry.id, entry.task.status);
      if (!this.nodes.has(entry.id)) this.nodes.set(entry.id, this.nodes.size);
    }
  }

  list(relation: ListRelation): void {
    for (const entry of this.entries) {
      const targets = entry.task[relation];
      for (let at = 0; at < targets.length; at += 1) {
        const target = targets[at]?.trim() ?? "";
        if (target === "") continue;
        const status = this.target(entry, target, `${relation}[${at}]`, relation);
        if (relation === "depends_on" && status === "rejected") {
          this.findings.warn(entry.id, `depends on ${target}, which was rejected: that counts as satisfied, but the work was never done`);
        }
      }
    }
  }

  duplicates(): void {
    for (const entry of this.entries) {
      const target = entry.task.duplicates?.trim() ?? "";
      if (target === "") continue;
      const status = this.target(entry, target, "duplicates", "duplicates");
      if (status === "done" || status === "rejected") {
        this.findings.warn(entry.id, `duplicates ${target}, which is already ${status}`);
      }
    }
  }

  /** What each id points at, in the order of `nodes`; tasks that share an id share its edges. */
  edges(relation: "depends_on" | "blocks"): Edges {
    const edges: number[][] = Array.from({ length: this.nodes.size }, () => []);
    for (const entry of this.entries) {
      const from = edges[this.nodes.get(entry.id) ?? -1];
      if (from === undefined) continue;
      for (const item of entry.task[relation]) {
        const to = this.nodes.get(item.trim());
        if (to !== undefined) from.push(to);
      }
    }
    return edges;
  }

  acyclic(relation: "depends_on" | "blocks", edges: Edges): void {
    const cycle = findCycle(edges);
    if (cycle === null) return;
    const ids = [...this.nodes.keys()];
    const members = cycle.map((node) => ids[node] ?? "");
    const entry = this.entries.find((candidate) => candidate.id === members[0] && candidate.task[relation].length > 0);
    if (entry === undefined) return;
    const verb = relation === "depends_on" ? "depends on itself" : "blocks itself";
    throw this.error(entry, relation, `${verb} in a cycle: ${chainText(members)}`, `remove one of these ${relation} entries`);
  }

  depth(edges: Edges): void {
    const depths = chainDepths(edges);
    const limit = this.rules.maxDependencyDepth;
    for (const entry of this.entries) {
      if (entry.file !== "queue") continue;
      const depth = depths[this.nodes.get(entry.id) ?? -1] ?? 0;
      if (depth <= limit) continue;
      this.findings.warn(entry.id, `has a chain of dependencies ${depth} deep; queue.max_dependency_depth is ${limit}`);
    }
  }

  /** Status of the target; throws when it is the task itself or does not exist. */
  private target(entry: Entry, target: string, field: string, relation: ListRelation | "duplicates"): TaskStatus {
    if (target === entry.id) throw this.error(entry, field, `names itself in ${relation}`, "remove that entry");
    const status = this.statuses.get(target);
    if (status !== undefined) return status;
    throw this.error(entry, field, `names the non-existent task ${target} in ${relation}`, "correct the id or remove it");
  }

  private error(entry: Entry, field: string, says: string, fix: string) {
    return this.findings.error(this.rules.place(entry.file), entry.task, entry.index, { field, says, fix });
  }
}

/** `A -> B -> A`; a long cycle is shortened in its middle. */
export function chainText(members: readonly string[]): string {
  const closed = [...members, members[0] ?? ""];
  if (closed.length <= SHOWN) return closed.join(" -> ");
  const left = closed.slice(0, SHOWN / 2);
  const right = closed.slice(-SHOWN / 2);
  return [...left, `… ${closed.length - SHOWN} more …`, ...right].join(" -> ");
}

const SHOWN = 40;
