import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { detectAgents, detectTestCommand } from "../../src/setup/detect.ts";

function folder(files: Record<string, string>): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), "cueloop-detect-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

test.each<[string, Record<string, string>, string[] | null]>([
  ["script ci before test", { "package.json": '{"scripts":{"test":"x","ci":"y"}}' }, ["npm", "run", "ci"]],
  ["the lockfile's package manager", { "package.json": '{"scripts":{"test":"x"}}', "bun.lock": "" }, ["bun", "run", "test"]],
  ["pnpm", { "package.json": '{"scripts":{"test":"x"}}', "pnpm-lock.yaml": "" }, ["pnpm", "run", "test"]],
  ["yarn", { "package.json": '{"scripts":{"test":"x"}}', "yarn.lock": "" }, ["yarn", "run", "test"]],
  [
    "npm's placeholder does not count",
    { "package.json": '{"scripts":{"test":"echo \\"Error: no test specified\\" && exit 1"}}', Makefile: "test:\n\ttrue\n" },
    ["make", "test"],
  ],
  ["a broken package.json is passed over", { "package.json": "{", "go.mod": "module x" }, ["go", "test", "./..."]],
  ["Makefile targets in order", { Makefile: "test:\n\ncheck: a\n" }, ["make", "check"]],
  ["a variable is no target", { Makefile: "test := 1\n" }, null],
  ["Cargo", { "Cargo.toml": "" }, ["cargo", "test"]],
  ["pyproject", { "pyproject.toml": "" }, ["pytest"]],
  ["Python files in tests", { "tests/test_a.py": "" }, ["pytest"]],
  ["nothing known", { "tests/a.txt": "" }, null],
])("the test command: %s", (_, files, argv) => {
  using directory = folder(files);
  expect(detectTestCommand(directory.path)?.argv ?? null).toEqual(argv);
});

test("agents are found where they can be executed", () => {
  using directory = folder({ codex: "#!/bin/sh\n", opencode: "#!/bin/sh\n" });
  chmodSync(join(directory.path, "codex"), 0o755);
  chmodSync(join(directory.path, "opencode"), 0o644);
  expect(detectAgents(`/nowhere:${directory.path}`)).toEqual(["codex"]);
  expect(detectAgents(undefined)).toEqual([]);
});
