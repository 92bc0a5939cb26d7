import { childEnvironment } from "../../../base/env.ts";
import { CueLoopError } from "../../../base/errors.ts";
import { type ProcessOutcome, startProcess } from "../../../base/process.ts";
import { LOCAL_GIT_VARIABLES } from "../../../git/run.ts";
import type { WorktreeContext } from "../context.ts";

const TIMEOUT_MS = 600_000;
/** Of what the program printed, this much is told. */
const SHOWN_CHARACTERS = 2000;

/** Runs `parallel.setup` in a new worktree; nothing where it is not set. Error: `parallel.setup_failed`. */
export async function setUpWorktree(
  ctx: WorktreeContext,
  { path, taskId }: { readonly path: string; readonly taskId: string },
): Promise<void> {
  const argv = ctx.config.parallel.setup;
  if (argv === null || argv.length === 0) return;
  const env = childEnvironment(ctx.env, { PWD: path, CUELOOP_TASK_ID: taskId });
  for (const name of LOCAL_GIT_VARIABLES) delete env[name];
  const { outcome, stdout, stderr } = await startProcess(ctx, { argv, cwd: path, env, signal: ctx.signal, timeoutMs: TIMEOUT_MS }).result;
  if (outcome.kind === "exited" && outcome.code === 0) return;
  const said = ctx.redact(`${stdout}\n${stderr}`.trim().slice(-SHOWN_CHARACTERS));
  throw new CueLoopError("parallel.setup_failed", {
    message: `\`${ctx.redact(argv.join(" "))}\` (parallel.setup) ${ending(outcome)} in the worktree of ${taskId}.${said === "" ? "" : `\n${said}`}`,
    hint: "Run it by hand in a fresh clone of the repository, and correct `parallel.setup`.",
    where: { taskId },
  });
}

function ending(outcome: ProcessOutcome): string {
  switch (outcome.kind) {
    case "exited":
      return `failed with exit code ${outcome.code}`;
    case "timeout":
      return "did not end within 10 minutes and was stopped";
    case "missing_binary":
      return `could not be started: the program \`${outcome.program}\` was not found`;
    case "spawn_failed":
      return `could not be started: ${outcome.reason}`;
    case "signaled":
      return `was ended by ${outcome.signal}`;
    case "interrupted":
    case "ended":
      return "was stopped";
  }
}
