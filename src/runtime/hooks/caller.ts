import type { Log } from "../../base/context.ts";
import { CueLoopError } from "../../base/errors.ts";
import type { HookName, LoadedCode, UserFunction } from "../../config/code.ts";
import type { Task } from "../../queue/task.ts";
import { interrupted } from "../../run/errors.ts";
import type { HookHost } from "../../run/hooks.ts";
import { userError } from "../load/user-error.ts";
import { frozen, frozenCopy } from "../queue/frozen.ts";
import type { Queue } from "../queue/queue.ts";
import { EndableCalls } from "./endable.ts";
import { HookInterruptedError, HookTimeoutError, isThenable, limited, limitOf, OwnSignal, waited } from "./limit.ts";
import { type RepoFacts, repoFacts, repoView } from "./repo-view.ts";
import { type HookReturn, readReturn } from "./returns.ts";
import { type HookShell, shellAt } from "./shell.ts";
import type { HookContext } from "./types.ts";

/** One function of the user's for a hook. */
export interface HookFunction<Name extends HookName = HookName> {
  readonly name: Name;
  /** `gate`, or `hooks[1].gate` where there are several objects. */
  readonly label: string;
  readonly body: UserFunction;
  /** Seconds; 0: none; null: the default. */
  readonly timeoutSeconds: number | null;
}

/** What a call is about. */
export interface CallPlace {
  readonly task: Task | null;
  /** The work tree; left out: the root. */
  readonly cwd?: string;
}

/** Events are told together for so long at most; the last of them has its whole time. */
export const TOGETHER_MS = 50;

/** Calls the user's functions: with what every hook gets, within their time, and with their errors in the user's terms. */
export class HookCaller {
  readonly #host: HookHost;
  readonly #code: LoadedCode;
  readonly #queue: Queue;
  readonly #functions: ReadonlyMap<HookName, readonly HookFunction[]>;
  readonly #config: HookContext["config"];
  #facts: RepoFacts | null = null;
  readonly #logs = new Map<string, Log>();
  readonly #calls = new EndableCalls();
  /** Of the event that is told. */
  #telling: OwnSignal | null = null;
  /** What calls for events have in common until what is checked out is looked up again. */
  #lasting: Omit<HookContext, "signal" | "log"> | null = null;

  /** @param only names of the hooks that are called at all; null: every one */
  constructor(host: HookHost, code: LoadedCode, { queue, only }: { readonly queue: Queue; readonly only: ReadonlySet<HookName> | null }) {
    this.#host = host;
    this.#code = code;
    this.#queue = Object.freeze(queue);
    this.#functions = functionsOf(code, only);
    this.#config = frozenCopy(host.config);
  }

  has(name: HookName): boolean {
    return this.#functions.has(name);
  }

