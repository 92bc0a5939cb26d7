import type { BuildConfig, BuildMetafile, BunPlugin } from "bun";
import { VIRTUAL_MODULES } from "./edges.ts";
import type { CodeProblem } from "./problem.ts";

/** Where user code finds what stands in for the globals by which it could write to stdout or end the process. */
export const REALM_NAME = "__cueloopUser";
const USER_GLOBALS = {
  console: `${REALM_NAME}.console`,
  process: `${REALM_NAME}.process`,
  Bun: `${REALM_NAME}.Bun`,
  // Left out, the bundler would put in a constant, and leave out what the other branch imports.
  [variable("NODE_ENV")]: `${REALM_NAME}.${variable("NODE_ENV")}`,
};

/** How code reads a variable of the environment. */
function variable(name: string): string {
  return ["process", "env", name].join(".");
}

export interface Bundled {
  /** The one output; null when the build failed. */
  readonly text: string | null;
  readonly inputs: BuildMetafile["inputs"];
  readonly failures: readonly CodeProblem[];
}

/** `macros` is honoured and not in the types: without it the bundler runs macro modules while it reads. */
type QuietBuildConfig = BuildConfig & { readonly macros: false };

/**
 * Bundles from one entry into one text. Nothing of the user's runs: macros are off. Annotations that let the bundler
 * leave modules out are ignored, since they stand in files that no digest covers; for the same reason JSX is fixed.
 * @param root absolute; names in the output are relative to it
 */
export async function bundle(entry: string, root: string, plugin: BunPlugin): Promise<Bundled> {
  const config: QuietBuildConfig = {
    entrypoints: [entry],
    root,
    target: "bun",
    format: "esm",
    sourcemap: "inline",
    macros: false,
    throw: false,
    metafile: true,
    ignoreDCEAnnotations: true,
    jsx: { runtime: "automatic", importSource: "react", development: false },
    external: [...VIRTUAL_MODULES],
    define: USER_GLOBALS,
    plugins: [plugin],
  };
  const result = await Bun.build(config);
  const failures = result.success ? [] : result.logs.filter(({ level }) => level === "error").map((log) => problemOf(log, entry));
  const [output] = result.outputs;
  return { text: result.success && output !== undefined ? await output.text() : null, inputs: result.metafile?.inputs ?? {}, failures };
}

function problemOf({ message, position }: BuildMessage | ResolveMessage, entry: string): CodeProblem {
  const place = position === null ? { file: entry } : { file: position.file, line: position.line, column: position.column };
  if (/macro/i.test(message)) {
    return {
      ...place,
      code: "macro",
      message: "imports a macro. Macros run while a file is read, which is before anybody could agree to them.",
      hint: 'Import the function without `type: "macro"` and call it when the configuration is evaluated.',
    };
  }
  const missing = /^Could not resolve: "([^"]*)"/.exec(message)?.[1];
  if (missing !== undefined) return { ...place, code: "unresolved", message: `\`${missing}\` cannot be found.`, ...installHint(missing) };
  return { ...place, code: "syntax", message: `${message.replace(/\.$/, "")}.` };
}

function installHint(specifier: string): { readonly hint?: string } {
  if (/^(?:[./#]|[a-z][a-z0-9+.-]*:)/i.test(specifier)) return {};
  return { hint: `Install the package in the repository (\`bun add ${specifier}\`), or correct the name.` };
}
