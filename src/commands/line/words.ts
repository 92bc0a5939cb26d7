/** What every command understands, wherever on the line it stands. */
export interface GlobalFlags {
  readonly force: boolean;
  readonly verbose: boolean;
  readonly noColor: boolean;
  /** As typed; null when not given. */
  readonly color: string | null;
  readonly autoFix: boolean;
  readonly noSanityChecks: boolean;
  readonly noConfigTs: boolean;
}

export const noGlobalFlags: GlobalFlags = {
  force: false,
  verbose: false,
  noColor: false,
  color: null,
  autoFix: false,
  noSanityChecks: false,
  noConfigTs: false,
};

export interface SplitArguments {
  /** The command's words, `["queue", "list"]`; empty when nothing matches. */
  readonly path: readonly string[];
  /** The words and what follows them, without the global flags. */
  readonly argv: readonly string[];
  readonly globals: GlobalFlags;
  /** First word that is no command, when the words name none. */
  readonly unknown: string | null;
  /** The words name a group (`queue`) and not a command. */
  readonly group: string | null;
  readonly help: boolean;
}

/**
 * Finds the command in the arguments as typed. Global flags may stand before, between
 * and after the words; nothing behind `--` is looked at.
 * @param isCommand whether these words, joined by a blank, are a command
 * @param isGroup whether these words begin some command
 */
export function splitArguments(
  line: readonly string[],
  isCommand: (path: string) => boolean,
  isGroup: (path: string) => boolean,
): SplitArguments {
  const typed = withForeignArguments(line);
  const end = typed.indexOf("--");
  const { globals, rest: head } = takeGlobals(repoPromptAlias(end < 0 ? typed : typed.slice(0, end)));
  const tail = end < 0 ? [] : typed.slice(end);
  const words: string[] = [];
  for (const argument of head) {
    const next = [...words, argument].join(" ");
    if (argument.startsWith("-") || (!isCommand(next) && !isGroup(next))) break;
    words.push(argument);
  }
  const rest = head.slice(words.length);
  const path = words.join(" ");
  const found = words.length > 0 && isCommand(path);
  return {
    path: found ? words : [],
    argv: [...words, ...rest.filter((argument) => argument !== "--help" && argument !== "-h"), ...tail],
    globals,
    unknown: found ? null : (rest.find((argument) => !argument.startsWith("-")) ?? null),
    group: !found && words.length > 0 ? path : null,
    help: rest.some((argument) => argument === "--help" || argument === "-h"),
  };
}

/** A script's file and what stands behind it is put behind `--`: those arguments are the script's own. */
function withForeignArguments(line: readonly string[]): readonly string[] {
  const isOption = (argument: string) => argument.startsWith("-") && argument !== "-";
  const isWord = (argument: string, index: number) => !isOption(argument) && line[index - 1] !== "--color";
  const command = line.findIndex(isWord);
  if (line[command] !== "script") return line;
  const file = line.findIndex((argument, index) => index > command && (argument === "--" || isWord(argument, index)));
  return file < 0 || line[file] === "--" ? line : line.toSpliced(file, 0, "--");
}

const SWITCHES: ReadonlyMap<string, Partial<GlobalFlags>> = new Map([
  ["--force", { force: true }],
  ["-v", { verbose: true }],
  ["--verbose", { verbose: true }],
  ["--no-color", { noColor: true }],
  ["--auto-fix", { autoFix: true }],
  ["--no-sanity-checks", { noSanityChecks: true }],
  ["--no-config-ts", { noConfigTs: true }],
]);

/** True for a flag, `--force`, that is taken from the line whatever command it is of. */
export function isGlobalFlag(name: string): boolean {
  return name === "--color" || SWITCHES.has(name);
}

function takeGlobals(head: readonly string[]): { readonly globals: GlobalFlags; readonly rest: readonly string[] } {
  let globals = noGlobalFlags;
  const rest: string[] = [];
  for (let index = 0; index < head.length; index += 1) {
    const argument = head[index] ?? "";
    const given = SWITCHES.get(argument);
    if (given !== undefined) globals = { ...globals, ...given };
    else if (argument.startsWith("--color=")) globals = { ...globals, color: argument.slice("--color=".length) };
    else if (argument === "--color") {
      index += 1;
      globals = { ...globals, color: head[index] ?? "" };
    } else rest.push(argument);
  }
  return { globals, rest };
}

/** `-rp` and `-rp=X` are written for `--repo-prompt`, as the older program allows. */
function repoPromptAlias(head: readonly string[]): string[] {
  return head.map((argument) => {
    if (argument === "-rp") return "--repo-prompt";
    return argument.startsWith("-rp=") ? `--repo-prompt=${argument.slice(4)}` : argument;
  });
}
