import { turnLimit } from "../errors.ts";

/** Counts the agent turns of one task. */
export class TurnBudget {
  readonly max: number;
  #used: number;

  constructor(max: number, used = 0) {
    this.max = max;
    this.#used = used;
  }

  get used(): number {
    return this.#used;
  }

  /** Takes one turn and returns its number. Error: `run.turn_limit`. */
  take(taskId: string): number {
    if (this.#used >= this.max) {
      throw turnLimit(taskId, this.max, null);
    }
    this.#used += 1;
    return this.#used;
  }
}
