import { type IdRules, idProblem } from "../ids.ts";
import { isTerminal } from "../status.ts";
import type { Task } from "../task.ts";
import type { Complaint, Findings, Place } from "./finding.ts";
import { timestampState } from "./timestamp.ts";

const EXAMPLE = "2026-03-02T08:15:00.000000000Z";

/** Throws for the first rule the task breaks by itself; relations to other tasks are checked elsewhere. */
export function checkTask(task: Task, index: number, where: Place, ids: IdRules, findings: Findings): void {
  const complaint = blankText(task) ?? blankItem(task) ?? badFieldKey(task) ?? badTimes(task) ?? badAgent(task) ?? badId(task, ids);
  if (complaint !== null) throw findings.error(where, task, index, complaint);
}

/** Warns of what is doubtful about the task by itself. */
export function doubtTask(task: Task, findings: Findings): void {
  if (task.started_at === undefined && task.scheduled_start === undefined) return;
  for (const field of ["started_at", "scheduled_start"] as const) {
    const text = task[field];
    if (text === undefined || timestampState(text) === "utc") continue;
    if (timestampState(text) === "offset") continue;
    const effect = field === "started_at" ? "reports ignore it" : "the task counts as not scheduled";
    findings.warn(task.id.trim(), `${field} "${text}" is not a timestamp (like ${EXAMPLE}): ${effect}`);
  }
}

function blankText(task: Task): Complaint | null {
  if (isBlank(task.id)) return { field: "id", says: "has a blank id", fix: "give it an id (`cueloop queue next-id` shows a free one)" };
  if (isBlank(task.title)) return { field: "title", says: "has a blank title", fix: "say in a few words what is to be done" };
  return null;
}

/** True for nothing but whitespace. Most texts begin with a printable ASCII character, which answers it. */
function isBlank(text: string): boolean {
  const first = text.charCodeAt(0);
  return !(first > 32 && first < 127) && text.trim() === "";
}

function blankItem(task: Task): Complaint | null {
  return blankIn("tags", task.tags) ?? blankIn("scope", task.scope) ?? blankIn("evidence", task.evidence) ?? blankIn("plan", task.plan);
}

function blankIn(list: string, items: readonly string[]): Complaint | null {
  for (let index = 0; index < items.length; index += 1) {
    if (!isBlank(items[index] ?? "-")) continue;
    return { field: `${list}[${index}]`, says: `has a blank item ${index} in ${list}`, fix: "remove the item or fill it in" };
  }
  return null;
}

function badFieldKey(task: Task): Complaint | null {
  for (const key in task.custom_fields) {
    if (/^\S+$/.test(key)) continue;
    const trimmed = key.trim();
    if (trimmed === "") return { field: "custom_fields", says: "has a custom_fields key that is blank", fix: "name the field" };
    if (/\s/.test(trimmed)) {
      return {
        field: `custom_fields["${key}"]`,
        says: `has whitespace in the custom_fields key "${key}"`,
        fix: "use a key without whitespace",
      };
    }
  }
  return null;
}

function badTimes(task: Task): Complaint | null {
  const created = badTime("created_at", task.created_at, true);
  if (created !== null) return created;
  if (task.updated_at !== task.created_at) {
    const updated = badTime("updated_at", task.updated_at, true);
    if (updated !== null) return updated;
  }
  return badTime("completed_at", task.completed_at, isTerminal(task.status), ` although its status is ${task.status}`);
}

function badTime(field: string, text: string | undefined, required: boolean, why = ""): Complaint | null {
  if (text === undefined) {
    if (!required) return null;
    return { field, says: `has no ${field}${why}`, fix: `set it to an RFC3339 UTC timestamp like ${EXAMPLE}` };
  }
  const state = timestampState(text);
  if (state === "utc") return null;
  const says = state === "offset" ? `has ${field} "${text}", which is not in UTC` : `has ${field} "${text}", which is no timestamp`;
  return { field, says, fix: `write an RFC3339 UTC timestamp like ${EXAMPLE}` };
}

function badAgent(task: Task): Complaint | null {
  if (task.agent === undefined) return null;
  const { iterations, phases } = task.agent;
  if (iterations === 0) return { field: "agent.iterations", says: "asks for 0 iterations", fix: "set agent.iterations to 1 or more" };
  if (phases !== undefined && (phases < 1 || phases > 3)) {
    return { field: "agent.phases", says: `asks for ${phases} phases`, fix: "set agent.phases to 1, 2 or 3" };
  }
  return null;
}

function badId(task: Task, ids: IdRules): Complaint | null {
  const problem = idProblem(task.id, ids);
  if (problem === null) return null;
  return {
    field: "id",
    says: `has an invalid id: "${task.id.trim()}" ${problem}`,
    fix: "correct the id, or let `cueloop queue repair` assign one",
  };
}
