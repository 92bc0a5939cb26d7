import { CLOSURE_LOADERS, type ClosureLoader } from "./closure.ts";
import type { CodeProblem } from "./problem.ts";

/** A file that is neither code nor data nor text. */
export function unsupported(path: string): CodeProblem {
  return {
    code: "unsupported",
    file: path,
    message: `${path} is of a kind that cannot be imported here: TypeScript, JavaScript, JSON, TOML, YAML and text can.`,
    hint: 'A file of any other name is text with `with { type: "text" }` behind its import.',
  };
}

/**
 * What an import states comes first, as far as it is known here. The bundler proposes code for what it does not know; only
 * what is named as code is code.
 */
export function loaderOf(path: string, stated: string | null, proposed: string): ClosureLoader | null {
  if (stated !== null) return CLOSURE_LOADERS.find((loader) => loader === stated) ?? null;
  const known = CLOSURE_LOADERS.find((loader) => loader === proposed) ?? null;
  return isCode(known) && !/\.[cm]?[jt]sx?$/i.test(path) ? null : known;
}

/** True for what may import more. */
export function isCode(loader: ClosureLoader | null): boolean {
  return loader === "ts" || loader === "tsx" || loader === "js" || loader === "jsx";
}
