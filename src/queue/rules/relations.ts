import type { Findings, Place } from "./finding.ts";
import { type Edges, layersOf } from "./graph.ts";
import type { Roster, RosterEntry } from "./roster.ts";

export interface RelationRules {
  readonly maxDependencyDepth: number;
  place(file: "queue" | "done"): Place;
}

type ListRelation = "depends_on" | "blocks" | "relates_to";

/** Checks `depends_on`, `blocks`, `relates_to` and `duplicates` over both files: active tasks in order, then done ones. */
export function checkRelations(roster: Roster, rules: RelationRules, findings: Findings): void {
  const check = new RelationCheck(roster, rules, findings);
  check.depth(check.acyclic("depends_on", check.list("depends_on")));
  const blocks = check.list("blocks");
  check.list("relates_to");
  check.duplicates();
  check.acyclic("blocks", blocks);
}

/** Checks `parent_id`. A wrong parent is only a warning, since nothing runs by it; a cycle is an error. */
export function checkParents(roster: Roster, place: (file: "queue" | "done") => Place, findings: Findings): void {
  const from: number[] = [];
  const to: number[] = [];
  for (const entry of roster.entries) {
    const parent = entry.task.parent_id?.trim() ?? "";
    if (parent === "") continue;
    const node = roster.node(parent);
    if (node === entry.node) findings.warn(entry.id, "names itself as its parent_id; it counts as having none");
    else if (node === undefined) {
      findings.warn(entry.id, `has the parent_id ${parent}, but there is no such task; it counts as having none`);
    } else {
      from.push(entry.node);
      to.push(node);
    }
  }
  const layers = layersOf(roster.ids.length, { from, to });
  const first = layers.kind === "cyclic" ? roster.last[layers.cycle[0] ?? -1] : undefined;
  if (layers.kind === "acyclic" || first === undefined) return;
  throw findings.error(place(first.file), first.task, first.index, {
    field: "parent_id",
    says: `is its own ancestor: ${chainText(layers.cycle.map((node) => roster.ids[node] ?? ""))}`,
    fix: "remove one of these parent_id values",
  });
}

class RelationCheck {
  constructor(
    private readonly roster: Roster,
    private readonly rules: RelationRules,
    private readonly findings: Findings,
  ) {}

  /** Checks each entry of a list relation; gives back what points at what. */
  list(relation: ListRelation): Edges {
    const from: number[] = [];
    const to: number[] = [];
    for (const entry of this.roster.entries) {
      const targets = entry.task[relation];
      if (targets.length === 0) continue;
      for (let at = 0; at < targets.length; at += 1) {
        const text = targets[at]?.trim() ?? "";
        if (text === "") continue;
        const target = this.target(entry, text, relation, at);
        from.push(entry.node);
        to.push(target.node);
        if (relation === "depends_on" && target.task.status === "rejected") {
          this.findings.warn(entry.id, `depends on ${text}, which was rejected: that counts as satisfied, but the work was never done`);
        }
      }
    }
    return { from, to };
  }

  duplicates(): void {
    for (const entry of this.roster.entries) {
      const target = entry.task.duplicates?.trim() ?? "";
      if (target === "") continue;
      const { status } = this.target(entry, target, "duplicates", null).task;
      if (status === "done" || status === "rejected") {
        this.findings.warn(entry.id, `duplicates ${target}, which is already ${status}`);
      }
    }
  }

  /** Depth of each node; throws when the relation leads back to where it began. */
  acyclic(relation: "depends_on" | "blocks", edges: Edges): Uint32Array {
    const layers = layersOf(this.roster.ids.length, edges);
    if (layers.kind === "acyclic") return layers.depths;
    const names = layers.cycle.map((node) => this.roster.ids[node] ?? "");
    const next = names[1] ?? names[0] ?? "";
    for (const entry of this.roster.entries) {
      if (entry.id !== names[0] || !entry.task[relation].some((item) => item.trim() === next)) continue;
      const verb = relation === "depends_on" ? "depends on itself" : "blocks itself";
      throw this.error(entry, relation, `${verb} in a cycle: ${chainText(names)}`, `remove one of these ${relation} entries`);
    }
    return new Uint32Array(this.roster.ids.length);
  }

  depth(depths: Uint32Array): void {
    const limit = this.rules.maxDependencyDepth;
    for (const entry of this.roster.entries) {
      const depth = depths[entry.node] ?? 0;
      if (depth <= limit || entry.file !== "queue") continue;
      this.findings.warn(entry.id, `has a chain of dependencies ${depth} deep; queue.max_dependency_depth is ${limit}`);
    }
  }

  /** The target (of several tasks with that id, the last); throws when it is the task itself or does not exist. */
  private target(entry: RosterEntry, target: string, relation: ListRelation | "duplicates", at: number | null): RosterEntry {
    const node = this.roster.node(target);
    const found = node === undefined ? undefined : this.roster.last[node];
    if (found !== undefined && node !== entry.node) return found;
    const field = at === null ? relation : `${relation}[${at}]`;
    if (node === entry.node) throw this.error(entry, field, `names itself in ${relation}`, "remove that entry");
    throw this.error(entry, field, `names the non-existent task ${target} in ${relation}`, "correct the id or remove it");
  }

  private error(entry: RosterEntry, field: string, says: string, fix: string) {
    return this.findings.error(this.rules.place(entry.file), entry.task, entry.index, { field, says, fix });
  }
}

/** `A -> B -> A`; a very long cycle is shortened in its middle. */
function chainText(members: readonly string[]): string {
  const closed = [...members, members[0] ?? ""];
  if (closed.length <= SHOWN) return closed.join(" -> ");
  const left = closed.slice(0, SHOWN / 2);
  const right = closed.slice(-SHOWN / 2);
  return [...left, `… ${closed.length - SHOWN} more …`, ...right].join(" -> ");
}

const SHOWN = 40;
