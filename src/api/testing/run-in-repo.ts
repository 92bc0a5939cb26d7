import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CueLoopError } from "../../base/errors.ts";
import { isPlainObject } from "../../base/shape.ts";
import type { CodeContext, CodeLayer } from "../../config/code.ts";
import { type LoadedRepo, loadRepo } from "../../config/resolve.ts";
import type { ResolvedConfig } from "../../config/resolved.ts";
import type { StoredRunEvent } from "../../run/events.ts";
import { checkCode } from "../../runtime/check/check.ts";
import type { ConfigValue } from "../../runtime/define/config.ts";
import { createRealm } from "../../runtime/load/realm.ts";
import { version } from "../../version.ts";
import type { ApiHost } from "../host.ts";
import type { RunOutcome } from "../outcome.ts";
import type { RunLoopOptions, RunTaskOptions } from "../run-options.ts";
import { runLoop, runTask } from "../run-task.ts";
import type { FakeRepo, FakeRepoParts } from "./fake-repo.ts";
import { AGENT_PROGRAM, MANIFEST, SCRIPTED, type ScriptedRunner } from "./scripted-runner.ts";

/** What an agent was asked in one turn. */
export interface Asked {
  readonly prompt: string;
  /** It went on with its session. */
  readonly resumed: boolean;
  readonly task: string;
}

export type RunInRepoOptions = Omit<RunTaskOptions, "dir" | "runner"> &
  Omit<RunLoopOptions, "dir" | "runner" | "parallel" | "target"> & {
    /** The task to work; left out: the queue, as a loop does. */
    readonly task?: string;
    /** The agent; left out: one that says something and changes nothing. */
    readonly runner?: ScriptedRunner;
  };

/** A run that is over. */
export interface RunRecord {
  /** In order. */
  readonly events: readonly StoredRunEvent[];
  /** Null where the run failed. */
  readonly outcome: RunOutcome | null;
  /** What made the run fail; null where it did not. */
  readonly error: CueLoopError | null;
  /** The turns of the agent. */
  readonly asked: readonly Asked[];
  /** What was logged, hooks included: `info: …`. */
  readonly log: readonly string[];
}

/** Works a task, or the queue, in a repository that `fakeRepo` made, with its configuration, and tells what happened. */
export async function runInRepo(
  repo: FakeRepo,
  parts: FakeRepoParts,
  executable: string,
  { task, runner, ...options }: RunInRepoOptions,
): Promise<RunRecord> {
  if ("parallel" in options || "target" in options) {
    throw new CueLoopError("api.options", {
      message:
        "runInRepo() works one task after the other, without `parallel` and `target`: its hooks are called in the test's own process.",
    });
  }
  const place = join(parts.base, "agent");
  installAgent(repo, place, executable, runner?.turns ?? []);
  const logged = parts.log.length;
  const host = hostFor(parts, executable);
  const given = { ...options, runner: SCRIPTED };
  const run = task === undefined ? runLoop(host, given) : runTask(host, task, given);
  const events: StoredRunEvent[] = [];
  const record = () => ({ events, asked: askedOf(place), log: parts.log.slice(logged) });
  try {
    for await (const event of run) events.push(event);
    return { ...record(), outcome: await run.outcome, error: null };
  } catch (error) {
    if (error instanceof CueLoopError) return { ...record(), outcome: null, error };
    throw error;
  }
}

function installAgent(repo: FakeRepo, place: string, executable: string, turns: ScriptedRunner["turns"]): void {
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "turns.json"), JSON.stringify(turns));
  writeFileSync(join(place, "prompts.ndjson"), "");
  writeFileSync(join(place, "agent.js"), AGENT_PROGRAM);
  const plugin = repo.path(`.cueloop/plugins/${SCRIPTED}`);
  mkdirSync(plugin, { recursive: true });
  writeFileSync(join(plugin, "plugin.json"), JSON.stringify(MANIFEST));
  writeFileSync(join(plugin, "agent"), `#!/bin/sh\nBUN_BE_BUN=1 exec '${executable}' '${place}/agent.js' "$@"\n`);
  chmodSync(join(plugin, "agent"), 0o755);
}

function askedOf(place: string): Asked[] {
  const file = join(place, "prompts.ndjson");
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line) => {
    const { prompt, resumed, task }: Record<string, unknown> = JSON.parse(line);
    return { prompt: String(prompt), resumed: resumed === true, task: String(task) };
  });
}

function hostFor(parts: FakeRepoParts, executable: string): ApiHost {
  const open = async (kind: "write" | "execute", signal: AbortSignal, profile?: string): Promise<LoadedRepo> => {
    const context = { ...parts.context, signal };
    const code = (data: ResolvedConfig) => codeOf(context, parts.config, data);
    const repo = await loadRepo(context, {
      kind,
      insideRun: null,
      interactive: false,
      code,
      ...(profile === undefined ? {} : { profile }),
    });
    for (const warning of repo.warnings) context.log.warn(warning);
    return repo;
  };
  return {
    executable,
    openForQueue: () => open("write", parts.context.signal),
    openForRun: ({ signal, profile }) => open("execute", signal, profile),
    onInterrupt: () => ({ [Symbol.dispose]() {} }),
  };
}

/** The configuration as if it stood in the repository's file; its functions are the test's own. */
async function codeOf(context: FakeRepoParts["context"], value: ConfigValue, config: ResolvedConfig): Promise<CodeLayer> {
  const input: CodeContext = {
    repoRoot: context.cwd,
    configFile: join(context.cwd, "cueloop.config.ts"),
    command: ["run"],
    config,
    version,
  };
  const own: unknown = await (typeof value === "function" ? value(structuredClone(input)) : value);
  const plugins = { plugins: { [SCRIPTED]: { enabled: true } } };
  const whole = isPlainObject(own) ? { ...own, plugins: withPlugin(own["plugins"], plugins) } : own;
  return checkCode(whole, { digest: "", bundle: "", context: input }, createRealm(context.log), { isBuiltIn: () => false });
}

function withPlugin(own: unknown, added: { readonly plugins: object }): unknown {
  if (!isPlainObject(own)) return own ?? added;
  return { ...own, plugins: { ...(isPlainObject(own["plugins"]) ? own["plugins"] : {}), ...added.plugins } };
}
