import { CueLoopError } from "../../base/errors.ts";

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
      throw new CueLoopError("run.turn_limit", {
        message: `${taskId} has used its ${this.max} agent turns.`,
        hint: "The task stays `doing`. Look at the changes in the tree, then run it again; `--max-turns` allows more.",
        where: { taskId },
      });
    }
    this.#used += 1;
    return this.#used;
  }
}
