/**
 * Writes src/api/declarations/cueloop.d.ts, the types of the modules `cueloop` and `cueloop/testing` for editors, from the
 * sources: `bun scripts/declarations.ts`, or `--check` to fail when stale.
 */
import ts from "typescript";
import { Printer } from "./declarations/printer.ts";
import { indented } from "./declarations/text.ts";

const root = new URL("..", import.meta.url).pathname;
const output = `${root}src/api/declarations/cueloop.d.ts`;

const MODULES = [
  { name: "cueloop", file: `${root}src/api/declared.ts` },
  { name: "cueloop/testing", file: `${root}src/api/testing/declared.ts` },
] as const;

const text = declarations();
if (Bun.argv.includes("--check")) {
  if ((await Bun.file(output).text()) !== text) {
    console.error("stale, run `bun scripts/declarations.ts`");
    process.exitCode = 1;
  }
} else {
  await Bun.write(output, text);
  console.log(output);
}

function declarations(): string {
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config, ts.sys, root);
  const program = ts.createProgram(
    MODULES.map(({ file }) => file),
    { ...options, exactOptionalPropertyTypes: false },
  );
  const checker = program.getTypeChecker();
  const printer = new Printer(checker, `${root}src/`);
  const exported = MODULES.map(({ name, file }) => {
    const source = program.getSourceFile(file);
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${file} exports nothing`);
    const symbols = checker.getExportsOfModule(module).map((symbol) => ({
      name: symbol.name,
      symbol: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
    }));
    const functions = symbols.find((one) => one.name === "Functions")?.symbol;
    if (functions === undefined) throw new Error(`${file} has no functions`);
    return { module: name, functions, types: symbols.filter((one) => one.name !== "Functions") };
  });
  for (const { types } of exported) for (const { name, symbol } of types) printer.name(symbol, name);
  const parts = exported.map(({ module, functions, types }) => ({
    module,
    functions: printer.functions(functions),
    public: new Set(types.map(({ name }) => name)),
  }));
  const declared = new Map<string, string>();
  for (const named of printer.wanted()) declared.set(named.name, printer.declaration(named));
  const [main, testing] = parts;
  if (main === undefined || testing === undefined) throw new Error("a module is missing");
  const hidden = [...declared.keys()].filter((name) => !testing.public.has(name));
  return [
    "// The modules that CueLoop gives to cueloop.config.ts, scripts and tests. Written by `cueloop config types --write`.\n",
    block("cueloop", [
      'import * as v from "cueloop/valibot";',
      "/** valibot, for schemas of arguments, flags and custom fields. */\nexport { v };",
      "/** Of the executable. */\nexport const version: string;",
      ...main.functions.map((one) => exportedText(one)),
      ...hidden.map((name) => (main.public.has(name) ? exportedText(declared.get(name) ?? "") : (declared.get(name) ?? ""))),
      "// Only what is marked is exported.\nexport {};",
    ]),
    block("cueloop/testing", [
      `import type { ${usedIn(testing, declared, hidden).join(", ")} } from "cueloop";`,
      ...testing.functions.map((one) => exportedText(one)),
      ...[...testing.public].map((name) => exportedText(declared.get(name) ?? "")),
    ]),
  ].join("\n");
}

function block(name: string, parts: readonly string[]): string {
  return `declare module ${JSON.stringify(name)} {\n${indented(parts.join("\n\n"))}\n}\n`;
}

/** A declaration behind its comment, exported. */
function exportedText(declaration: string): string {
  return declaration.replace(/^((?:\/\*\*[\s\S]*?\*\/\n)?)(?=function|interface|type|class)/, "$1export ");
}

/** Names of one module's types that the other module's declarations mention. */
function usedIn(
  { functions, public: names }: { readonly functions: readonly string[]; readonly public: ReadonlySet<string> },
  declared: ReadonlyMap<string, string>,
  others: readonly string[],
): string[] {
  const text = [...functions, ...[...names].map((name) => declared.get(name) ?? "")].join("\n");
  return others.filter((name) => new RegExp(`\\b${name}\\b`).test(text.replace(/\/\*\*[\s\S]*?\*\//g, "")));
}
