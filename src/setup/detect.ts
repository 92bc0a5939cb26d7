import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface TestCommand {
  readonly argv: readonly string[];
  /** Where it was found, for the question: `package.json, script "test"`. */
  readonly source: string;
}

/** Agents that are looked for, in the order they are offered. */
export const KNOWN_AGENTS = ["claude", "codex", "opencode"] as const;

/** The command a project is tested by, as far as its files tell; reads files only. */
export function detectTestCommand(root: string): TestCommand | null {
  return fromPackageJson(root) ?? fromMakefile(root) ?? fromManifests(root);
}

/** Known agents whose program is on the path. */
export function detectAgents(path: string | undefined): string[] {
  return KNOWN_AGENTS.filter((name) => isOnPath(name, path));
}

/** Whether a program of this name can be executed from `PATH`. */
export function isOnPath(name: string, path: string | undefined): boolean {
  return (path ?? "").split(delimiter).some((folder) => folder !== "" && isExecutable(join(folder, name)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function fromPackageJson(root: string): TestCommand | null {
  const scripts = scriptsOf(readOptional(join(root, "package.json")));
  const script = ["ci", "test"].find((name) => {
    const text = scripts[name];
    return typeof text === "string" && text.trim() !== "" && !text.includes("no test specified");
  });
  if (script === undefined) return null;
  return { argv: [packageManager(root), "run", script], source: `package.json, script "${script}"` };
}

function scriptsOf(text: string | null): Record<string, unknown> {
  if (text === null) return {};
  try {
    const manifest: unknown = JSON.parse(text);
    if (typeof manifest !== "object" || manifest === null || !("scripts" in manifest)) return {};
    const { scripts } = manifest;
    return typeof scripts === "object" && scripts !== null ? { ...scripts } : {};
  } catch {
    return {};
  }
}

function packageManager(root: string): string {
  if (existsSync(join(root, "pnpm-lock.yaml"))) return "pnpm";
  if (existsSync(join(root, "yarn.lock"))) return "yarn";
  if (existsSync(join(root, "bun.lock")) || existsSync(join(root, "bun.lockb"))) return "bun";
  return "npm";
}

function fromMakefile(root: string): TestCommand | null {
  const text = readOptional(join(root, "Makefile"));
  if (text === null) return null;
  const target = ["ci", "check", "test"].find((name) => new RegExp(`^${name}\\s*:(?!=)`, "m").test(text));
  return target === undefined ? null : { argv: ["make", target], source: `Makefile, target "${target}"` };
}

function fromManifests(root: string): TestCommand | null {
  if (existsSync(join(root, "Cargo.toml"))) return { argv: ["cargo", "test"], source: "Cargo.toml" };
  if (existsSync(join(root, "go.mod"))) return { argv: ["go", "test", "./..."], source: "go.mod" };
  const python = ["pyproject.toml", "pytest.ini"].find((name) => existsSync(join(root, name)));
  if (python !== undefined) return { argv: ["pytest"], source: python };
  if (hasPythonTests(join(root, "tests"))) return { argv: ["pytest"], source: "tests/ with Python files" };
  return null;
}

function hasPythonTests(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => name.endsWith(".py"));
  } catch {
    return false;
  }
}

function readOptional(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
