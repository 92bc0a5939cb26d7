import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { CueLoopError } from "../../base/errors.ts";
import { BUILT_RUNNERS } from "../../runners/registry.ts";
import type { ResolvedRunner } from "../../runners/resolve.ts";
import type { RunContext } from "../context.ts";
import { phasesOf } from "../phases/shape.ts";
import type { TaskSettings } from "../settings/task-settings.ts";

/** Every agent that will be asked must be there before anything is written. Error: `run.agent_missing`. */
export function requirePrograms(context: Pick<RunContext, "root" | "env" | "executable">, settings: TaskSettings): void {
  for (const { number } of phasesOf(settings.phaseCount)) {
    requireProgram(context, settings.phases[number].runner);
  }
}

/** The same of one agent. */
export function requireProgram(context: Pick<RunContext, "root" | "env" | "executable">, runner: ResolvedRunner): void {
  const { program } = runner;
  const problem = program === null ? null : programProblem(context, program);
  if (program !== null && problem !== null) throw missingAgent(runner, program, problem);
}

function programProblem({ root, env, executable }: Pick<RunContext, "root" | "env" | "executable">, program: string): string | null {
  if (!program.includes("/")) {
    const found = Bun.which(program, { PATH: [dirname(executable), env["PATH"] ?? ""].join(":"), cwd: root });
    return found === null ? "was not found on your PATH" : null;
  }
  const path = resolve(root, program);
  try {
    if (!statSync(path).isFile()) return "is not a file";
  } catch {
    return "was not found";
  }
  try {
    accessSync(path, constants.X_OK);
    return null;
  } catch {
    return "is not executable";
  }
}

function missingAgent(runner: ResolvedRunner, program: string, problem: string): CueLoopError {
  const setting = runner.programSetting === null ? "" : ` name another program in \`${runner.programSetting}\`,`;
  return new CueLoopError("run.agent_missing", {
    message: `The program ${program} ${problem}; ${runner.displayName} cannot work the task without it.`,
    hint: `Install it,${setting} or choose another agent with \`agent.runner\` in .cueloop/config.jsonc or with --runner: ${BUILT_RUNNERS.join(", ")}.`,
  });
}
