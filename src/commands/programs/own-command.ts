import * as v from "valibot";
import { CueLoopError } from "../../base/errors.ts";
import type { CodeCommand, CommandField, LoadedCode } from "../../config/code.ts";
import { findRoot } from "../../config/paths.ts";
import { type LoadedRepo, loadRepo } from "../../config/resolve.ts";
import { detectInsideRun } from "../../run/processes/inside.ts";
import { FORMAT, flagName, isSchema } from "../../runtime/check/command-fields.ts";
import { EndableCalls } from "../../runtime/hooks/endable.ts";
import { repoFacts, repoView } from "../../runtime/hooks/repo-view.ts";
import { frozenCopy } from "../../runtime/queue/frozen.ts";
import { openQueueOf } from "../../runtime/queue/open.ts";
import { judgeCode } from "../../runtime/trust/judge.ts";
import { knownCommands } from "../../runtime/trust/known-commands.ts";
import { sanitise, sanitiseLine } from "../../ui/sanitise.ts";
import type { ExitCode } from "../frame/base.ts";
import { type CodeUse, codeToRun } from "../frame/code-layer.ts";
import { allowedByEnvironment } from "../frame/code-notice.ts";
import { requireOutsideRun, withDotenv } from "../frame/repo.ts";
import type { Session } from "../frame/session.ts";
import { usageProblem } from "../line/usage.ts";
import { ownHelp, ownUsage } from "./own-help.ts";
import { readLine } from "./own-line.ts";

/** A command of the repository's own that a line names. */
export interface OwnCommand {
  readonly usage: string;
  readonly help: string;
  /** Errors: `usage`, `command.failed`, those of the command's own queue calls. */
  run(line: readonly string[]): Promise<ExitCode>;
}

/** The command of this name; null where trusted code has none. Errors: `run.inside_run`, `runtime.*`. */
export async function findOwnCommand(session: Session, name: string): Promise<OwnCommand | null> {
  requireOutsideRun(session);
  const repo = await trustedRepo(session);
  const command = repo?.code?.commands.get(name);
  if (repo === null || repo.code === null || command === undefined) return null;
  const { code } = repo;
  const args = command.args.fields;
  const flags = [...command.flags.fields, FORMAT];
  return {
    usage: ownUsage(name, args, flags),
    help: ownHelp(name, command.description, args, flags),
    run: (line) => run({ session, repo, code, command, name }, { args, flags }, line),
  };
}

/**
 * Name and description of every command of trusted code, as it was when it ran last; it is run where that is not known. Empty
 * where they cannot be had.
 */
export async function ownCommands(session: Session): Promise<readonly { readonly name: string; readonly description: string }[]> {
  try {
    const root = findRoot(session.context.cwd);
    if (detectInsideRun(session.context, root) !== null) return [];
    const known = knownCommands(session.context, root);
    if (known.length > 0) return known.map(({ name, description }) => ({ name, description: sanitiseLine(description) }));
    const commands = (await trustedRepo(session, { readOnly: true }))?.code?.commands ?? new Map<string, CodeCommand>();
    return [...commands].map(([name, { description }]) => ({ name, description: sanitiseLine(description) }));
  } catch (error) {
    if (error instanceof CueLoopError) return [];
    throw error;
  }
}

/** The repository with its code; null where that is not trusted. */
async function trustedRepo(session: Session, use: Pick<CodeUse, "readOnly"> = {}): Promise<LoadedRepo | null> {
  const root = findRoot(session.context.cwd);
  const { status } = await judgeCode(session.context, root, allowedByEnvironment(session.context.env, root));
  if (status !== "trusted") return null;
  const code = codeToRun(session, { root, insideRun: null, interactive: false, ...use });
  return withDotenv(await loadRepo(session.context, { kind: "write", insideRun: null, code }));
}

interface Call {
  readonly session: Session;
  readonly repo: LoadedRepo;
  readonly code: LoadedCode;
  readonly command: CodeCommand;
  readonly name: string;
}

type Fields = { readonly args: readonly CommandField[]; readonly flags: readonly CommandField[] };

async function run({ session, repo, code, command, name }: Call, fields: Fields, line: readonly string[]): Promise<ExitCode> {
  const read = readLine(fields.args, fields.flags, line);
  const { format = "text", ...own } = read.flags;
  const args = await valuesOf(command.args.schema, read.args, (field) => field.toUpperCase());
  const flags = await valuesOf(command.flags.schema, own, flagName);
  for (const warning of repo.warnings) repo.log.warn(warning);
  const { root, log } = repo;
  const host = { ...repo, runId: null, emit() {} };
  const stop = new AbortController();
  const interrupt = () => (stop.signal.aborted ? process.exit(130) : stop.abort());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, interrupt);
  const printed: Promise<void>[] = [];
  const input = Object.freeze({
    args,
    flags,
    queue: Object.freeze(openQueueOf(repo)),
    repo: repoView(host, root, await repoFacts(host, root)),
    config: frozenCopy(repo.config),
    print: (value: unknown) => {
      const text = format === "json" ? null : sanitise(typeof value === "string" ? value : Bun.inspect(value, { depth: 8 }));
      const printing = text === null ? session.printJson(value ?? null) : session.print(text);
      printed.push(printing);
      return printing;
    },
    log,
    signal: stop.signal,
  });
  let returned: unknown;
  try {
    // Without a wait in it, the signals above would never arrive.
    const begun = new EndableCalls().run(() => command.run(input), { limitMs: 0, byInterrupt: true });
    if (begun.kind !== "returned") return 130;
    returned = await begun.value;
    await Promise.all(printed);
  } catch (thrown) {
    throw code.errorOf(thrown, "command.failed", `The command ${name} failed`);
  }
  if (stop.signal.aborted) return 130;
  if (typeof returned !== "number") return 0;
  return Number.isInteger(returned) && returned >= 0 && returned <= 255 ? returned : 1;
}

async function valuesOf(schema: unknown, typed: Readonly<Record<string, unknown>>, label: (field: string) => string): Promise<unknown> {
  try {
    return isSchema(schema) ? await v.parseAsync(schema, typed) : {};
  } catch (error) {
    if (!v.isValiError(error)) throw error;
    const [field = ""] = (v.getDotPath(error.issues[0]) ?? "").split(".");
    throw usageProblem(`${field === "" ? "the arguments" : label(field)}: ${error.message}.`);
  }
}
