import type { Environment } from "../../base/context.ts";
import { isCueLoopError } from "../../base/errors.ts";
import { suggest } from "../../base/suggest.ts";
import { hasCodeFile } from "../../config/code-file.ts";
import { findRoot } from "../../config/paths.ts";
import { errorText } from "../../ui/error.ts";
import { groupHelp, overviewHelp } from "../../ui/help.ts";
import { version } from "../../version.ts";
import { parsePlain } from "../line/plain-line.ts";
import { splitArguments } from "../line/words.ts";
import { registry } from "../registry.ts";
import type { BaseCommand, ExitCode } from "./base.ts";
import type { CommandEntry } from "./entry.ts";
import { Session } from "./session.ts";
import { terminals } from "./terminal.ts";

export interface Invocation {
  /** Arguments after the program's name. */
  readonly argv: readonly string[];
  readonly env: Environment;
  readonly cwd: string;
}

/** Finds the command of an invocation, runs it and returns its exit code. */
export async function dispatch(invocation: Invocation): Promise<ExitCode> {
  const split = splitArguments(invocation.argv, (path) => Object.hasOwn(registry, path), isGroup);
  const entry = registry[split.path.join(" ")];
  if (entry === undefined) return withoutCommand(invocation, split);
  const type = (await entry.load()).default;
  const help = `cueloop ${split.path.join(" ")} --help`;
  // clipanion's parser costs more than all else a short command does before it runs: most lines do without.
  const parser = () => import("../line/parser.ts");
  if (split.help) return printed(invocation, entry, (await parser()).usageText(type, true));
  const usage = async () => (await parser()).usageText(type, false);
  let command = parsePlain(type, split.argv);
  if (command === null) {
    const { optionDefinitions, parseCommand } = await parser();
    try {
      command = parseCommand(type, split.argv);
    } catch (error) {
      const { optionMisuse } = await import("../line/misuse.ts");
      const misuse = optionMisuse(optionDefinitions(type), split.argv.slice(split.path.length)) ?? firstParagraph(error);
      return usageError(invocation, misuse, await usage(), help);
    }
  }
  command.globals = split.globals;
  return runCommand({ ...invocation, path: split.path }, entry, command, { usage, help });
}

async function runCommand(
  invocation: Invocation & { readonly path: readonly string[] },
  entry: CommandEntry,
  command: BaseCommand,
  { usage, help }: { readonly usage: () => Promise<string>; readonly help: string },
): Promise<ExitCode> {
  const { globals } = command;
  const color = globals.noColor ? "never" : (globals.color ?? "auto");
  if (color !== "auto" && color !== "always" && color !== "never") {
    return usageError(invocation, `--color takes auto, always or never, not \`${color}\`.`, "", "cueloop --help");
  }
  if (globals.autoFix && globals.noSanityChecks) {
    return usageError(invocation, "--auto-fix and --no-sanity-checks exclude each other.", "", "cueloop --help");
  }
  const session = newSession(invocation, entry, globals.verbose, color, { path: invocation.path, noConfigTs: globals.noConfigTs });
  const code = await ended(invocation, session, command, { usage, help });
  await session.flush();
  // A timer or a server that the user's code left would keep the process alive.
  if (session.ranUserCode && !session.ranProgram) process.exit(code);
  return code;
}

async function ended(
  invocation: Invocation,
  session: Session,
  command: BaseCommand,
  { usage, help }: { readonly usage: () => Promise<string>; readonly help: string },
): Promise<ExitCode> {
  try {
    return await command.run(session);
  } catch (error) {
    if (isCueLoopError(error, "usage")) {
      const message = session.context.redact([error.message, error.hint ?? ""].filter((text) => text !== "").join("\n"));
      return usageError(invocation, message, await usage(), help);
    }
    await session.note(errorText(error, { color: session.color, redact: session.context.redact, trace: false }));
    return 1;
  }
}

function newSession(
  invocation: Invocation,
  entry: CommandEntry | null,
  verbose: boolean,
  color: "auto" | "always" | "never",
  typed: { readonly path: readonly string[]; readonly noConfigTs: boolean } = { path: [], noConfigTs: false },
): Session {
  return new Session({
    ...invocation,
    ...typed,
    kind: entry?.kind ?? "none",
    insideRunAllowed: entry?.insideRun ?? true,
    verbose,
    color,
    isTerminal: terminals(),
  });
}

