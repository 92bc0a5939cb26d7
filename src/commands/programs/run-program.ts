import { installModules } from "../../runtime/load/modules.ts";
import { importProgram, type Program } from "../../runtime/script/program.ts";
import { programError } from "../../runtime/script/program-error.ts";
import { errorText } from "../../ui/error.ts";
import type { ExitCode } from "../base.ts";
import type { Session } from "../session.ts";
import { virtualModules } from "../virtual-modules.ts";

export interface ProgramStart {
  readonly program: Program;
  /** What it finds behind its own name in `process.argv`. */
  readonly argv: readonly string[];
  /** Frames of our own are shown too. */
  readonly debug: boolean;
}

/**
 * Runs a program of the user's to the end of its top level, and gives its exports to `use`. What it leaves running, timers
 * and servers, keeps the process alive. The exit code is the program's own; 1 when it throws, now or later.
 */
export async function runProgram(
  session: Session,
  { program, argv, debug }: ProgramStart,
  use: (exports: unknown) => Promise<void> = async () => {},
): Promise<ExitCode> {
  installModules(virtualModules(session));
  const tell = async (thrown: unknown) => {
    const error = programError(thrown, program);
    await session.note(errorText(error, { color: session.color, redact: session.context.redact, trace: false }));
    if (debug && thrown instanceof Error) await session.note(session.context.redact(thrown.stack ?? ""));
    await session.flush();
  };
  const later = (event: "uncaughtException" | "unhandledRejection") => (thrown: unknown) => {
    // A program with a handler of its own deals with it.
    if (process.listenerCount(event) > 1) return;
    void tell(thrown).finally(() => process.exit(1));
  };
  for (const event of ["uncaughtException", "unhandledRejection"] as const) process.on(event, later(event));
  try {
    await use(await importProgram(program, argv));
  } catch (thrown) {
    await tell(thrown);
    return 1;
  }
  return Number(process.exitCode ?? 0);
}
