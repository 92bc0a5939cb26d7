import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { BaseContext } from "../base/context.ts";
import { messageOf } from "../base/errors.ts";
import { removeOrphaned, temporaryRoot } from "../base/temporary.ts";

const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

/** Deletes what killed runs left in the temporary directory, and what a finished one left there and nobody touched for a week. */
export function sweepTemporaryFiles(context: Pick<BaseContext, "env" | "log" | "clock">): void {
  removeOrphaned(context.env);
  const folder = join(temporaryRoot(context.env), "cueloop");
  const oldest = Number(context.clock.now() / 1_000_000n) - WEEK_MS;
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.startsWith("cueloop_"));
  } catch {
    return;
  }
  for (const name of names) {
    try {
      const path = join(folder, name);
      if (statSync(path).mtimeMs < oldest) rmSync(path, { recursive: true, force: true });
    } catch (error) {
      context.log.debug(`${name} stays in the temporary directory: ${messageOf(error)}`);
    }
  }
}
