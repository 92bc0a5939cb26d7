import { readFileSync } from "node:fs";
import { page } from "./markdown.ts";

const FILE = new URL("../../src/api/declarations/cueloop.d.ts", import.meta.url).pathname;

/** Types that have a page of their own. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  RunEvent: "Every kind of event with its payload is in [events.md](events.md).",
  ResolvedConfig: "The keys are those of [configuration.md](configuration.md); every one is there, null where nothing set it.",
  Config: "The settings are those of [configuration.md](configuration.md), without `version`.",
  Task: "The fields are those of [queue.md](queue.md).",
};
/** Lines of a type that is shown whole. */
const LONGEST = 200;

interface Declared {
  readonly name: string;
  readonly kind: string;
  /** What its comment says. */
  readonly doc: string;
  /** Without comment and indentation. */
  readonly text: string;
}

/** The page of the modules that user code imports. */
export function apiPage(): string {
  const text = readFileSync(FILE, "utf8");
  return page("The modules `cueloop` and `cueloop/testing`", "src/api/declared.ts and src/api/testing/declared.ts", [
    "What `cueloop.config.ts`, scripts (`cueloop script`, `cueloop eval`) and tests (`cueloop test`) import; nothing is installed. `cueloop config types --write` gives the same to an editor.",
    "`v` is [valibot](https://valibot.dev), for schemas of arguments, flags and custom fields; `version` is the executable's. In the process of a run or of the gate, `openQueue`, `runTask` and `runLoop` are refused: a hook is given `queue`.",
    ...section("cueloop", text),
    "`cueloop/testing` is there in `cueloop test` alone.",
    ...section("cueloop/testing", text),
  ]);
}

function section(module: string, text: string): string[] {
  const block = new RegExp(`^declare module "${module}" \\{\\n([\\s\\S]*?)^\\}`, "m").exec(text)?.[1] ?? "";
  const declared = [
    ...block.matchAll(
      /^((?: {2}\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?) {2}export (function|interface|type|class) (\w+)([\s\S]*?)(?=\n\n|\n*$(?![\s\S]))/gm,
    ),
  ].map(
    ([, doc = "", kind = "", name = "", rest = ""]): Declared => ({
      name,
      kind,
      doc: doc
        .replace(/^ *(?:\/\*\*|\*\/|\*(?!\/))? ?/gm, "")
        .replace(/\s*\*\/\s*$/, "")
        .trim()
        .replaceAll(/\s*\n\s*/g, " "),
      text: `${kind} ${name}${rest}`.replace(/^ {2}/gm, ""),
    }),
  );
  const functions = declared.filter(({ kind }) => kind === "function");
  const types = declared.filter(({ kind }) => kind !== "function").sort((a, b) => (a.name < b.name ? -1 : 1));
  return [`## Module \`${module}\``, "### Functions", ...functions.flatMap(entry), "### Types", ...types.flatMap(entry)];
}

function entry({ name, kind, doc, text }: Declared): string[] {
  const elsewhere = ELSEWHERE[name];
  const isHidden = elsewhere !== undefined && name !== "Config";
  return [
    `#### \`${name}${kind === "function" ? "()" : ""}\``,
    ...[doc, elsewhere ?? ""].filter((part) => part !== ""),
    ...(isHidden ? [] : [`\`\`\`ts\n${shortened(text)}\n\`\`\``]),
  ];
}

/** A long type with what its members hold left out. */
function shortened(text: string): string {
  const lines = text.split("\n");
  if (lines.length <= LONGEST) return text;
  const kept: string[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    const isMember = /^ {2}\S.*\{$/.test(line);
    if (!isMember) {
      kept.push(line);
      continue;
    }
    const end = lines.findIndex((later, at) => at > index && /^ {2}\}/.test(later));
    kept.push(`${line} … ${(lines[end] ?? "").trim()}`);
    index = end;
  }
  return kept.join("\n");
}
