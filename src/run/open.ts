import { ProcessGroups } from "../base/process.ts";
import type { LoadedRepo } from "../config/resolve.ts";
import { RunClaims } from "./claims/run-claims.ts";
import { type AskResume, emitTo, type RunContext, type RunMode, type RunObserver } from "./context.ts";
import { DebugLog } from "./debug/debug-log.ts";
import { hasGateHook, planGate } from "./gate/plan.ts";
import { type HookHost, NO_HOOKS, type RunHooks } from "./hooks.ts";
import { openRunLog, pruneRunLogs } from "./log/run-log.ts";
import { GIT_MARK } from "./processes/marked.ts";
import { ProcessRegistry } from "./processes/registry.ts";
import { readSidecar } from "./session/sidecar.ts";
import { sweepTemps } from "./start/sweep-temps.ts";
import type { Questions } from "./undo/question.ts";

export interface RunSetup {
  readonly mode: RunMode;
  /** Keep everything as it comes in `.cueloop/logs/debug.log`. */
  readonly debug: boolean;
  /** Absolute path of the running executable. */
  readonly executable: string;
  readonly observers: readonly RunObserver[];
  /** Left out: a new one. */
  readonly runId?: string;
  /** False: somebody else keeps the run's log. Default true. */
  readonly keepsLog?: boolean;
  /** What marks the run's git calls; left out: the run's id. */
  readonly gitMark?: string;
  /** Makes the hooks of the run from the repository's executable configuration; left out: there are none. */
  readonly hooks?: (host: HookHost) => RunHooks;
  /** Left out: nobody can be asked. */
  readonly askResume?: AskResume;
  /** As in the context; left out: none. */
  readonly heldBack?: () => ReadonlyMap<string, string>;
  /** Left out: nobody can be asked, for want of a terminal. */
  readonly questions?: Questions;
}

export interface OpenRun extends AsyncDisposable {
  readonly context: RunContext;
}

/** Begins a run: its id, its log, its process registry. Disposing ends whatever of it still lives. */
export function openRun(repo: LoadedRepo, setup: RunSetup): OpenRun {
  const hasHooks = setup.hooks !== undefined && hasGateHook(repo.code);
  const gate = planGate(repo.config.agent.ci_gate, hasHooks);
  const debug = setup.debug ? new DebugLog(repo) : null;
  const runId = setup.runId ?? Bun.randomUUIDv7();
  const groups = new ProcessGroups();
  const keepsLog = setup.keepsLog !== false;
  const session = readSidecar(repo.runtimeDir)?.run_id;
  if (keepsLog) pruneRunLogs(repo, new Set(session === undefined ? [] : [session]));
  sweepTemps(repo);
  const log = keepsLog ? openRunLog(repo, runId) : null;
  const processes = new ProcessRegistry(repo, {
    runId,
    gate: {
      argv: gate.argv === null ? null : [...gate.argv],
      timeout_seconds: Math.round(gate.timeoutMs / 1000),
      hooks_digest: hasHooks ? (repo.code?.digest ?? null) : null,
    },
  });
  let hooks = NO_HOOKS;
  const host: Omit<RunContext, "hooks"> = {
    ...repo,
    gitEnv: { [GIT_MARK]: setup.gitMark ?? runId },
    ...(debug === null ? {} : { log: debug.tee(repo.log) }),
    debug,
    runId,
    mode: setup.mode,
    executable: setup.executable,
    gate,
    groups,
    processes,
    keptProcesses: new Set(),
    warnedOf: new Set(),
    resumedRuns: new Set(),
    claims: new RunClaims(repo, { label: `run ${setup.mode}`, runId }),
    askResume: setup.askResume ?? null,
    questions: setup.questions ?? { ask: null, why: "no_terminal" },
    heldBack: setup.heldBack ?? (() => new Map()),
    emit: emitTo(repo, setup.mode, [...(log === null ? [] : [log.observe]), ...setup.observers, (event) => hooks.observe(event)]),
  };
  hooks = setup.hooks?.(host) ?? NO_HOOKS;
  return {
    context: { ...host, hooks },
    async [Symbol.asyncDispose]() {
      await hooks.close();
      groups.killAll("SIGKILL");
      processes.close();
      log?.close();
      debug?.[Symbol.dispose]();
    },
  };
}
