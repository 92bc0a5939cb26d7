import { CueLoopError, errnoOf, messageOf } from "./errors.ts";

/** Standard output or error. Texts arrive in the order of the calls, each whole. */
export interface Output {
  /** Resolves when the text is out. Error: `output.unwritable` (a full disk, for example), never a broken pipe. */
  write(text: string): Promise<void>;
  /** True once the reader has gone away; what is written afterwards is dropped. */
  readonly broken: boolean;
}

/** A writer over `Bun.stdout` or `Bun.stderr`: it costs nothing until it is used, and bears slow, full and broken pipes. */
export function createOutput(file: Bun.BunFile): Output {
  let broken = false;
  let last: Promise<unknown> = Promise.resolve();
  const writeNow = async (text: string): Promise<void> => {
    if (broken || text === "") return;
    try {
      await Bun.write(file, text);
    } catch (cause) {
      if (errnoOf(cause) !== "EPIPE") throw unwritable(cause);
      broken = true;
    }
  };
  return {
    write(text) {
      const written = last.then(() => writeNow(text));
      last = written.catch(() => undefined);
      return written;
    },
    get broken() {
      return broken;
    },
  };
}

function unwritable(cause: unknown): CueLoopError {
  return new CueLoopError("output.unwritable", {
    message: `The output cannot be written: ${errnoOf(cause) === "ENOSPC" ? "no space is left on the device" : messageOf(cause)}.`,
    cause,
  });
}
