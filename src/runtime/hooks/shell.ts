import { childEnvironment } from "../../base/env.ts";
import { LOCAL_GIT_VARIABLES } from "../../git/run.ts";
import type { HookHost } from "../../run/hooks.ts";

/** Bun's shell. What a command prints is in its result, and nowhere else. */
export type HookShell = (strings: TemplateStringsArray, ...values: readonly Bun.ShellExpression[]) => Bun.$.ShellPromise;

/** A shell whose commands run in `cwd` and know which run and task they belong to. */
export function shellAt(host: HookHost, cwd: string, taskId: string | null): HookShell {
  const env = childEnvironment(host.env, {
    PWD: cwd,
    ...(host.runId === null ? {} : { CUELOOP_RUN_ID: host.runId }),
    ...(taskId === null ? {} : { CUELOOP_TASK_ID: taskId }),
  });
  for (const name of LOCAL_GIT_VARIABLES) delete env[name];
  return (strings, ...values) =>
    Bun.$(strings, ...values)
      .cwd(cwd)
      .env(env)
      .quiet();
}
