import { join } from "node:path";
import { readTextIfExists, writeAtomic } from "../../base/files.ts";
import { type QueueFile, sharedEnds } from "../books.ts";
import { renderQueueFile, type TextParts } from "../file.ts";
import type { StoreContext } from "./context.ts";

/** From so many characters on a text is worth being kept: below, rendering takes less than reading the note. */
const LONG = 256 * 1024;

/** The end of every canonical text with tasks. */
const ENDING = "\n  ]\n}";

/** A canonical text that goes on where the present one ends. */
export interface GrownText {
  readonly parts: TextParts;
  /** `sha256:<hex>` of all of it. */
  readonly digest: string;
}

/** The note with the digest of the queue's last long text in canonical form. */
function notePath(ctx: Pick<StoreContext, "runtimeDir">): string {
  return join(ctx.runtimeDir, "cache", "queue-rendered.sha256");
}

/**
 * Notes that a text of the queue file was rendered here, so that the next change need not render what stays. Nothing
 * is lost with the note: a missing, old or broken one fits no file.
 */
export function noteRendered(ctx: Pick<StoreContext, "runtimeDir" | "log">, text: TextParts, digest: string): void {
  if (text.reduce((length, part) => length + part.length, 0) < LONG) return;
  try {
    writeAtomic(notePath(ctx), `${digest}\n`, { durable: false });
  } catch {
    ctx.log.debug(`${notePath(ctx)} could not be written; the next change renders the whole queue.`);
  }
}

/**
 * The queue's new text made of its present one, when all that changed is tasks behind the last; null when there is
 * more to it, or when the present text was not rendered here, which its digest tells: then it may be in any layout.
 * The note is about the layout only. What the text says has been parsed and judged like that of any file.
 */
export function grownText(
  ctx: Pick<StoreContext, "runtimeDir">,
  text: string | null,
  parsed: QueueFile,
  next: QueueFile,
): GrownText | null {
  const kept = parsed.tasks.length;
  if (text === null || text.length < LONG || !text.endsWith(`}${ENDING}`) || parsed.version !== next.version) return null;
  if (next.tasks.length <= kept || sharedEnds(parsed.tasks, next.tasks).head < kept) return null;
  const noted = notedDigest(ctx);
  if (noted === null) return null;
  const head = text.slice(0, -ENDING.length);
  const hasher = new Bun.CryptoHasher("sha256").update(head);
  if (`sha256:${hasher.copy().update(ENDING).digest("hex")}` !== noted) return null;
  const rendered = renderQueueFile({ version: next.version, tasks: next.tasks.slice(kept) });
  const added = `,${rendered.slice(rendered.indexOf("[") + 1)}`;
  return { parts: [head, added], digest: `sha256:${hasher.update(added).digest("hex")}` };
}

function notedDigest(ctx: Pick<StoreContext, "runtimeDir">): string | null {
  try {
    return readTextIfExists(notePath(ctx))?.trim() ?? null;
  } catch {
    return null;
  }
}
