import { renameSync } from "node:fs";
import { join, resolve } from "node:path";
import * as v from "valibot";
import { formatTimestamp } from "../../base/clock.ts";
import { readTextIfExists } from "../../base/files.ts";
import { parseJson } from "../../base/json/read.ts";
import type { TextParts } from "../file.ts";
import type { StoreContext } from "./context.ts";
import { removeIfThere } from "./locking/files.ts";
import { digestOf, displayPath, readTexts, type Texts } from "./pair.ts";
import { stageFile, writeWhole } from "./staged.ts";

const Digest = v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/));

const JournalFile = v.object({
  /** Relative to the root, absolute outside it. */
  path: v.string(),
  /** Digest of the file the change started from; null when there was none. */
  before: v.nullable(Digest),
  after: Digest,
  /** What the file holds afterwards. */
  text: v.string(),
});

const JournalRecord = v.object({
  version: v.literal(1),
  label: v.string(),
  pid: v.number(),
  started_at: v.string(),
  files: v.array(JournalFile),
});
/** A change of both files that is decided and may be half done. */
export type Journal = v.InferOutput<typeof JournalRecord>;

/** What to do about a journal that is there. */
export type RollForward =
  /** Write these files, in this order; none when the change is done already. */
  | { readonly kind: "apply"; readonly writes: readonly { readonly path: string; readonly text: string }[] }
  /** Somebody else has changed a file since: apply nothing. */
  | { readonly kind: "conflict"; readonly paths: readonly string[] };

export function journalPath(ctx: Pick<StoreContext, "runtimeDir">): string {
  return join(ctx.runtimeDir, "cache", "queue-journal.json");
}

/** What a file is to hold, and its digest. */
export interface NewFile {
  readonly text: TextParts;
  readonly digest: string;
}

/** The journal of a change; done comes before the queue. */
export function journalOf(ctx: StoreContext, label: string, before: Texts, after: { queue: NewFile; done: NewFile }): Journal {
  const entry = (path: string, old: string | null, { text, digest }: NewFile) => ({
    path: displayPath(ctx, path),
    before: digestOf(old),
    after: digest,
    text: text.join(""),
  });
  return {
    version: 1,
    label,
    pid: process.pid,
    started_at: formatTimestamp(ctx.clock.now()),
    files: [entry(ctx.donePath, before.done, after.done), entry(ctx.queuePath, before.queue, after.queue)],
  };
}

/** Puts the journal on disk: from here on the change is decided. Error: `queue.write_failed`. */
export function stageJournal(ctx: StoreContext, journal: Journal): ReturnType<typeof stageFile> {
  return stageFile(journalPath(ctx), [JSON.stringify(journal, null, 2)]);
}

/** The journal a text holds; null when it does not parse, which is a crash before the first rename. */
export function parseJournal(text: string): Journal | null {
  return parseJson(JournalRecord, text);
}

/**
 * Decides by the present bytes alone. `present` gives the digest of the file at a journal's path: null when there
 * is none, undefined when the path is neither of the two files (a journal is data from a repository; it must not
 * name what is written). A file that is neither as before nor as after belongs to somebody else and stops everything.
 */
export function planRollForward(journal: Journal, present: (path: string) => string | null | undefined): RollForward {
  const writes: { path: string; text: string }[] = [];
  const foreign: string[] = [];
  for (const file of journal.files) {
    const digest = present(file.path);
    if (digest === file.after) continue;
    if (digest === file.before && digest !== undefined) writes.push({ path: file.path, text: file.text });
    else foreign.push(file.path);
  }
  return foreign.length > 0 ? { kind: "conflict", paths: foreign } : { kind: "apply", writes };
}

/** The pair as it will be once the journal is rolled forward; unchanged when there is none or it does not apply. */
export function rolledForward(ctx: StoreContext, texts: Texts, journalText: string | null): Texts {
  const journal = journalText === null ? null : parseJournal(journalText);
  if (journal === null) return texts;
  const plan = planRollForward(journal, (path) => digestAt(ctx, texts, path));
  if (plan.kind === "conflict") return texts;
  let { queue, done } = texts;
  for (const write of plan.writes) {
    const path = absolute(ctx, write.path);
    if (path === ctx.queuePath) queue = write.text;
    if (path === ctx.donePath) done = write.text;
  }
  return { queue, done };
}

/** Finishes a change that a killed command left half done. Must be called under the lock, before the files are loaded. */
export function rollForward(ctx: StoreContext): void {
  const path = journalPath(ctx);
  const text = readTextIfExists(path);
  if (text === null) return;
  const journal = parseJournal(text);
  if (journal === null) {
    removeIfThere(path);
    ctx.log.info("Removed a queue journal that was cut off before its change began; the queue is as it was before.");
    return;
  }
  const texts = readTexts(ctx);
  const plan = planRollForward(journal, (file) => digestAt(ctx, texts, file));
  if (plan.kind === "conflict") {
    setAside(ctx, journal, texts, plan.paths);
    return;
  }
  for (const write of plan.writes) writeWhole(absolute(ctx, write.path), [write.text]);
  removeIfThere(path);
  ctx.log.info(`Finished an interrupted change of the queue (${journal.label}, pid ${journal.pid}).`);
}

function setAside(ctx: StoreContext, journal: Journal, texts: Texts, paths: readonly string[]): void {
  const stamp = formatTimestamp(ctx.clock.now()).replaceAll(/[-:.]/g, "");
  const kept = `${journalPath(ctx)}.conflict-${stamp}`;
  renameSync(journalPath(ctx), kept);
  const ids = journal.files.flatMap((file) => differingIds(textAt(ctx, texts, file.path) ?? null, file.text));
  ctx.log.warn(
    `An interrupted change of the queue (${journal.label}) was not finished, because ${paths.join(" and ")} changed since. ` +
      `It is kept in ${displayPath(ctx, kept)}; tasks that differ: ${[...new Set(ids)].join(", ") || "none"}.`,
  );
}

/** Ids of tasks that are not the same in both texts; read leniently, because one of them is not ours. */
function differingIds(present: string | null, planned: string): string[] {
  const now = tasksById(present ?? "");
  const then = tasksById(planned);
  return [...new Set([...now.keys(), ...then.keys()])].filter((id) => now.get(id) !== then.get(id));
}

const LooseTasks = v.object({ tasks: v.array(v.looseObject({ id: v.string() })) });

function tasksById(text: string): Map<string, string> {
  const tasks = parseJson(LooseTasks, text)?.tasks ?? [];
  return new Map(tasks.map((task) => [task.id.trim(), JSON.stringify(task)]));
}

function digestAt(ctx: StoreContext, texts: Texts, path: string): string | null | undefined {
  const text = textAt(ctx, texts, path);
  return text === undefined ? undefined : digestOf(text);
}

function textAt(ctx: StoreContext, texts: Texts, path: string): string | null | undefined {
  const full = absolute(ctx, path);
  if (full === ctx.queuePath) return texts.queue;
  return full === ctx.donePath ? texts.done : undefined;
}

function absolute(ctx: Pick<StoreContext, "root">, path: string): string {
  return resolve(ctx.root, path);
}
