import { accessSync, constants, statSync } from "node:fs";
import type { Clock } from "./clock.ts";
import { errnoOf, messageOf } from "./errors.ts";
import { type Child, RunningProcess } from "./process/running.ts";
import type { ProcessHandle, ProcessOutcome, ProcessSpec } from "./process/spec.ts";

export { endGroup, ProcessGroups, signalGroup } from "./process/groups.ts";
export type { ProcessHandle, ProcessOutcome, ProcessResult, ProcessSpec } from "./process/spec.ts";

/**
 * Starts a program in a process group of its own. Never throws: what goes wrong with the program is the
 * outcome, and what a callback throws rejects the result once the group is gone.
 */
export function startProcess(context: { readonly clock: Clock }, spec: ProcessSpec): ProcessHandle {
  const startedAt = context.clock.monotonicMs();
  const refused = refusal(spec);
  if (refused !== null) return notStarted(refused);
  let child: Child;
  try {
    child = spawn(spec);
  } catch (error) {
    return notStarted(spawnFailure(error, spec));
  }
  return new RunningProcess(context.clock, spec, child, startedAt);
}

function spawn(spec: ProcessSpec): Child {
  const stdin = spec.stdin === undefined || spec.stdin === null || spec.stdin === "" ? "ignore" : "pipe";
  return Bun.spawn([...spec.argv], { cwd: spec.cwd, env: { ...spec.env }, stdin, stdout: "pipe", stderr: "pipe", detached: true });
}

/** What can be known before: the system reports a missing directory as if the program were missing. */
function refusal({ argv, cwd, signal }: ProcessSpec): ProcessOutcome | null {
  const [program = ""] = argv;
  if (signal.aborted) return { kind: "interrupted" };
  if (program === "") return { kind: "spawn_failed", program, reason: "no program is named" };
  try {
    if (!statSync(cwd).isDirectory()) return { kind: "spawn_failed", program, reason: `the working directory ${cwd} is not a directory` };
    accessSync(cwd, constants.X_OK);
    return null;
  } catch (error) {
    const why = errnoOf(error) === "ENOENT" ? "does not exist" : `cannot be entered: ${messageOf(error)}`;
    return { kind: "spawn_failed", program, reason: `the working directory ${cwd} ${why}` };
  }
}

function spawnFailure(error: unknown, spec: ProcessSpec): ProcessOutcome {
  const [program = ""] = spec.argv;
  const failed = (reason: string): ProcessOutcome => ({ kind: "spawn_failed", program, reason });
  switch (errnoOf(error)) {
    case "ENOENT":
      // A script whose interpreter is missing gives the same error as a script that is missing.
      if (Bun.which(program, { PATH: spec.env["PATH"] ?? "", cwd: spec.cwd }) === null) return { kind: "missing_binary", program };
      return failed(`the interpreter named in the first line of ${program} was not found`);
    case "EACCES":
      return failed(`${program} is not executable`);
    case "ENOEXEC":
      return failed(`${program} is neither a program for this machine nor a script with a \`#!\` line`);
    case "E2BIG":
      return failed("its arguments and environment are too long for the system");
    case "ERR_INVALID_ARG_VALUE":
      return failed("an argument or variable holds a NUL character");
    default:
      return failed(messageOf(error));
  }
}

function notStarted(outcome: ProcessOutcome): ProcessHandle {
  return {
    pid: null,
    end: () => undefined,
    result: Promise.resolve({ outcome, stdout: "", stderr: "", stdoutTruncated: false, stderrTruncated: false, durationMs: 0 }),
  };
}
