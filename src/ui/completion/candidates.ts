/** A command as the completion table knows it. */
export interface CompletionCommand {
  /** Words behind the program's name, `queue list`. */
  readonly path: string;
  readonly summary: string;
  /** As help prints it, `cueloop task status <draft|todo> [TASK_ID] ...`. */
  readonly usage: string;
  /** What may stand behind the words that `usage` names, for a command of the repository's own. */
  readonly further?: readonly string[];
  readonly options: readonly { readonly definition: string; readonly description: string }[];
}

/** One thing the typed word may become. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

export interface Candidates {
  readonly candidates: readonly Candidate[];
  /** The word is a path: the shell offers files itself. */
  readonly files: boolean;
  /** The candidates are not fixed: they stand in the repository. */
  readonly lookup?: Lookup;
}

/** What a word names in the repository. */
export type Named = "task" | "active task" | "tag" | "profile" | "snapshot";

export interface Lookup {
  readonly named: Named;
  /** The word as typed so far. */
  readonly partial: string;
  /** Stands before each candidate, `--task=`. */
  readonly prefix: string;
}

/** What may stand behind an option or in the place of a word. */
type Values = readonly string[] | "path" | "any" | Named;

/** Commands that take tasks of the queue only, not finished ones. */
const ACTIVE_ONLY: ReadonlySet<string> = new Set([
  "task ready",
  "task start",
  "task status",
  "task done",
  "task reject",
  "task rejected",
  "run one",
]);
/** What the words behind the named ones are, for the commands that take any number of them. */
const FURTHER_WORDS: ReadonlyMap<string, Values> = new Map([["task status", "active task"]]);

interface CompletionOption {
  readonly names: readonly string[];
  /** Null for a switch. */
  readonly values: Values | null;
  readonly description: string;
}

const NONE: Candidates = { candidates: [], files: false };

const GLOBAL_OPTIONS: readonly CompletionOption[] = [
  { names: ["--help", "-h"], values: null, description: "Show help." },
  { names: ["--verbose", "-v"], values: null, description: "Log more." },
  { names: ["--color"], values: ["auto", "always", "never"], description: "When to use colour." },
  { names: ["--no-color"], values: null, description: "No colour." },
];

/**
 * What the last of the words may become. `words` are those behind the program's
 * name up to the cursor, the last one perhaps empty.
 */
export function completionCandidates(commands: readonly CompletionCommand[], words: readonly string[]): Candidates {
  const typed = joinedAtEquals(words);
  const last = typed.at(-1) ?? "";
  const before = typed.slice(0, -1);
  const partial = last === '""' ? "" : last;
  if (before.includes("--")) return NONE;
  const { command, group, rest } = findCommand(commands, before);
  const options = [...(command === null ? [] : command.options.map((option) => readOption(option, command.path))), ...GLOBAL_OPTIONS];
  const waiting = options.find((option) => option.values !== null && option.names.includes(before.at(-1) ?? ""));
  if (waiting !== undefined) return fromValues(waiting.values ?? "any", partial, "");
  const assigned = /^(--[^=]+)=(.*)$/s.exec(partial);
  if (assigned !== null) {
    const option = options.find((candidate) => candidate.names.includes(assigned[1] ?? ""));
    return option === undefined ? NONE : fromValues(option.values ?? "any", assigned[2] ?? "", `${assigned[1]}=`);
  }
  if (partial.startsWith("-")) return optionNames(options, partial);
  if (command === null) return positionalCount(rest, options) > 0 ? NONE : nextWords(commands, group, partial);
  return fromValues(wordValues(command, positionalCount(rest, options)), partial, "");
}

/** Bash splits `--format=js` into three words; puts the option and its value back together. */
function joinedAtEquals(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const [index, word] of words.entries()) {
    const option = words[index - 1] ?? "";
    if (word === "=" && option.startsWith("--")) {
      if (index === words.length - 1) joined.push("");
    } else joined.push(word);
  }
  return joined;
}

function findCommand(
  commands: readonly CompletionCommand[],
  words: readonly string[],
): { command: CompletionCommand | null; group: string; rest: string[] } {
  let group = "";
  let command: CompletionCommand | null = null;
  const rest: string[] = [];
  for (const word of words) {
    const path = group === "" ? word : `${group} ${word}`;
    if (command === null && commands.some((candidate) => candidate.path === path || candidate.path.startsWith(`${path} `))) {
      group = path;
      command = commands.find((candidate) => candidate.path === path) ?? null;
    } else rest.push(word);
  }
  return { command, group, rest };
}

function nextWords(commands: readonly CompletionCommand[], group: string, partial: string): Candidates {
  const prefix = group === "" ? "" : `${group} `;
  const found = new Map<string, string[]>();
  for (const { path, summary } of commands) {
    if (!path.startsWith(prefix)) continue;
    const [word = "", ...deeper] = path.slice(prefix.length).split(" ");
    if (!word.startsWith(partial)) continue;
    found.set(word, [...(found.get(word) ?? []), deeper.length === 0 ? summary : deeper.join(" ")]);
  }
  return { candidates: [...found].map(([value, texts]) => ({ value, description: texts.join(", ") })), files: false };
}

function optionNames(options: readonly CompletionOption[], partial: string): Candidates {
  const candidates = options.flatMap(({ names, description }) =>
    names
      .filter((name) => name.startsWith(partial) && (name.startsWith("--") || partial === name))
      .map((value) => ({ value, description })),
  );
  return { candidates, files: false };
}

function fromValues(values: Values, partial: string, prefix: string): Candidates {
  if (values === "path") return { candidates: [], files: true };
  if (values === "any") return NONE;
  if (typeof values === "string") return { ...NONE, lookup: { named: values, partial, prefix } };
  const matching = values.filter((value) => value.startsWith(partial));
  return { candidates: matching.map((value) => ({ value: `${prefix}${value}`, description: "" })), files: false };
}

/** `-q,--quiet` or `--format #0`; the description of an option with a value begins with its form, `text|json: …`. */
function readOption({ definition, description }: { definition: string; description: string }, path: string): CompletionOption {
  const [names = "", ...value] = definition.split(" ");
  const form = /^([^\s:]+):/.exec(description)?.[1] ?? "";
  return { names: names.split(","), values: value.length === 0 ? null : valuesOfForm(form, path), description };
}

function valuesOfForm(form: string, path: string): Values {
  if (form === "PATH") return "path";
  if (form === "TAG") return "tag";
  if (form === "NAME") return "profile";
  if (form === "ID" && path === "undo") return "snapshot";
  if (form === "ID" || form === "TASK_ID") return ACTIVE_ONLY.has(path) ? "active task" : "task";
  return form.includes("|") ? form.split("|").filter((word) => word !== "") : "any";
}

/** How many words of the rest are neither options nor values of options. */
function positionalCount(rest: readonly string[], options: readonly CompletionOption[]): number {
  let count = 0;
  for (const [index, word] of rest.entries()) {
    const previous = rest[index - 1] ?? "";
    const isValue = options.some((option) => option.values !== null && option.names.includes(previous));
    if (!isValue && !word.startsWith("-")) count += 1;
  }
  return count;
}

/** What the usage line says of the positional word at `index`. */
function wordValues({ usage, path, further }: CompletionCommand, index: number): Values {
  const forms = [...usage.matchAll(/[<[]([^\s>\]#-][^\s>\]]*)[>\]]/g)].map((match) => match[1] ?? "");
  const form = forms[index];
  return form === undefined ? (further ?? FURTHER_WORDS.get(path) ?? "any") : valuesOfForm(form, path);
}
