import { parseTimestamp } from "../../base/clock.ts";
import { canonicalTask, type Task } from "../task.ts";

export interface MergedTask {
  readonly task: Task;
  /** Fields both sides changed differently. */
  readonly conflicts: readonly string[];
}

/**
 * One active task that both sides changed, field by field. Where both changed one field: lists are merged as sets, the
 * later `updated_at` decides about the status, a reference to another task is theirs (their tasks may count on it), and
 * everything else is ours. `base` is null for a task that is new on both.
 */
export function mergeFields(base: Task | null, ours: Task, theirs: Task): MergedTask {
  const conflicts: string[] = [];
  const field = <T>(name: string, was: T | undefined, mine: T, other: T): T => {
    const merged = mergeValue(was, mine, other);
    if (merged.conflict) conflicts.push(name);
    return merged.value;
  };
  const status = mergeStatus(base, ours, theirs);
  if (status.conflict) conflicts.push("status");
  const reference = (name: string, was: string | undefined, mine: string | undefined, other: string | undefined) => {
    const merged = mergeValue(was, mine, other);
    if (merged.conflict) conflicts.push(name);
    return merged.conflict ? other : merged.value;
  };
  const list = (read: (task: Task) => readonly string[]) => mergeList(base === null ? null : read(base), read(ours), read(theirs));
  const task = canonicalTask({
    id: theirs.id,
    status: status.from.status,
    kind: field("kind", base?.kind, ours.kind, theirs.kind),
    title: field("title", base?.title, ours.title, theirs.title),
    description: field("description", base?.description, ours.description, theirs.description),
    priority: field("priority", base?.priority, ours.priority, theirs.priority),
    tags: list(({ tags }) => tags),
    scope: list(({ scope }) => scope),
    evidence: list(({ evidence }) => evidence),
    plan: list(({ plan }) => plan),
    notes: list(({ notes }) => notes),
    request: field("request", base?.request, ours.request, theirs.request),
    agent: field("agent", base?.agent, ours.agent, theirs.agent),
    created_at: theirs.created_at,
    updated_at: isLater(theirs.updated_at, ours.updated_at) ? theirs.updated_at : ours.updated_at,
    completed_at: status.from.completed_at,
    started_at: field("started_at", base?.started_at, ours.started_at, theirs.started_at),
    estimated_minutes: field("estimated_minutes", base?.estimated_minutes, ours.estimated_minutes, theirs.estimated_minutes),
    actual_minutes: field("actual_minutes", base?.actual_minutes, ours.actual_minutes, theirs.actual_minutes),
    scheduled_start: field("scheduled_start", base?.scheduled_start, ours.scheduled_start, theirs.scheduled_start),
    depends_on: list((one) => one.depends_on),
    blocks: list(({ blocks }) => blocks),
    relates_to: list((one) => one.relates_to),
    duplicates: reference("duplicates", base?.duplicates, ours.duplicates, theirs.duplicates),
    custom_fields: mergeCustomFields(base, ours, theirs, conflicts),
    parent_id: reference("parent_id", base?.parent_id, ours.parent_id, theirs.parent_id),
  });
  return { task, conflicts };
}

/** True when the first moment is known and comes after the second, or the second is not known. */
export function isLater(one: string | undefined, other: string | undefined): boolean {
  const first = parseTimestamp(one ?? "")?.instant;
  const second = parseTimestamp(other ?? "")?.instant;
  return first !== undefined && (second === undefined || first > second);
}

/** Ours in its order without what theirs took out, then what theirs added. `base` is null for a list that is new on both sides. */
export function mergeList(base: readonly string[] | null, ours: readonly string[], theirs: readonly string[]): readonly string[] {
  if (base !== null && Bun.deepEquals(ours, base)) return theirs;
  if (base !== null && Bun.deepEquals(theirs, base)) return ours;
  const [was, mine, other] = [new Set(base ?? []), new Set(ours), new Set(theirs)];
  return [...ours.filter((item) => other.has(item) || !was.has(item)), ...theirs.filter((item) => !was.has(item) && !mine.has(item))];
}

function mergeValue<T>(base: unknown, ours: T, theirs: T): { readonly value: T; readonly conflict: boolean } {
  if (Bun.deepEquals(ours, theirs) || Bun.deepEquals(ours, base)) return { value: theirs, conflict: false };
  return { value: ours, conflict: !Bun.deepEquals(theirs, base) };
}

/** The side whose status stands; `completed_at` belongs to the status and comes with it. */
function mergeStatus(base: Task | null, ours: Task, theirs: Task): { readonly from: Task; readonly conflict: boolean } {
  const says = ({ status, completed_at: at }: Task) => `${status} ${at ?? ""}`;
  const merged = mergeValue(base === null ? null : says(base), says(ours), says(theirs));
  if (!merged.conflict) return { from: merged.value === says(theirs) ? theirs : ours, conflict: false };
  return { from: isLater(theirs.updated_at, ours.updated_at) ? theirs : ours, conflict: ours.status !== theirs.status };
}

function mergeCustomFields(base: Task | null, ours: Task, theirs: Task, conflicts: string[]): Readonly<Record<string, string>> {
  const merged: [string, string][] = [];
  for (const key of new Set([...Object.keys(ours.custom_fields), ...Object.keys(theirs.custom_fields)])) {
    const { value, conflict } = mergeValue(base?.custom_fields[key], ours.custom_fields[key], theirs.custom_fields[key]);
    if (conflict) conflicts.push(`custom_fields.${key}`);
    if (value !== undefined) merged.push([key, value]);
  }
  return Object.fromEntries(merged);
}
