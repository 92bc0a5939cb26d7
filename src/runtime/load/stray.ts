import type { Log } from "../../base/context.ts";
import { userError, userFrames } from "./user-error.ts";

const EVENTS = ["unhandledRejection", "uncaughtException"] as const;

/**
 * Tells of errors that user code throws where nobody waits for it, in a timer or a promise it let go: with the user's own
 * place, and the command goes on. Where somebody listens already, a script's runner, nothing is added.
 */
export function tellOfStrayErrors(log: Log, bundle: string): void {
  const tell = (thrown: unknown) => {
    if (userFrames(thrown).length > 0) {
      const what = "Code of this repository failed where nobody waited for it";
      log.warn(userError(thrown, { code: "runtime.stray", what, bundle }).message);
      return;
    }
    log.error(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
    process.exitCode = 1;
  };
  for (const event of EVENTS) if (process.listenerCount(event) === 0) process.on(event, tell);
}
