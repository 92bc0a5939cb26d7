import { formatTimestamp } from "../../base/clock.ts";
import type { Attempt } from "../attempt.ts";
import type { RunContext } from "../context.ts";
import { runRef } from "../refs.ts";
import { type EarlierAttempt, runsOf } from "../resume/earlier.ts";
import { SessionRecord } from "./record.ts";
import { type SessionFile, sessionId } from "./session-file.ts";
import type { PlacedTask, Sidecar } from "./sidecar.ts";

type Wanted = Pick<Attempt, "settings" | "task" | "run" | "completedInLoop" | "maxTasks">;

interface Origin {
  readonly head: string | null;
  readonly branch: string | null;
}

/** The saved state of a task that begins. */
export function openRecord(context: RunContext, attempt: Wanted, before: PlacedTask, git: Origin): SessionRecord {
  const { settings, task } = attempt;
  const now = formatTimestamp(context.clock.now());
  const id = sessionId(now, task.id);
  const phase = settings.phaseCount === 1 ? 2 : 1;
  return new SessionRecord(
    context,
    {
      version: 1,
      session_id: id,
      task_id: task.id,
      run_started_at: now,
      last_updated_at: now,
      iterations_planned: settings.iterations,
      iterations_completed: 0,
      current_phase: phase,
      ...agentsOf(context, attempt),
      tasks_completed_in_loop: attempt.completedInLoop,
      max_tasks: attempt.maxTasks,
      ...(git.head === null ? {} : { git_head_commit: git.head }),
    },
    { ...blankState(context, { id, before, git }), step: phase === 2 ? "implementation" : "planning", phase, iteration: 1 },
  );
}

/** The saved state of a task that is gone on with: as it was, but this run's now. */
export function reopenRecord(
  context: RunContext,
  attempt: Wanted,
  earlier: EarlierAttempt,
  origin: Origin & { readonly before: PlacedTask },
): SessionRecord {
  const { session, sidecar } = earlier;
  const runs = runsOf(earlier).filter((id) => id !== context.runId);
  const blank = blankState(context, { id: session.session_id, before: origin.before, git: origin });
  const phase = session.current_phase;
  const iteration = session.iterations_completed + 1;
  const state: Sidecar = sidecar ?? {
    ...blank,
    step: phase === 1 ? "planning" : phase === 2 ? "implementation" : "review",
    phase,
    iteration,
  };
  return new SessionRecord(
    context,
    { ...session, iterations_planned: attempt.settings.iterations, ...agentsOf(context, attempt) },
    { ...state, run_id: context.runId, base: blank.base, branch: origin.branch, ...(runs.length === 0 ? {} : { earlier_runs: runs }) },
  );
}

/** What the task is worked with; for people, a resume settles it anew. */
function agentsOf(
  context: RunContext,
  { settings, run }: Wanted,
): Pick<SessionFile, "runner" | "model" | "phase1_settings" | "phase2_settings" | "phase3_settings"> {
  const phase = (number: 1 | 2 | 3) => {
    const { runner, model, effort } = settings.phases[number];
    return { runner: runner.id, model, ...(effort === null ? {} : { reasoning_effort: effort }) };
  };
  return {
    runner: run.agent.runner ?? context.config.agent.runner,
    model: run.agent.model ?? context.config.agent.model,
    phase1_settings: phase(1),
    phase2_settings: phase(2),
    phase3_settings: phase(3),
  };
}

function blankState(
  context: RunContext,
  { id, before, git }: { readonly id: string; readonly before: PlacedTask; readonly git: Origin },
): Omit<Sidecar, "step" | "phase" | "iteration"> {
  return {
    version: 1,
    session_id: id,
    run_id: context.runId,
    turns: 0,
    base: runRef(context.runId, "base"),
    phase_tree: null,
    head: git.head,
    branch: git.branch,
    plan_sha256: null,
    response_sha256: null,
    agent_session: null,
    task_before: before,
    updated_at: formatTimestamp(context.clock.now()),
  };
}
