import { type Books, findTask, requireId, taskNotFound } from "../books.ts";
import { nextIds } from "../ids.ts";
import { canonicalTask } from "../task.ts";
import type { InsertContext, Inserted } from "./insert.ts";
import { checkRunLimit, markedFields } from "./made-in-run.ts";
import { insertAt } from "./place.ts";
import { type FollowupsProposal, requestInvalid, resolveKeys } from "./request.ts";

/** Whether this very proposal was applied before: whoever did it was stopped before the proposal was put away. */
export function wasApplied(books: Books, proposal: FollowupsProposal, sourceId: string): boolean {
  const made = new Set([...books.queue.tasks, ...books.done.tasks].flatMap(({ title, notes }) => notes.map((note) => `${note}\n${title}`)));
  return (
    proposal.tasks.length > 0 && proposal.tasks.every(({ key, title }) => made.has(`${originNote(key, sourceId.trim())}\n${title.trim()}`))
  );
}

function originNote(key: string, sourceId: string): string {
  return `Proposed as follow-up "${key}" of ${sourceId}.`;
}

/**
 * Makes the proposed tasks, related to the task they came from. Errors: `queue.id_blank`, `queue.task_not_found`
 * (the source is in neither file), `queue.request_invalid`, `queue.too_many_made_in_run`.
 */
export function applyFollowups(books: Books, proposal: FollowupsProposal, sourceId: string, context: InsertContext): Inserted {
  const id = requireId(sourceId);
  const source = findTask(books, id);
  if (source === null) throw taskNotFound(id);
  if (proposal.source_task_id !== id) {
    throw requestInvalid(
      "source_task_id",
      `the proposal is for ${proposal.source_task_id}, not for ${id}`,
      "Apply it with --task for its own source.",
    );
  }
  if (context.run !== undefined) checkRunLimit(books, context.run, proposal.tasks.length);
  const { ids, widened } = nextIds(books, { ...context.rules, count: proposal.tasks.length, avoid: context.avoid ?? [] });
  const idOf = resolveKeys(proposal.tasks, ids);
  const created = proposal.tasks.map((wanted, index) => ({
    key: wanted.key,
    task: canonicalTask({
      id: ids[index] ?? "",
      status: "todo",
      title: wanted.title,
      description: wanted.description,
      priority: wanted.priority,
      tags: wanted.tags,
      scope: wanted.scope,
      evidence: wanted.evidence,
      plan: wanted.plan,
      notes: [originNote(wanted.key, id)],
      request: source.task.request,
      created_at: context.now,
      updated_at: context.now,
      depends_on: wanted.depends_on_keys.map((key) => idOf.get(key) ?? ""),
      blocks: [],
      relates_to: [id],
      custom_fields: markedFields({}, context.run),
    }),
  }));
  const tasks = created.map(({ task }) => task);
  return { books: insertAt(books, tasks, context.run === undefined ? "next" : "end"), created, widened };
}
