import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULTS } from "../../src/config/defaults.ts";
import { loadInstructionFiles } from "../../src/prompts/instruction-files.ts";
import { builtInTemplates, loadTemplates, withoutExportHeader } from "../../src/prompts/load.ts";

const PLACE = mkdtempSync(join(tmpdir(), "cueloop-prompts-"));
afterAll(() => rmSync(PLACE, { recursive: true, force: true }));

function repository(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = mkdtempSync(join(PLACE, "d-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

function load(root: string) {
  const warnings: string[] = [];
  const quiet = () => {};
  const log = { error: quiet, warn: (message: string) => void warnings.push(message), info: quiet, debug: quiet };
  return { templates: loadTemplates({ sourceDir: join(root, ".cueloop"), log }), warnings };
}

test("without files every template is the built-in one", () => {
  expect(load(repository({}))).toEqual({ templates: builtInTemplates(), warnings: [] });
});

test("a file takes the place of one template, an export header is dropped", () => {
  const exported = "<!-- Exported from CueLoop embedded defaults -->\n<!-- worker -->\n\nMine\n";
  const root = repository({ ".cueloop/prompts/worker.md": exported });
  expect(load(root).templates.worker).toEqual({ text: "Mine\n", file: join(root, ".cueloop/prompts/worker.md") });
});

test("a file that cannot be read is an error that names it", () => {
  const root = repository({ ".cueloop/prompts/worker.md/inside": "x" });
  expect(() => load(root)).toThrow(join(root, ".cueloop/prompts/worker.md"));
});

test("scan.md has no effect and is said to have none", () => {
  expect(load(repository({ ".cueloop/prompts/scan.md": "x" })).warnings).toEqual([expect.stringContaining("scan.md")]);
});

const MARKER = "<!-- Exported from CueLoop embedded defaults -->";

test.each([
  ["no header", "# Mine\n", "# Mine\n"],
  ["header and text", `${MARKER}\n<!-- a -->\n\ntext\n`, "text\n"],
  ["text before the blank line", `${MARKER}\ntext\n\nmore`, `${MARKER}\ntext\n\nmore`],
  ["nothing but a header", `${MARKER}`, `${MARKER}`],
  ["another comment first", "<!-- mine -->\n\ntext", "<!-- mine -->\n\ntext"],
])("%s", (_, text, expected) => expect(withoutExportHeader(text)).toBe(expected));

function instructions(root: string, entries: string[] | null, env = {}) {
  return loadInstructionFiles({
    sourceDir: join(root, ".cueloop"),
    env,
    config: { ...DEFAULTS, agent: { ...DEFAULTS.agent, instruction_files: entries } },
  });
}

test("instruction files are read in order; ~ is the home directory", () => {
  const root = repository({ "docs/rules.md": "A", "home/house.md": "B" });
  expect(instructions(root, ["docs/rules.md", "~/house.md"], { HOME: join(root, "home") })).toEqual([
    { path: join(root, "docs/rules.md"), text: "A" },
    { path: join(root, "home/house.md"), text: "B" },
  ]);
  expect(instructions(root, null)).toEqual([]);
});

test.each<[string, Record<string, string | Uint8Array>, string]>([
  ["missing", {}, "does not exist"],
  ["blank", { "rules.md": " \n" }, "is blank"],
  ["too large", { "rules.md": "x".repeat(131_073) }, "has 131073 bytes"],
  ["not UTF-8", { "rules.md": new Uint8Array([0xff, 0xfe, 0x41]) }, "is not valid UTF-8"],
  ["a directory", { "rules.md/x": "x" }, "cannot be read (EISDIR)"],
])("an instruction file that is %s is an error", (_, files, expected) => {
  const root = repository(files);
  expect(() => instructions(root, ["rules.md"])).toThrow(`The instruction file ${join(root, "rules.md")} ${expected}`);
});

test("a file of exactly the limit is fine", () => {
  expect(instructions(repository({ "rules.md": "x".repeat(131_072) }), ["rules.md"])).toHaveLength(1);
});
