import { CueLoopError } from "../../base/errors.ts";
import type { LoadedRepo } from "../../config/resolve.ts";
import type { StoredRunEvent } from "../../run/events.ts";
import { judgeCode } from "../../runtime/trust/judge.ts";

/** Looks after each task whether somebody changed the code a run has loaded. The run goes on with what it loaded. */
export class CodeChanges {
  readonly #repo: LoadedRepo;
  #seen: string | null;
  #looking: Promise<void> = Promise.resolve();

  constructor(repo: LoadedRepo) {
    this.#repo = repo;
    this.#seen = repo.code?.digest ?? null;
  }

  /** An observer of the run. */
  readonly observe = (event: StoredRunEvent): void => {
    if (event.kind === "task_finished") this.#looking = this.#looking.then(() => this.#look(event.task_id));
  };

  /** Waits for the looks under way and looks once more. */
  async settle(): Promise<void> {
    await this.#looking;
    await this.#look(null);
  }

  async #look(taskId: string | null): Promise<void> {
    const { log, root } = this.#repo;
    try {
      const { status, closure, changed } = await judgeCode(this.#repo, root, null);
      const digest = closure?.digest ?? status;
      if (this.#seen === null || digest === this.#seen) return;
      this.#seen = digest;
      const files = changed.map(({ path }) => path);
      const what = files.length === 0 ? "cueloop.config.ts" : `what cueloop.config.ts consists of (${files.join(", ")})`;
      const when = taskId === null ? "During the run" : `During ${taskId}`;
      log.warn(`${when} somebody changed ${what}. This run goes on with what it loaded; the next asks you first.`);
    } catch (error) {
      if (!(error instanceof CueLoopError)) throw error;
      log.debug(`The code cannot be looked at: ${error.message}`);
    }
  }
}
