import { CueLoopError } from "../../base/errors.ts";
import { CODE_FILE } from "../../config/code-file.ts";
import type { CodeState } from "./state.ts";
import { visible } from "./visible.ts";

/** Why the code of a repository does not run, as a part of a sentence. */
const REASONS = {
  untrusted: "you have not agreed to it",
  changed: "it is not what you agreed to",
  denied: "you denied it",
} as const;

/** The refusal of a command that would run the code. `pinned`: the digest that the environment allows; null: none. */
export function refusal(state: CodeState, pinned: string | null): CueLoopError {
  if (state.problem !== null) return state.problem;
  const reason = state.status === "untrusted" || state.status === "changed" || state.status === "denied" ? REASONS[state.status] : "";
  const files = changeLines(state);
  const present = state.closure?.digest ?? "none";
  const other = pinned === null ? [] : [`CUELOOP_TRUST_DIGEST allows ${pinned}; the digest of what is there is ${present}.`];
  return new CueLoopError("runtime.untrusted", {
    message: [`${state.path} is ${state.status}: ${reason}, and this command would run it.`, ...other, ...files].join("\n"),
    hint: `Read it with \`cueloop config trust review\`, then \`cueloop config trust allow\`; or go without it for once with --no-config-ts.`,
    where: { file: state.path },
  });
}

/** The one line about code that a command goes without; null when there is nothing to say. */
export function notice(state: CodeState): string | null {
  if (state.status === "absent" || state.status === "trusted") return null;
  if (state.status === "error") {
    const [first = ""] = (state.problem?.message ?? "").split("\n");
    return `${CODE_FILE} is not used: ${first}`;
  }
  const reason = state.unusable === null ? REASONS[state.status] : `and your trust decisions cannot be read (${state.unusable})`;
  return `${CODE_FILE} is not used: it is ${state.status}, ${reason}. See \`cueloop config trust review\`.`;
}

/** One line a changed file; packages one line each. */
export function changeLines({ status, changed }: Pick<CodeState, "status" | "changed">): readonly string[] {
  if (status === "changed" && changed.length === 0) return ["  what imports lead to; every file is as it was"];
  const own = changed.filter(({ path }) => packageOf(path) === null).map(({ path, change }) => `  ${change}: ${visible(path)}`);
  const packages = new Map<string, number>();
  for (const { path } of changed) {
    const name = packageOf(path);
    if (name !== null) packages.set(name, (packages.get(name) ?? 0) + 1);
  }
  return [...own, ...[...packages].map(([name, count]) => `  package ${visible(name)}: ${count === 1 ? "1 file" : `${count} files`}`)];
}

/** The name of the package a file belongs to; null for the repository's own. */
export function packageOf(path: string): string | null {
  return /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? null;
}
