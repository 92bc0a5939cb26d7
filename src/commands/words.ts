/** Flags that may stand anywhere, `--color` with its value. */
const GLOBAL_FLAGS = new Set(["--force", "-v", "--verbose", "--no-color", "--auto-fix", "--no-sanity-checks", "--no-config-ts"]);

export interface SplitArguments {
  /** The command's words, `["queue", "list"]`; empty when nothing matches. */
  readonly path: readonly string[];
  /** Arguments in the order clipanion expects: words, then the rest, global flags moved behind the words. */
  readonly argv: readonly string[];
  /** First word that is no command, when the words name none. */
  readonly unknown: string | null;
  /** The words name a group (`queue`) and not a command. */
  readonly group: string | null;
  readonly help: boolean;
}

/**
 * Finds the command in the arguments as typed. Global flags may stand before,
 * between and after the words; nothing behind `--` is looked at.
 * @param isCommand whether these words, joined by a blank, are a command
 * @param isGroup whether these words begin some command
 */
export function splitArguments(
  typed: readonly string[],
  isCommand: (path: string) => boolean,
  isGroup: (path: string) => boolean,
): SplitArguments {
  const end = typed.indexOf("--");
  const head = repoPromptAlias(end < 0 ? typed : typed.slice(0, end));
  const tail = end < 0 ? [] : typed.slice(end);
  const words: string[] = [];
  const flags: string[] = [];
  let index = 0;
  for (; index < head.length; index += 1) {
    const argument = head[index] ?? "";
    if (GLOBAL_FLAGS.has(argument) || argument.startsWith("--color=")) flags.push(argument);
    else if (argument === "--color") {
      flags.push(argument, ...head.slice(index + 1, index + 2));
      index += 1;
    } else if (argument.startsWith("-")) break;
    else {
      const next = [...words, argument].join(" ");
      if (!isCommand(next) && !isGroup(next)) break;
      words.push(argument);
    }
  }
  const rest = head.slice(index);
  const help = rest.some((argument) => argument === "--help" || argument === "-h");
  const path = words.join(" ");
  const found = words.length > 0 && isCommand(path);
  const follows = rest.find((argument) => !argument.startsWith("-")) ?? null;
  return {
    path: found ? words : [],
    argv: [...words, ...flags, ...rest.filter((argument) => argument !== "--help" && argument !== "-h"), ...tail],
    unknown: found ? null : follows,
    group: !found && words.length > 0 ? path : null,
    help,
  };
}

/** `-rp` and `-rp=X` are written for `--repo-prompt`, as the older program allows. */
function repoPromptAlias(head: readonly string[]): string[] {
  return head.map((argument) =>
    argument === "-rp" ? "--repo-prompt" : argument.startsWith("-rp=") ? `--repo-prompt=${argument.slice(4)}` : argument,
  );
}
