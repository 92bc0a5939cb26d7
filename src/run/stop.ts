import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";

/** `.cueloop/cache/stop_requested`: while it exists, a loop ends after its present task. */
export function stopSignalPath(runtimeDir: string): string {
  return join(runtimeDir, "cache", "stop_requested");
}

export function isStopRequested(runtimeDir: string): boolean {
  return existsSync(stopSignalPath(runtimeDir));
}

/** Takes the request away; true when there was one. */
export function consumeStopRequest(runtimeDir: string): boolean {
  if (!isStopRequested(runtimeDir)) return false;
  rmSync(stopSignalPath(runtimeDir), { force: true });
  return true;
}