async function withoutCommand(invocation: Invocation, split: ReturnType<typeof splitArguments>): Promise<ExitCode> {
  const session = newSession(invocation, null, false, "auto");
  const first = invocation.argv.find((argument) => !argument.startsWith("-"));
  if (split.group !== null && split.unknown === null) {
    const help = groupHelp(split.group, registry);
    if (split.help) return print(session, help, 0);
    await session.note(`error: \`cueloop ${split.group}\` needs a command.\n\n${help}`);
    return 2;
  }
  if (first === undefined) {
    if (split.help) return overview(invocation, split);
    const unknownFlag = invocation.argv.find((argument) => argument.startsWith("-"));
    if (unknownFlag !== undefined) return usageError(invocation, `unknown option \`${unknownFlag}\`.`, "", "cueloop --help");
    await session.note(overviewHelp(registry, version));
    return 2;
  }
  const own = ownSession(invocation, split, [first]);
  const names = Object.keys(registry);
  if (split.group === null && split.unknown !== null && mayHaveOwn(session, split)) {
    const code = await ownCommand(invocation, split, own, split.unknown);
    if (code !== null) return ending(own, code);
    const { ownCompletions } = await import("../completion/own.ts");
    names.push(...(await ownCompletions(session)).map(({ path }) => path));
  }
  const typed = split.group === null ? first : `${split.group} ${split.unknown ?? ""}`.trim();
  const guess = suggest(typed, names);
  const meant = guess === null ? "" : ` Did you mean \`cueloop ${guess}\`?`;
  const code = await usageError(
    invocation,
    `there is no command \`${typed}\`.${meant}${split.group === null ? await maybeInCode(session, split.globals.noConfigTs) : ""}`,
    "",
    split.group === null ? "cueloop --help" : `cueloop ${split.group} --help`,
  );
  return ending(own, code);
}

function mayHaveOwn(session: Session, { globals }: ReturnType<typeof splitArguments>): boolean {
  return !globals.noConfigTs && hasCodeFile(findRoot(session.context.cwd));
}

function ownSession(invocation: Invocation, { globals }: ReturnType<typeof splitArguments>, path: readonly string[]): Session {
  const color = globals.noColor ? "never" : globals.color === "always" || globals.color === "never" ? globals.color : "auto";
  return newSession(invocation, null, globals.verbose, color, { path, noConfigTs: false });
}

/** Every command, with those of the repository where its code is trusted. */
async function overview(invocation: Invocation, split: ReturnType<typeof splitArguments>): Promise<ExitCode> {
  const session = ownSession(invocation, split, []);
  const own = mayHaveOwn(session, split) ? await (await import("../programs/own-command.ts")).ownCommands(session) : [];
  const category = "Commands of this repository";
  const rows = own.map(({ name, description }) => [name, { summary: description, category, hidden: false }]);
  return ending(session, await print(session, overviewHelp({ ...registry, ...Object.fromEntries(rows) }, version), 0));
}

/** Runs a command of the repository's own; null where trusted code has none of this name. */
async function ownCommand(
  invocation: Invocation,
  split: ReturnType<typeof splitArguments>,
  session: Session,
  name: string,
): Promise<ExitCode | null> {
  let usage = "";
  try {
    const command = await (await import("../programs/own-command.ts")).findOwnCommand(session, name);
    if (command === null) return null;
    usage = command.usage;
    if (split.help) return await print(session, command.help, 0);
    return await command.run(split.argv.toSpliced(split.argv.indexOf(name), 1));
  } catch (error) {
    if (isCueLoopError(error, "usage")) return await usageError(invocation, error.message, usage, `cueloop ${name} --help`);
    await session.note(errorText(error, { color: session.color, redact: session.context.redact, trace: false }));
    return 1;
  }
}

/** What the user's code left running ends with the command. */
async function ending(session: Session, code: ExitCode): Promise<ExitCode> {
  await session.flush();
  if (session.ranUserCode) process.exit(code);
  return code;
}

/** A name nobody knows may be one that code would define, if it were trusted. */
async function maybeInCode(session: Session, noConfigTs: boolean): Promise<string> {
  const root = findRoot(session.context.cwd);
  if (noConfigTs || !hasCodeFile(root)) return "";
  const hint = await (await import("./code-notice.ts")).unknownNameHint(session, root);
  return hint === null ? "" : `\n${hint}`;
}

async function printed(invocation: Invocation, entry: CommandEntry, text: string): Promise<ExitCode> {
  return print(newSession(invocation, entry, false, "auto"), text, 0);
}

async function print(session: Session, text: string, code: ExitCode): Promise<ExitCode> {
  try {
    await session.print(text);
    return code;
  } catch (error) {
    await session.note(errorText(error, { color: session.color, redact: session.context.redact, trace: false }));
    return 1;
  }
}

async function usageError(invocation: Invocation, message: string, usage: string, help: string): Promise<ExitCode> {
  const session = newSession(invocation, null, false, "auto");
  const lines = [`error: ${message}`, usage === "" ? "" : `usage: ${shortened(usage.trim())}`, `See \`${help}\`.`];
  await session.note(lines.filter((line) => line !== "").join("\n"));
  return 2;
}

const LONGEST_USAGE = 240;

/** A usage with options by the dozen says nothing; `--help` lists them. */
function shortened(usage: string): string {
  return usage.length <= LONGEST_USAGE ? usage : usage.replace(/(?: \[-[^\]]*\])+/, " [options]");
}

function isGroup(path: string): boolean {
  return Object.keys(registry).some((key) => key.startsWith(`${path} `));
}

/** clipanion's messages carry the whole usage behind the first paragraph. */
function firstParagraph(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [first = text] = text.split("\n\n");
  return first.startsWith("Command not found") ? "the arguments do not fit the command." : first.trim();
}
