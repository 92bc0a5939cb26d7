import { type FSWatcher, watch } from "node:fs";
import type { RepoContext } from "../../config/context.ts";

/** Two wake-ups are at least this far apart. */
const LEAST_GAP_MS = 250;
/** A run writes its own events there. */
const OWN_LOG = /^logs(?:[/\\]|$)/;

type WatchContext = Pick<RepoContext, "runtimeDir" | "clock" | "signal">;

/** Notices changes below the runtime directory, as far as the system can tell of them; the waits look by themselves too. */
export class RuntimeWatch implements Disposable {
  readonly #context: WatchContext;
  #watcher: FSWatcher | null = null;
  #changed = false;
  #wake: (() => void) | null = null;
  #wokenAt = Number.NEGATIVE_INFINITY;

  constructor(context: WatchContext) {
    this.#context = context;
    try {
      this.#watcher = watch(context.runtimeDir, { recursive: true, persistent: false }, (_event, name) => this.#noticed(name));
      this.#watcher.on("error", () => this[Symbol.dispose]());
    } catch {
      this.#watcher = null;
    }
  }

  [Symbol.dispose](): void {
    this.#watcher?.close();
    this.#watcher = null;
  }

  /** Whether something changed since the last call. */
  takeChange(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /** Resolves after `ms`, at a change or when the run is interrupted, whichever is first. */
  async sleep(ms: number): Promise<void> {
    const woken = new AbortController();
    const { clock, signal } = this.#context;
    const wake = () => woken.abort();
    this.#wake = wake;
    signal.addEventListener("abort", wake, { once: true });
    if (this.#changed || signal.aborted) wake();
    await clock.sleep(ms, woken.signal);
    this.#wake = null;
    signal.removeEventListener("abort", wake);
    if (!this.#changed || signal.aborted) return;
    const gap = this.#wokenAt + LEAST_GAP_MS - clock.monotonicMs();
    if (gap > 0) await clock.sleep(Math.min(ms, gap), signal);
    this.#wokenAt = clock.monotonicMs();
  }

  #noticed(name: string | null): void {
    if (name !== null && OWN_LOG.test(name)) return;
    this.#changed = true;
    this.#wake?.();
  }
}
