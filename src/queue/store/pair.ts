import { statSync } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";
import { CueLoopError } from "../../base/errors.ts";
import { readTextIfExists, sha256 } from "../../base/files.ts";
import { type Books, EMPTY_FILE, type QueueFile } from "../books.ts";
import { parseQueueFile, renderQueueFile, renderVersions, type TextParts } from "../file.ts";
import type { ValidationRules } from "../validate.ts";
import type { NewTexts } from "./commit.ts";
import type { StoreContext } from "./context.ts";
import { grownText } from "./grown.ts";

/** Texts of the two files; null for one that does not exist. */
export interface Texts {
  readonly queue: string | null;
  readonly done: string | null;
}

export function readTexts(ctx: Pick<StoreContext, "queuePath" | "donePath">): Texts {
  const queue = readTextIfExists(ctx.queuePath);
  return { queue, done: readTextIfExists(ctx.donePath) };
}

/** `sha256:<hex>` of a file's text; null for a file that does not exist. */
export function digestOf(text: string | null): string | null {
  return text === null ? null : `sha256:${sha256(text)}`;
}

/** Path as people and the journal read it: relative to the root, absolute outside it. */
export function displayPath(ctx: Pick<StoreContext, "root">, path: string): string {
  const inside = relative(ctx.root, path);
  return inside === "" || inside.startsWith(`..${sep}`) || inside === ".." || isAbsolute(inside) ? path : inside;
}

/** @param done text of the done file; only whether there is one matters */
export function rulesOf(ctx: StoreContext, done: string | TextParts | null): ValidationRules {
  return {
    idPrefix: ctx.idPrefix,
    idWidth: ctx.idWidth,
    maxDependencyDepth: ctx.config.queue.max_dependency_depth,
    donePresent: done !== null,
    queueFile: displayPath(ctx, ctx.queuePath),
    doneFile: displayPath(ctx, ctx.donePath),
  };
}

/** Parses both texts without any repair; a missing done file is an empty one. Error for a missing active file: `queue.missing`. */
export function parseTexts(ctx: StoreContext, texts: Texts, missingQueue: "error" | "empty"): Books {
  if (texts.queue === null && missingQueue === "error") throw queueMissing(ctx);
  return { queue: parseOne(ctx, texts.queue, ctx.queuePath), done: parseOne(ctx, texts.done, ctx.donePath) };
}

function parseOne(ctx: StoreContext, text: string | null, path: string): QueueFile {
  return text === null ? EMPTY_FILE : parseQueueFile(text, displayPath(ctx, path));
}

/** Gives the canonical text of each file, whatever the layout of what stands there. */
export interface CanonicalTexts {
  queue(): TextParts;
  done(): TextParts;
}

export interface RenderedChange {
  /** Texts of the two files after the change; null for one that stays as it is. */
  readonly after: NewTexts;
  readonly canonicalBefore: CanonicalTexts;
}

/**
 * Renders the books as they were parsed and as they are to be. The present text stays where nothing changed,
 * with its comments and layout, and an empty list makes no new file.
 */
export function renderChange(ctx: StoreContext, texts: Texts, before: Books, next: Books): RenderedChange {
  const grown = before.done === next.done ? grownText(ctx, texts.queue, before.queue, next.queue) : null;
  if (grown !== null) {
    const after = { queue: grown.parts, done: null, queueDigest: grown.digest };
    return { after, canonicalBefore: { queue: () => [texts.queue ?? ""], done: () => [renderQueueFile(before.done)] } };
  }
  const queue = renderOne(texts.queue, before.queue, next.queue);
  const done = renderOne(texts.done, before.done, next.done);
  return { after: { queue: queue.after, done: done.after }, canonicalBefore: { queue: queue.before, done: done.before } };
}

function renderOne(text: string | null, parsed: QueueFile, next: QueueFile): { readonly after: TextParts | null; before(): TextParts } {
  if (parsed === next) return { after: null, before: () => [renderQueueFile(parsed)] };
  const rendered = renderVersions(parsed, next);
  const same = rendered.same && (text !== null || next.tasks.length === 0);
  return { after: same ? null : rendered.next, before: () => rendered.parsed };
}

/** The error for an active file that does not exist. */
export function queueMissing(ctx: StoreContext): CueLoopError {
  const path = displayPath(ctx, ctx.queuePath);
  return new CueLoopError("queue.missing", {
    message: `There is no queue file ${path} in ${ctx.root}.`,
    hint: isDirectory(ctx.runtimeDir)
      ? "`cueloop init` creates a missing queue file; restore it from git if there was one."
      : "Run `cueloop init` in the repository first.",
    where: { file: path },
  });
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
