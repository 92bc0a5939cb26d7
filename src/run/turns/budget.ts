import { CueLoopError } from "../../base/errors.ts";
import { againHint } from "../errors.ts";

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
        message: `${taskId} has used its ${this.max} agent turns (\`--max-turns\` allows more).`,
        hint: againHint(taskId),
        where: { taskId },
      });
    }
    this.#used += 1;
    return this.#used;
  }
}
