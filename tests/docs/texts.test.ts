import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import definitions from "../../src/commands/definitions.json" with { type: "json" };
import { parseCommand } from "../../src/commands/line/parser.ts";
import { splitArguments } from "../../src/commands/line/words.ts";
import { registry } from "../../src/commands/registry.ts";
import { splitWords } from "../../src/setup/words.ts";
import { problemOf } from "../support/command-lines.ts";

const root = new URL("../..", import.meta.url).pathname;
const GLOBAL_FLAGS = "--help --version --verbose --color --no-color --force --auto-fix --no-sanity-checks --no-config-ts".split(" ");

interface Text {
  readonly file: string;
  readonly text: string;
  /** Fenced blocks without their fences, with the word behind the opening one. */
  readonly blocks: readonly { readonly language: string; readonly code: string }[];
  /** Inline code outside of the blocks. */
  readonly inline: readonly string[];
}

const texts = await Promise.all(["README.md", "CONTRIBUTING.md", ...[...new Bun.Glob("docs/**/*.md").scanSync(root)].sort()].map(readText));

async function readText(file: string): Promise<Text> {
  const text = await Bun.file(join(root, file)).text();
  const fence = /^ *```(\w*)[^\n]*\n(.*?)^ *```$/gms;
  const blocks = [...text.matchAll(fence)].map(([, language = "", code = ""]) => ({ language, code }));
  const inline = [...text.replace(fence, "").matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
  return { file, text, blocks, inline };
}

/** Command lines in code, without `cueloop`; output that happens to begin with the name is none. */
function commandLines(code: string): string[] {
  const joined = code.replaceAll("\\\n", " ");
  return [...joined.matchAll(/(?<![\w./-])cueloop +(?=[a-z<]|--)([^\n`]+)/g)].map(([, line = ""]) => line);
}

function named({ blocks, inline }: Text): string[] {
  return [...blocks.map(({ code }) => code), ...inline].flatMap(commandLines);
}

test("README and guides name commands", () => {
  for (const file of ["README.md", "docs/guide/queue.md", "docs/guide/running.md"]) {
    expect(texts.find((text) => text.file === file)).toBeDefined();
  }
  expect(texts.filter(({ file }) => file.startsWith("docs/guide/")).flatMap(named).length).toBeGreaterThan(60);
});

test.each(texts)("$file: every command exists, with every flag", (text) => {
  const wrong = named(text).flatMap((line) => {
    const problem = problemOf(line);
    return problem === null ? [] : [`cueloop ${line}: ${problem}`];
  });
  expect(wrong).toEqual([]);
});

/** Lines a reader would copy, as the shell hands them on. */
function copiedLines({ blocks }: Text): (readonly string[])[] {
  const lines = blocks.filter(({ language }) => language === "sh").flatMap(({ code }) => code.replaceAll("\\\n", " ").split("\n"));
  return lines
    .map((line) => /(?:^|\| )cueloop( .*?)?(?: +[#<>|;].*)?$/.exec(line)?.[1])
    .filter((rest) => rest !== undefined)
    .map((rest) => splitWords(rest))
    .filter((words) => typeof words !== "string");
}

test.each(texts)("$file: every line to copy is accepted as it is", async (text) => {
  for (const words of copiedLines(text)) {
    const split = splitArguments(
      words,
      (path) => Object.hasOwn(registry, path),
      (path) => Object.keys(registry).some((known) => known.startsWith(`${path} `)),
    );
    const entry = registry[split.path.join(" ")];
    if (entry === undefined) throw new Error(`no command: ${words.join(" ")}`);
    const type = (await entry.load()).default;
    expect(() => parseCommand(type, split.argv)).not.toThrow();
  }
});

test("there are lines to copy", () => expect(texts.flatMap(copiedLines).length).toBeGreaterThan(80));

const knownFlags = new Set([
  ...GLOBAL_FLAGS,
  ...definitions.flatMap(({ options }) =>
    options.flatMap(({ definition }) => {
      const [names = "", value] = definition.split(" ");
      // Whatever takes no value has a form that turns it off.
      const off = value === undefined ? names.split(",").map((name) => `--no-${name.slice(2)}`) : [];
      return [...names.split(","), ...off];
    }),
  ),
]);
const groups = new Set(
  Object.keys(registry)
    .filter((path) => path.includes(" "))
    .map((path) => path.split(" ")[0]),
);

test.each(texts)("$file: a flag or a command named without the program exists, too", ({ inline }) => {
  const wrong = inline.flatMap((code) => {
    if (/^--?[a-z]/.test(code)) return code.split(/[\s,=]/).filter((word) => /^--[a-z]/.test(word) && !knownFlags.has(word));
    const [first = "", second = ""] = code.split(" ");
    if (!groups.has(first) || !/^[a-z][a-z-]*$/.test(second)) return [];
    const problem = problemOf(code);
    return problem === null ? [] : [problem];
  });
  expect(wrong).toEqual([]);
});

test.each(texts)("$file: every script of package.json it names exists", ({ blocks, inline }) => {
  const code = [...blocks.map((block) => block.code), ...inline].join("\n");
  const scripts = [...code.matchAll(/\bbun(?:@[\d.]+)? run ([\w-]+)/g)].map(([, script = ""]) => script);
  for (const script of scripts) expect(Object.keys(manifest.scripts)).toContain(script);
});

test.each(texts)("$file: every link to a file of the project leads somewhere", ({ file, text }) => {
  const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)\s]*)?\)/g)].map(([, target = ""]) => target);
  for (const target of targets) expect([target, existsSync(join(root, dirname(file), target))]).toEqual([target, true]);
});
