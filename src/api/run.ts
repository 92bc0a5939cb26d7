import { isCueLoopError } from "../base/errors.ts";
import { compact } from "../base/shape.ts";
import type { LoadedRepo } from "../config/resolve.ts";
import type { RunContext, RunMode } from "../run/context.ts";
import { interrupted } from "../run/errors.ts";
import type { StoredRunEvent } from "../run/events.ts";
import { fromCaller } from "../runtime/queue/call-site.ts";
import { frozenCopy } from "../runtime/queue/frozen.ts";
import { EventStream } from "./event-stream.ts";
import type { ApiHost, RunUse } from "./host.ts";

/**
 * A run under way in this process. Its events are read with `for await`, once; leaving the loop ends the run. What made
 * the run fail is thrown after the last event, and rejects `outcome`.
 */
export interface Run<Outcome> extends AsyncIterable<StoredRunEvent> {
  readonly outcome: Promise<Outcome>;
}

export interface RunStart {
  readonly mode: RunMode;
  readonly dir: string | undefined;
  readonly profile: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly debug: boolean;
}

/** Starts a run: `work` does it in its context. */
export function startRun<Outcome>(host: ApiHost, start: RunStart, work: (context: RunContext) => Promise<Outcome>): Run<Outcome> {
  const stop = new AbortController();
  const events = new EventStream<StoredRunEvent>();
  const outcome = fromCaller(() => runToItsEnd(host, start, { stop, events, work })).finally(() => events.end());
  return {
    outcome,
    async *[Symbol.asyncIterator]() {
      // Whoever reads the events learns of a failure here.
      outcome.catch(() => undefined);
      const reader = events.read();
      let isOver = false;
      try {
        yield* reader;
        isOver = true;
      } finally {
        if (!isOver) stop.abort();
        await outcome.catch((error: unknown) => {
          if (isOver || !isCueLoopError(error, "run.interrupted")) throw error;
        });
      }
    },
  };
}

interface Parts<Outcome> {
  readonly stop: AbortController;
  readonly events: EventStream<StoredRunEvent>;
  work(context: RunContext): Promise<Outcome>;
}

async function runToItsEnd<Outcome>(
  host: ApiHost,
  { mode, dir, profile, signal, debug }: RunStart,
  { stop, events, work }: Parts<Outcome>,
): Promise<Outcome> {
  const [{ openRun }, { heldBack }, { userHooks }] = await Promise.all([
    import("../run/open.ts"),
    import("../parallel/state/held-back.ts"),
    import("../runtime/hooks/user-hooks.ts"),
  ]);
  const both = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);
  const repo = await opened(host, { signal: both, ...compact({ dir, profile }) });
  await using run = openRun(repo, {
    mode,
    debug,
    executable: host.executable,
    heldBack: () => heldBack(repo),
    observers: [(event) => events.push(frozenCopy(event))],
    ...(repo.code === null ? {} : { hooks: userHooks }),
  });
  using _interrupts = host.onInterrupt(() => {
    if (both.aborted) run.context.groups.killAll("SIGKILL");
    else stop.abort();
  });
  try {
    return await work(run.context);
  } finally {
    await run.context.hooks.close();
  }
}

/** Stopped while it opens a repository, a run was interrupted as at any later time. */
async function opened(host: ApiHost, use: RunUse): Promise<LoadedRepo> {
  try {
    if (!use.signal.aborted) return await host.openForRun(use);
  } catch (error) {
    if (!use.signal.aborted) throw error;
  }
  throw interrupted(null);
}
