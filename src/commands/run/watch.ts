import { messageOf } from "../../base/errors.ts";
import { type LoadedRepo, loadRepo } from "../../config/resolve.ts";
import { heldBack } from "../../parallel/state/held-back.ts";
import type { AskResume, RunContext, RunMode, RunObserver } from "../../run/context.ts";
import { openRun } from "../../run/open.ts";
import { endOrphans } from "../../run/processes/orphans.ts";
import { refreshGuide } from "../../setup/initialise.ts";
import { sweepTemporaryFiles } from "../../setup/temp-sweep.ts";
import type { Session } from "../frame/session.ts";
import { askRevert, whyNotAsked } from "./ask-revert.ts";

export interface WatchedRun {
  readonly mode: RunMode;
  /** Plain lines, also on a terminal. */
  readonly plain: boolean;
  /** Keep everything as it comes in the debug log. */
  readonly debug: boolean;
  /** A person at the terminal may be asked. */
  readonly ask: boolean;
  /** A loop without `--ask`: what becomes of a failed task's changes is not asked. */
  readonly unattended: boolean;
  /** Tasks are worked at the same time. */
  readonly parallel?: boolean;
}

/**
 * Opens a run, shows it on the session's output and stops it on Ctrl-C, SIGTERM and SIGHUP: the first one
 * ends the agent or the gate and cleans up, the second one kills what is left.
 */
export async function watchRun<T>(
  session: Session,
  repo: LoadedRepo,
  run: WatchedRun,
  work: (context: RunContext) => Promise<T>,
): Promise<T> {
  const orphans = await endOrphans(repo);
  if (orphans !== null) await session.note(orphans);
  sweepTemporaryFiles(repo);
  refreshGuide(repo, false);
  let view: View | null = null;
  const isAsking = run.ask && session.options.isTerminal.stdin && session.options.isTerminal.stdout;
  /** The live view owns the terminal; a question is not drawn into it. */
  const outsideView = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    view?.close();
    view = null;
    const answer = await ask();
    view = await openView(session, opened.context, run, stop);
    return answer;
  };
  const askResume: AskResume = (question) =>
    outsideView(async () => {
      const { askAboutResume } = await import("../../ui/questions/resume.ts");
      return askAboutResume(question, repo.clock.now());
    });
  const userHooks = repo.code === null ? null : (await import("../../runtime/hooks/user-hooks.ts")).userHooks;
  const changes = repo.code === null ? null : new (await import("./code-changes.ts")).CodeChanges(repo);
  const why = whyNotAsked(session, { nonInteractive: !run.ask, unattended: run.unattended });
  const opened = openRun(repo, {
    mode: run.mode,
    debug: run.debug,
    executable: process.execPath,
    heldBack: () => heldBack(repo),
    observers: [(event) => view?.observer(event), ...(changes === null ? [] : [changes.observe])],
    ...(userHooks === null ? {} : { hooks: userHooks }),
    ...(isAsking ? { askResume } : {}),
    questions: why === null ? { ask: (question) => outsideView(() => askRevert(session, question)) } : { ask: null, why },
  });
  const stop = stopper(session, opened.context);
  await session.flush();
  view = await openView(session, opened.context, run, stop);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work(opened.context);
  } finally {
    await opened.context.hooks.close();
    view?.close();
    await opened[Symbol.asyncDispose]();
    await changes?.settle();
    await nameTrustChanges(repo);
    await session.out.write("");
    for (const signal of signals) process.off(signal, stop);
  }
}

/** What needs trust and was changed meanwhile, by whomever, is named before the next run asks about it. */
async function nameTrustChanges(repo: LoadedRepo): Promise<void> {
  try {
    const { trust } = await loadRepo(repo, { kind: "read", insideRun: null });
    const keys = trust.changes.map((change) => change.key);
    if (keys.length > 0) repo.log.warn(`Changed during the run, and in force only after you trust it again: ${keys.join(", ")}.`);
  } catch (error) {
    repo.log.warn(`The configuration cannot be read any more: ${messageOf(error)}`);
  }
}

function stopper(session: Session, context: RunContext): () => void {
  return () => {
    if (session.interrupt.signal.aborted) context.groups.killAll("SIGKILL");
    else session.interrupt.abort();
  };
}

interface View {
  readonly observer: RunObserver;
  close(): void;
}

async function openView(session: Session, context: RunContext, run: WatchedRun, stop: () => void): Promise<View> {
  const parallel = run.parallel === true;
  if (run.plain || !session.options.isTerminal.stdout) {
    const { plainObserver } = await import("../../ui/run/plain.ts");
    return { observer: plainObserver(session.out, { color: session.color, root: context.root, parallel }), close() {} };
  }
  const [{ LiveView }, { liveActions }] = await Promise.all([import("../../ui/run/live.ts"), import("./live-actions.ts")]);
  const live = new LiveView({
    out: session.out,
    color: session.color,
    root: context.root,
    parallel,
    keyboard: session.options.isTerminal.stdin ? process.stdin : null,
    size: () => ({ columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 }),
    actions: liveActions(context, stop),
  });
  session.divertLog((line) => live.note(line));
  return {
    observer: live.observer,
    close() {
      session.divertLog(null);
      live[Symbol.dispose]();
    },
  };
}
