import { join } from "node:path";
import { formatTimestamp } from "../../base/clock.ts";
import { readTextIfExists } from "../../base/files.ts";
import type { RepoContext } from "../../config/context.ts";
import { removeIfThere } from "./locking/files.ts";
import { writeWhole } from "./staged.ts";

type StopContext = Pick<RepoContext, "runtimeDir" | "clock">;

/** The file whose existence asks a loop to stop between two tasks. */
export function stopSignalPath(ctx: Pick<RepoContext, "runtimeDir">): string {
  return join(ctx.runtimeDir, "cache", "stop_requested");
}

/** Asks the running loop to stop; asking again refreshes the request. Error: `queue.write_failed`. */
export function requestStop(ctx: StopContext): void {
  writeWhole(stopSignalPath(ctx), [`Stop requested at ${formatTimestamp(ctx.clock.now())}\n`]);
}

/** The text of the request, null when nobody asked. */
export function readStopRequest(ctx: Pick<RepoContext, "runtimeDir">): string | null {
  return readTextIfExists(stopSignalPath(ctx));
}

/** Takes the request away; true when there was one. */
export function consumeStopRequest(ctx: Pick<RepoContext, "runtimeDir">): boolean {
  if (readStopRequest(ctx) === null) return false;
  removeIfThere(stopSignalPath(ctx));
  return true;
}
