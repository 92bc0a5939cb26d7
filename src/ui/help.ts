/** What help needs to know of a command. */
export interface CommandSummary {
  readonly summary: string;
  readonly category: string;
  readonly hidden: boolean;
}

type Commands = Readonly<Record<string, CommandSummary>>;

/** The text of `cueloop --help`: every command by category, one line each. */
export function overviewHelp(commands: Commands, version: string): string {
  const lines = [
    `cueloop ${version}: works a task queue kept in your git repository with coding agents`,
    "",
    "usage: cueloop <command> [options]",
    "",
    "Start here",
    "  cueloop demo                           watch a sample queue being worked",
    "  cueloop init                           set your repository up",
    '  cueloop task add "What you want done"  add a task',
    "  cueloop run loop                       have the tasks worked",
  ];
  for (const [category, rows] of byCategory(commands)) lines.push("", category, ...rows);
  lines.push(
    "",
    "Options for every command: --help, --verbose, --color auto|always|never, --no-color.",
    "`cueloop <command> --help` shows the rest.",
  );
  return lines.join("\n");
}

/** The commands below one word, for `cueloop queue --help`. */
export function groupHelp(group: string, commands: Commands): string {
  const inside = Object.fromEntries(Object.entries(commands).filter(([path]) => path.startsWith(`${group} `)));
  return [`usage: cueloop ${group} <command> [options]`, "", ...rowsOf(inside)].join("\n");
}

function byCategory(commands: Commands): Map<string, string[]> {
  const groups = new Map<string, Record<string, CommandSummary>>();
  for (const [path, command] of Object.entries(commands)) {
    if (command.hidden) continue;
    const group = groups.get(command.category) ?? {};
    group[path] = command;
    groups.set(command.category, group);
  }
  return new Map([...groups].map(([category, group]) => [category, rowsOf(group)]));
}

function rowsOf(commands: Commands): string[] {
  const shown = Object.entries(commands).filter(([, command]) => !command.hidden);
  const width = Math.max(0, ...shown.map(([path]) => path.length));
  return shown.map(([path, command]) => `  ${path.padEnd(width)}  ${command.summary}`);
}
