import { expect, test } from "bun:test";
import { PLACEHOLDER, problemOf } from "../support/command-lines.ts";
import { sources } from "../support/sources.ts";

const root = new URL("../..", import.meta.url).pathname;

interface Named {
  readonly file: string;
  /** The command line without `cueloop`. */
  readonly line: string;
}

/**
 * Command lines in the literals of transpiled code: nothing but a literal has a blank behind `cueloop`.
 * A quote behind a blank begins an argument, any other ends the literal.
 */
function namedInCode(file: string, code: string): Named[] {
  const pattern = /(?<![\w./-])cueloop +(?=[a-z<$]|--)((?:\$\{[^}]*\}|\\"[^"\\]*\\"|(?<= )"[^"\n]*"|[^`'"\\\n])+)/g;
  return [...code.matchAll(pattern)].map(([, rest = ""]) => ({
    file,
    line: rest
      .replace(/\$\{[^}]*\}/g, PLACEHOLDER)
      .replaceAll('\\"', '"')
      .trim(),
  }));
}

async function namedInTexts(): Promise<Named[]> {
  const files = ["src/setup/guide.md", ...new Bun.Glob("src/prompts/templates/*.md").scanSync(root)];
  const texts = await Promise.all(files.map(async (file) => ({ file, text: await Bun.file(`${root}/${file}`).text() })));
  return texts.flatMap(({ file, text }) => [...text.matchAll(/`cueloop ([^`\n]+)`/g)].map(([, line = ""]) => ({ file, line })));
}

const named = [...(await sources()).flatMap(({ file, code }) => namedInCode(file, code)), ...(await namedInTexts())];

test("messages, help and prompts name commands", () => {
  expect(named.length).toBeGreaterThan(150);
  expect(new Set(named.map(({ file }) => file)).size).toBeGreaterThan(50);
});

test("every command they name exists, with every flag", () => {
  const wrong = named.flatMap(({ file, line }) => {
    const problem = problemOf(line);
    return problem === null ? [] : [`${file}: cueloop ${line}: ${problem}`];
  });
  expect(wrong).toEqual([]);
});

test.each([
  ["queue list --status todo", null],
  ["queue list --scheduled-before -7d", "needs a value"],
  ["queue unlock --force", null],
  ["queue …", null],
  ["<command> --help", null],
  ["task add …", null],
  ["completions fish > file", null],
  ["queue graph", "no command `queue graph`"],
  ["run", "no command `run`"],
  ["doctor", "no command `doctor`"],
  ["run one --resumed", "unknown option `--resumed`"],
  ["queue show RQ-0001 --format text, which is long", null],
])("cueloop %s is judged", (line, problem) => {
  if (problem === null) expect(problemOf(line)).toBeNull();
  else expect(problemOf(line)).toContain(problem);
});
