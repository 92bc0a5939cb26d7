import { rmSync } from "node:fs";
import { isCueLoopError, messageOf } from "../../base/errors.ts";
import { abortRebase } from "../../git/rebase.ts";
import { waitForQueueLock } from "../../queue/store/lock.ts";
import { adoptOutcome, readOutcome, removeOutcome } from "../../queue/store/outcome.ts";
import { announceRecord } from "../../run/completion/complete.ts";
import type { RunContext } from "../../run/context.ts";
import type { HookSettings } from "../../run/hooks.ts";
import type { Job } from "../../run/job.ts";
import type { RunSettings } from "../../run/options.ts";
import { removeArtefacts } from "../../run/phases/artefacts.ts";
import { completed, runPhases } from "../../run/phases/run-phases.ts";
import { endWorkerProcesses } from "../../run/processes/marked.ts";
import { blockedMarkerPath } from "../files/paths.ts";
import type { AgentSession } from "../files/result-file.ts";
import { Account, type Send } from "./account.ts";
import { type Ending, EXIT, finishBlocked, finishFailed, finishIntegrated, finishRejected, type Worked } from "./finish.ts";
import type { WorkerInputs } from "./inputs.ts";
import { integrate } from "./integrate/integrate.ts";
import { openJob } from "./job.ts";
import { lastConversation } from "./last-phase.ts";
import type { UsageLimits } from "./limits.ts";
import { settleWorktree } from "./settle-worktree.ts";

export interface WorkerOptions {
  readonly inputs: WorkerInputs;
  readonly run: RunSettings;
  /** Fencing token of the attempt at the task. */
  readonly token: string;
  /** The worker's run directory. */
  readonly directory: string;
  /** Short name of the branch the work is put onto. */
  readonly target: string;
  readonly integrateOnly: boolean;
  /** A person's remark for the agent. */
  readonly message: string | null;
  /** What hooks wanted for the task before its worker began. */
  readonly hookSettings: HookSettings | null;
  readonly limits: UsageLimits;
  readonly send: Send;
  /** Resolves when it is this worker's turn to put its work onto the target's tip, and with an interrupt. */
  awaitTurn(): Promise<void>;
  /** What the coordinator wants once the work is ready: the target may have moved on meanwhile. */
  afterReady(): Promise<"integrate" | "leave">;
}

/**
 * Works one task in its worktree: phases, commit, rebase onto the target's tip, gate. Every step is in `worker.json`, the
 * end in `result.json`, before the coordinator is told. Never throws; returns the exit code: 0 ready or rejected, 1 failed
 * or blocked, 75 interrupted.
 */
export async function runWorker(outer: RunContext, options: WorkerOptions): Promise<number> {
  const { inputs, token, directory, send, limits } = options;
  const taskId = inputs.task.id.trim();
  const account = new Account(outer, { directory, taskId, token, send });
  let job: Job | null = null;
  const context: RunContext = {
    ...outer,
    holdTurn(turn) {
      send({ kind: "yield" });
      return limits.hold(context, turn);
    },
    emit(event) {
      account.observe(event, sessionOf(job));
      limits.observe(event, outer, send);
      send({ kind: "event", event });
    },
  };
  const ending: Ending = { context, account, send, token, taskId, directory, base: inputs.base };
  let worked: Worked | null = null;
  try {
    account.enter(options.integrateOnly ? "integrating" : "phases");
    await endWorkerProcesses(context.clock, context.runId, taskId);
    rmSync(blockedMarkerPath(context.runtimeDir), { force: true });
    const lock = await waitForQueueLock(context, "run one", { runId: context.runId });
    try {
      if (options.integrateOnly) await settleWorktree(context, inputs.settings);
      prepareOutcome(context, taskId, options.integrateOnly);
      const { run, message, integrateOnly, hookSettings } = options;
      job = await openJob(context, { inputs, run, lock, used: account.turns, message, integrateOnly, hookSettings });
      if (options.integrateOnly) worked = { job, conversation: lastConversation(context, job, account.session) };
      else {
        const { conversation, rejected } = await runPhases(context, job);
        worked = { job, conversation };
        announceRecord(context, job);
        if (rejected) return await finishRejected(ending, worked);
        account.enter("integrating");
      }
      const { settings } = inputs;
      let remark = integrateOnly ? message : null;
      for (let isFirst = true; ; isFirst = false) {
        const end = await integrate(
          { context, ...worked, settings, target: options.target, awaitTurn: options.awaitTurn },
          account,
          remark,
        );
        const code = await finishIntegrated(ending, worked, end);
        if (isFirst && !integrateOnly && code === EXIT.well) completed(context, job, worked.conversation);
        if (end.kind !== "ready" || (await options.afterReady()) === "leave") return code;
        remark = null;
        account.enter("integrating");
      }
    } finally {
      lock.release();
    }
  } catch (error) {
    if (context.signal.aborted) {
      account.enter("interrupted");
      return EXIT.interrupted;
    }
    const reason = context.redact(messageOf(error));
    // After the phases nothing is thrown away, and what no commit can hold is for a person to look at.
    const isKept = worked !== null || options.integrateOnly || isCueLoopError(error, "run.nested_repository");
    if (!isKept) return finishFailed(ending, reason);
    await abortRebase(context);
    return finishBlocked(ending, reason);
  }
}

/** A fresh attempt begins without what an earlier one left; one that goes on keeps what its agent recorded. */
function prepareOutcome(context: RunContext, taskId: string, goesOn: boolean): void {
  if (goesOn) {
    const recorded = readOutcome(context, taskId);
    if (recorded !== null) adoptOutcome(context, taskId, { from: [recorded.run_id], to: context.runId });
    return;
  }
  removeOutcome(context, taskId);
  removeArtefacts(context, taskId);
}

function sessionOf(job: Job | null): AgentSession | null {
  const saved = job?.record.sidecar.agent_session ?? null;
  return saved === null ? null : { runner: saved.runner, session_id: saved.id };
}