  /** The functions for a hook, in the order of the objects. */
  of<Name extends HookName>(name: Name): readonly HookFunction<Name>[] {
    return (this.#functions.get(name) ?? []).map((one) => ({ ...one, name }));
  }

  /**
   * Calls one function and reads what it returns. `extra` is frozen here: pass nothing that anybody else changes.
   * Errors: `hook.failed`, `run.interrupted`.
   */
  async call<Name extends HookName>(hook: HookFunction<Name>, extra: object, place: CallPlace): Promise<HookReturn<Name>> {
    const { signal } = this.#host;
    const wasInterrupted = signal.aborted;
    const facts = await this.#look(place.cwd);
    const limitMs = limitOf(hook.name, hook.timeoutSeconds, wasInterrupted);
    let returned: unknown;
    try {
      const work = (own: OwnSignal) => hook.body(this.#input(hook, { extra, place, facts, own }));
      returned = await limited(work, { limitMs, signal, calls: this.#calls });
    } catch (thrown) {
      throw this.#failure(hook, thrown, { wasInterrupted, task: place.task });
    }
    const read = readReturn(hook.name, returned);
    if (read.ok) return read.value;
    throw new CueLoopError("hook.failed", {
      message: `The hook ${hook.label} failed: ${read.problem}.`,
      where: { file: this.#code.context.configFile },
    });
  }

  /** Before the first event is told: what is checked out. */
  async ready(): Promise<void> {
    if (this.#facts === null) await this.#look();
  }

  /** Does what tells several events, so that it can be ended when one of them takes too long. Returns whether it was. */
  together(work: () => void): boolean {
    return this.#calls.run(work, { limitMs: limitOf("onEvent", null, false) + TOGETHER_MS, byInterrupt: false }).kind === "timeout";
  }

  /** The error of a hook that was ended together with what told it; its signal is aborted. */
  endedTogether(hook: HookFunction<"onEvent">): CueLoopError {
    const error = new HookTimeoutError(limitOf("onEvent", null, false));
    this.#telling?.abort(error);
    return this.#failure(hook, error, { wasInterrupted: true, task: null });
  }

  /**
   * Within `together`, tells a hook of an event, with what is checked out as it was at the last call: events come by the thousand. Null: it
   * was told at once. Throws, or rejects, as `call` does; what the hook returns says nothing.
   */
  tell(hook: HookFunction<"onEvent">, event: object): Promise<void> | null {
    const { signal } = this.#host;
    const wasInterrupted = signal.aborted;
    this.#lasting ??= this.#common({ task: null }, this.#facts ?? { branch: null, head: null });
    const { repo, queue, config, $ } = this.#lasting;
    const log = this.#logFor(hook);
    const own = new OwnSignal();
    this.#telling = own;
    try {
      const input = {
        event,
        repo,
        queue,
        config,
        $,
        log,
        get signal() {
          return own.signal;
        },
      };
      const told = hook.body(Object.freeze(input));
      if (!isThenable(told)) return null;
      const limitMs = limitOf(hook.name, hook.timeoutSeconds, wasInterrupted);
      return waited(Promise.resolve(told), own, { limitMs, signal: wasInterrupted ? null : signal }).then(
        () => undefined,
        (thrown: unknown) => Promise.reject(this.#failure(hook, thrown, { wasInterrupted, task: null })),
      );
    } catch (thrown) {
      throw this.#failure(hook, thrown, { wasInterrupted, task: null });
    }
  }

  async #look(cwd = this.#host.root): Promise<RepoFacts> {
    const facts = await repoFacts(this.#host, cwd);
    if (cwd === this.#host.root) {
      this.#facts = facts;
      this.#lasting = null;
    }
    return facts;
  }

  #input(
    hook: HookFunction,
    { extra, place, facts, own }: { readonly extra: object; readonly place: CallPlace; readonly facts: RepoFacts; readonly own: OwnSignal },
  ): HookContext {
    const { task } = place;
    return Object.freeze({
      ...(task === null ? {} : { task: frozen(task) }),
      ...extra,
      ...this.#common(place, facts),
      log: this.#logFor(hook),
      get signal() {
        return own.signal;
      },
    });
  }

  #logFor(hook: HookFunction): Log {
    const known = this.#logs.get(hook.label);
    if (known !== undefined) return known;
    const log = logOf(this.#host.log, hook);
    this.#logs.set(hook.label, log);
    return log;
  }

  #common({ task, cwd = this.#host.root }: CallPlace, facts: RepoFacts): Omit<HookContext, "signal" | "log"> {
    let shell: HookShell | null = null;
    return {
      repo: repoView(this.#host, cwd, facts),
      queue: this.#queue,
      config: this.#config,
      $: (strings, ...values) => {
        shell ??= shellAt(this.#host, cwd, task?.id.trim() ?? null);
        return shell(strings, ...values);
      },
    };
  }

  #failure(
    hook: HookFunction,
    thrown: unknown,
    { wasInterrupted, task }: { readonly wasInterrupted: boolean; readonly task: Task | null },
  ): CueLoopError {
    if (thrown instanceof HookInterruptedError || (this.#host.signal.aborted && !wasInterrupted)) return interrupted(task?.id ?? null);
    if (thrown instanceof Error && thrown.stack !== undefined) this.#host.log.debug(`${hook.label}: ${thrown.stack}`);
    const hint =
      thrown instanceof HookTimeoutError && hook.name !== "onEvent"
        ? "`timeout_seconds` beside the functions of the hook object sets the limit of a call; 0 is none."
        : undefined;
    const what = `The hook ${hook.label} failed`;
    return userError(thrown, { code: "hook.failed", what, bundle: this.#code.bundle, ...(hint === undefined ? {} : { hint }) });
  }
}

function functionsOf(code: LoadedCode, only: ReadonlySet<HookName> | null): ReadonlyMap<HookName, readonly HookFunction[]> {
  const found = new Map<HookName, HookFunction[]>();
  const isAlone = code.hooks.length === 1;
  for (const [index, { functions, timeoutSeconds }] of code.hooks.entries()) {
    for (const [name, body] of functions) {
      if (only?.has(name) === false) continue;
      const hook = { name, label: isAlone ? name : `hooks[${index}].${name}`, body, timeoutSeconds };
      found.set(name, [...(found.get(name) ?? []), hook]);
    }
  }
  return found;
}

function logOf(log: Log, { label }: HookFunction): Log {
  const line = (level: keyof Log) => (message: string) =>
    log[level](`[${label.startsWith("hooks") ? label : `hooks.${label}`}] ${message}`);
  return Object.freeze({ error: line("error"), warn: line("warn"), info: line("info"), debug: line("debug") });
}
