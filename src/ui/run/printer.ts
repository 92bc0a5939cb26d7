import type { RunEvent } from "../../run/events.ts";
import { eventLines, type LineOptions } from "./lines.ts";

/** What turns events into the lines that scroll by. */
export interface EventPrinter {
  /** The lines to add for one more event, oldest first. */
  lines(event: RunEvent): string[];
}

/**
 * The lines of a run while it goes on. A task that could not even be begun leaves none: like what an error
 * leaves behind, that is told by the error itself.
 */
export class RunPrinter implements EventPrinter {
  readonly #options: LineOptions;
  #heading: readonly string[] = [];

  constructor(options: LineOptions) {
    this.#options = options;
  }

  lines(event: RunEvent): string[] {
    if (event.kind === "blocked_state_changed" && event.exit_code !== undefined) return [];
    const lines = eventLines(event, this.#options);
    if (event.kind === "task_selected") {
      this.#heading = lines;
      return [];
    }
    const heading = this.#heading;
    if (lines.length === 0) return [];
    this.#heading = [];
    return event.kind === "task_finished" && heading.length > 0 ? [] : [...heading, ...lines];
  }
}
