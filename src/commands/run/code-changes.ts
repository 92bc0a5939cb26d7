import { type Instant, parseTimestamp } from "../../base/clock.ts";
import { CueLoopError } from "../../base/errors.ts";
import type { LoadedRepo } from "../../config/resolve.ts";
import type { StoredRunEvent } from "../../run/events.ts";
import { judgeCode } from "../../runtime/trust/judge.ts";
import type { CodeState } from "../../runtime/trust/state.ts";
import { visible } from "../../runtime/trust/visible.ts";

/**
 * Looks after each task whether somebody changed the code a run has loaded. The run goes on with what it loaded.
 * A process that an agent cut loose has the user's rights and can agree for the user: that is told, since nothing can prevent it.
 */
export class CodeChanges {
  readonly #repo: LoadedRepo;
  readonly #since: Instant;
  #seen: string | null;
  #looking: Promise<void> = Promise.resolve();

  constructor(repo: LoadedRepo) {
    this.#repo = repo;
    this.#since = repo.clock.now();
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

  #next({ status, closure, lastAllowed }: CodeState): string {
    if (status !== "trusted") return "the next asks you first.";
    const decided = lastAllowed?.digest === closure?.digest ? parseTimestamp(lastAllowed?.decided_at ?? "") : null;
    const isNew = decided !== null && decided.instant >= this.#since;
    return isNew
      ? "somebody agreed to it meanwhile: if that was not you, type `cueloop config trust revoke` before the next run."
      : "the next runs the new content, which you agreed to before.";
  }

  async #look(taskId: string | null): Promise<void> {
    const { log, root } = this.#repo;
    try {
      const state = await judgeCode(this.#repo, root, null);
      const { status, closure, changed } = state;
      const digest = closure?.digest ?? status;
      if (this.#seen === null || digest === this.#seen) return;
      this.#seen = digest;
      const files = changed.map(({ path }) => visible(path));
      const what = files.length === 0 ? "cueloop.config.ts" : `what cueloop.config.ts consists of (${files.join(", ")})`;
      const when = taskId === null ? "During the run" : `During ${taskId}`;
      log.warn(`${when} somebody changed ${what}. This run goes on with what it loaded; ${this.#next(state)}`);
    } catch (error) {
      if (!(error instanceof CueLoopError)) throw error;
      log.debug(`The code cannot be looked at: ${error.message}`);
    }
  }
}
