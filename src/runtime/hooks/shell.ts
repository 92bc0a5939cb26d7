import { childEnvironment } from "../../base/env.ts";
import { LOCAL_GIT_VARIABLES } from "../../git/run.ts";
import type { HookHost } from "../../run/hooks.ts";

/** What may stand in a line of the shell: a text is one word, however it looks; `raw` is read as typed. */
export type ShellValue = string | number | boolean | { readonly raw: string } | readonly ShellValue[];

/** A line of the shell that is over. */
export interface ShellResult {
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** What was printed on stdout. */
  text(): string;
}

/** A line of the shell under way. An exit code other than 0 is an error, unless `nothrow` says otherwise. */
export interface ShellCommand extends Promise<ShellResult> {
  nothrow(): ShellCommand;
  cwd(directory: string): ShellCommand;
  env(variables: Record<string, string | undefined>): ShellCommand;
  text(): Promise<string>;
  /** Stdout as JSON. */
  json(): Promise<unknown>;
  lines(): AsyncIterable<string>;
}

/** Bun's shell. What a command prints is in its result, and nowhere else. */
export type HookShell = (strings: TemplateStringsArray, ...values: readonly ShellValue[]) => ShellCommand;

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
