import { readdirSync } from "node:fs";
import { messageOf } from "../../base/errors.ts";
import { headCommit } from "../../git/repository.ts";
import { fingerprintPaths } from "../../git/state/fingerprint.ts";
import { readStatus } from "../../git/state/status.ts";
import { undoFolder } from "../../queue/store/snapshots/snapshot.ts";
import type { RunContext } from "../../run/context.ts";
import { isAllowed } from "../../run/start/clean.ts";
import { insideRoot } from "../../run/trees.ts";

/** How the coordinator's own checkout was at one moment. */
export interface Look {
  readonly head: string | null;
  /** Staged changes, each with its code. */
  readonly staged: ReadonlySet<string>;
  /** Changed and untracked paths with what they hold. */
  readonly files: ReadonlyMap<string, string | null>;
  /** The queue files and what they hold. */
  readonly books: ReadonlyMap<string, string | null>;
  /** Newest undo snapshot: every change of the queue that this program makes leaves one. */
  readonly snapshot: string | null;
}

export interface Difference {
  readonly headMoved: boolean;
  /** What a person who edits files does not do by that: staging, and changes of the queue that no command made. */
  readonly serious: readonly string[];
  /** Files that were edited, added or removed. */
  readonly edited: readonly string[];
}

/** What differs between two looks. */
export function differenceOf(before: Look, after: Look): Difference {
  const staged = [...after.staged].filter((entry) => !before.staged.has(entry)).map((entry) => entry.slice(3));
  const books = before.snapshot === after.snapshot ? changedKeys(before.books, after.books) : [];
  const edited = changedKeys(before.files, after.files).filter((path) => !before.books.has(path));
  return { headMoved: before.head !== after.head, serious: [...new Set([...staged, ...books])], edited };
}

function changedKeys(before: ReadonlyMap<string, string | null>, after: ReadonlyMap<string, string | null>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path));
}

/** Looks at the coordinator's checkout; the program's own caches, logs and locks are passed over. */
export async function lookAround(context: RunContext): Promise<Look> {
  const own = [".cueloop/cache/", ".cueloop/logs/", ".cueloop/lock/"];
  const [head, status] = await Promise.all([headCommit(context), readStatus(context)]);
  const seen = status.filter(({ path }) => !isAllowed(path, own));
  const books = [context.queuePath, context.donePath].map((path) => insideRoot(context.root, path)).filter((path) => path !== null);
  return {
    head,
    staged: new Set(seen.filter(({ code }) => !" ?!".includes(code.slice(0, 1))).map(({ code, path }) => `${code.slice(0, 1)}  ${path}`)),
    files: await fingerprintPaths(
      context.root,
      seen.map(({ path }) => path),
    ),
    books: await fingerprintPaths(context.root, books),
    snapshot: newestSnapshot(context),
  };
}

function newestSnapshot(context: RunContext): string | null {
  try {
    return readdirSync(undoFolder(context)).sort().at(-1) ?? null;
  } catch {
    return null;
  }
}

/**
 * Notices what changes in the coordinator's checkout while agents work, and nothing of the run explains. Never throws: a
 * checkout that cannot be looked at must not cost a landing.
 */
export class Surroundings {
  readonly #context: RunContext;
  readonly #edited = new Set<string>();
  #last: Look | null = null;
  #inTurn = new Set<string>();

  constructor(context: RunContext) {
    this.#context = context;
  }

  /** Files that somebody edited while tasks were worked. */
  get edited(): readonly string[] {
    return [...this.#edited].sort();
  }

  /** A turn of an agent begins. */
  async begin(taskId: string): Promise<void> {
    this.#inTurn.add(taskId);
    this.#last ??= await this.#look();
  }

  /** A turn ended: what changed meanwhile is told. */
  async end(taskId: string): Promise<void> {
    await this.check();
    this.#inTurn.delete(taskId);
    if (this.#inTurn.size === 0) this.#last = null;
  }

  /** Before something of the run's own changes the checkout: what others did until then is told. */
  async check(): Promise<void> {
    const before = this.#last;
    if (before === null) return;
    const after = await this.#look();
    this.#last = after;
    if (after === null) return;
    const { headMoved, serious, edited } = differenceOf(before, after);
    for (const path of edited) this.#edited.add(path);
    if (!headMoved && serious.length === 0) return;
    const task_ids = [...this.#inTurn].sort();
    const what = [...(headMoved ? ["HEAD moved"] : []), ...serious].join(", ");
    this.#context.emit({
      kind: "wrote_outside",
      message: `The checkout ${this.#context.root} changed (${what}) while agents worked on ${task_ids.join(", ")}. One of them did it, or you; nothing was undone.`,
      payload: { task_ids, paths: [...serious], head_moved: headMoved },
    });
  }

  /** After something of the run's own changed the checkout. */
  async explain(): Promise<void> {
    if (this.#last !== null) this.#last = await this.#look();
  }

  /** Null where it was not possible: what changes until the next turn begins is not noticed then. */
  async #look(): Promise<Look | null> {
    try {
      return await lookAround(this.#context);
    } catch (error) {
      this.#context.log.debug(`The checkout was not looked at: ${messageOf(error)}`);
      return null;
    }
  }
}
