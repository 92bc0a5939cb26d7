import type { StoredRunEvent, WorkerState } from "../../run/events.ts";
import { emptyView, foldEvent, type RunView, withNow } from "./state.ts";

/** What the live view shows of a run with parallel workers: a row for each, and what concerns them all. */
export interface RowsView {
  /** In the order in which they were begun. */
  readonly rows: readonly WorkerRow[];
  /** What no single task is about. */
  readonly general: RunView;
  readonly done: number;
  readonly blocked: number;
  readonly failed: number;
}

export interface WorkerRow {
  readonly id: string;
  /** The task as a run of its own would show it. */
  readonly view: RunView;
  /** Where it stands besides its phases; null before that was told. */
  readonly state: WorkerState | null;
}

export const emptyRows: RowsView = { rows: [], general: emptyView, done: 0, blocked: 0, failed: 0 };

type End = "done" | "blocked" | "failed";

/** What happens until the next event says so: what the agent said last is over. */
const DOING: Partial<Record<WorkerState, string>> = {
  integrating: "the work is put onto the target's tip",
  landing: "the target is moved",
};

/**
 * The view after one more event.
 * @param agentLine last line of the agent whose event it is; null when it said nothing
 */
export function foldRows(view: RowsView, event: StoredRunEvent, agentLine: string | null): RowsView {
  switch (event.kind) {
    case "task_selected": {
      const row = { id: event.task_id, view: foldEvent(emptyView, event), state: null };
      return { ...view, rows: [...view.rows.filter(({ id }) => id !== row.id), row] };
    }
    case "worker_state": {
      const end = endOf(event.payload.state);
      if (end !== null) return ended(view, event.task_id, end);
      const { state } = event.payload;
      const doing = DOING[state];
      return inRow(view, event.task_id, (row) => ({ ...row, state, view: doing === undefined ? row.view : withNow(row.view, doing) }));
    }
    case "task_finished":
      return ended(view, event.task_id, event.payload.outcome === "done" || event.payload.outcome === "rejected" ? "done" : "failed");
    case "blocked_state_cleared":
      return {
        ...view,
        general: foldEvent(view.general, event),
        rows: view.rows.map((row) => ({ ...row, view: foldEvent(row.view, event) })),
      };
    default: {
      const taskId = "task_id" in event ? event.task_id : undefined;
      if (taskId === undefined) return { ...view, general: foldEvent(view.general, event) };
      return inRow(view, taskId, (row) => {
        const folded = foldEvent(event.kind === "turn_started" ? { ...row.view, waiting: null } : row.view, event);
        return { ...row, view: agentLine === null ? folded : withNow(folded, agentLine) };
      });
    }
  }
}

/** When the run began, milliseconds since the epoch; null when no event said so. */
export function startOf({ general, rows }: RowsView): number | null {
  return general.startedAt ?? rows[0]?.view.task?.startedAt ?? null;
}

function endOf(state: WorkerState): End | null {
  switch (state) {
    case "landed":
    case "held":
    case "rejected":
      return "done";
    case "blocked":
    case "failed":
      return state;
    default:
      return null;
  }
}

/** Takes a row away and counts its end; one that has gone was counted. */
function ended(view: RowsView, taskId: string, end: End): RowsView {
  const rows = view.rows.filter(({ id }) => id !== taskId);
  return rows.length === view.rows.length ? view : { ...view, rows, [end]: view[end] + 1 };
}

function inRow(view: RowsView, taskId: string, change: (row: WorkerRow) => WorkerRow): RowsView {
  return { ...view, rows: view.rows.map((row) => (row.id === taskId ? change(row) : row)) };
}
