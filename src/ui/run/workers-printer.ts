import type { RunEvent } from "../../run/events.ts";
import { dim, paint } from "../colour.ts";
import { sanitiseLine } from "../sanitise.ts";
import { eventLines, type LineOptions } from "./lines.ts";
import type { EventPrinter } from "./printer.ts";

export interface WorkersPrinterOptions extends LineOptions {
  /** Whether what the agents say and do is among the lines. */
  readonly agents: boolean;
}

/** The lines of a run with parallel workers: each begins with the id of its task. */
export class WorkersPrinter implements EventPrinter {
  readonly #options: WorkersPrinterOptions;
  readonly #places = new WorkerPlaces();

  constructor(options: WorkersPrinterOptions) {
    this.#options = options;
  }

  lines(event: RunEvent): string[] {
    this.#places.observe(event);
    if (event.kind === "agent_event" && !this.#options.agents) return [];
    if (event.kind === "blocked_state_changed" && event.exit_code !== undefined) return [];
    const id = taskOf(event);
    if (id === null) return eventLines(event, this.#options).map((line) => line.replace(/^ {2}/, ""));
    const lines =
      event.kind === "task_selected"
        ? [paint("bold", sanitiseLine(event.message), this.#options.color)]
        : eventLines(withoutId(event, id), { ...this.#options, root: this.#places.of(id) ?? this.#options.root });
    const front = dim(`${sanitiseLine(id)} |`, this.#options.color);
    return lines.filter((line) => line.trim() !== "").map((line) => `${front} ${line.replace(/^(\x1b\[[\d;]*m)? {2}/, "$1")}`);
  }
}

/** Where the workers' checkouts are, as their events tell. */
export class WorkerPlaces {
  readonly #paths = new Map<string, string>();

  observe(event: RunEvent): void {
    if (event.kind === "worker_state" && event.payload.path !== null) this.#paths.set(event.task_id, event.payload.path);
  }

  /** Absolute path; null before an event named it. */
  of(taskId: string): string | null {
    return this.#paths.get(taskId) ?? null;
  }
}

/** The task an event is about; null for one that concerns the whole run. */
function taskOf(event: RunEvent): string | null {
  return "task_id" in event ? (event.task_id ?? null) : null;
}

/** A message that begins with the id of its task, without it: the line begins with it already. */
function withoutId(event: RunEvent, id: string): RunEvent {
  if (event.kind !== "worker_state" && event.kind !== "message" && event.kind !== "warning") return event;
  if (!event.message.startsWith(id)) return event;
  return { ...event, message: event.message.slice(id.length).replace(/^:? +/, "") };
}
