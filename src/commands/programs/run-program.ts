import { writeSync } from "node:fs";
import { installModules } from "../../runtime/load/modules.ts";
import { importProgram, type Program } from "../../runtime/script/program.ts";
import { programError } from "../../runtime/script/program-error.ts";
import { errorText } from "../../ui/error.ts";
import type { ExitCode } from "../frame/base.ts";
import type { Session } from "../frame/session.ts";
import { virtualModules } from "../frame/virtual-modules.ts";

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
  const modules = virtualModules(session);
  const cueloop = await modules.cueloop();
  installModules({ ...modules, cueloop: () => cueloop });
  const told = (thrown: unknown) => {
    const text = errorText(programError(thrown, program), { color: session.color, redact: session.context.redact, trace: false });
    return debug && thrown instanceof Error ? `${text}\n${session.context.redact(thrown.stack ?? "")}` : text;
  };
  const later = (event: "uncaughtException" | "unhandledRejection") => (thrown: unknown) => {
    // A program with a handler of its own deals with it.
    if (process.listenerCount(event) > 1) return;
    // Written at once: where nothing else is left to do, the process does not wait for anything any more.
    writeSync(2, `${told(thrown)}\n`);
    process.exit(1);
  };
  for (const event of ["uncaughtException", "unhandledRejection"] as const) process.on(event, later(event));
  try {
    await use(await importProgram(program, argv));
  } catch (thrown) {
    await session.note(told(thrown));
    return 1;
  }
  return Number(process.exitCode ?? 0);
}
