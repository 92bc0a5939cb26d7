import { CueLoopError } from "../../base/errors.ts";
import { isPlainObject } from "../../base/shape.ts";
import { formatPlace, type Locate } from "../../config/validate/problem.ts";

/** Which queue a repository has, and how its ids look, is found by commands that run no code: a file says it. */
const REFUSED = ["file", "done_file", "id_prefix", "id_width"] as const;

/** Throws `runtime.refused_key` for keys of the queue that code may not set. */
export function requireNoQueuePlace(value: Readonly<Record<string, unknown>>, locate: Locate): void {
  const queue = value["queue"];
  if (!isPlainObject(queue)) return;
  const key = REFUSED.find((name) => queue[name] !== undefined);
  if (key === undefined) return;
  const place = locate(["queue", key]);
  throw new CueLoopError("runtime.refused_key", {
    message: `${formatPlace(place)}: \`queue.${key}\` cannot be set by code: commands that run none must find the same queue.`,
    hint: "Set it in .cueloop/config.jsonc.",
    where: { ...place, path: `queue.${key}` },
  });
}
