import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BaseContext } from "../../base/context.ts";
import { isPlainObject } from "../../base/shape.ts";
import { repositoryIdentity } from "../../config/trust/repository-key.ts";
import type { Closure, ClosureFile } from "../closure/closure.ts";
import { findUnpinnable } from "../closure/unpinnable.ts";
import { lineDiff } from "./line-diff.ts";
import { changeLines, packageOf } from "./messages.ts";
import type { CodeState } from "./state.ts";
import { keptTexts } from "./texts.ts";
import { visible } from "./visible.ts";

/** What a person should see before agreeing: files, what no digest covers, and what changed since the last yes. */
export function reviewLines(context: Pick<BaseContext, "env">, root: string, state: CodeState): readonly string[] {
  const { closure } = state;
  if (state.problem !== null) return [`${state.path}: error`, state.problem.message];
  if (closure === null) return [`${state.path}: absent`];
  return [
    `${state.path}: ${state.status}`,
    `digest ${closure.digest}`,
    "Files that would run with your rights:",
    ...closure.files.filter(({ path }) => packageOf(path) === null).map(({ path, bytes }) => `  ${visible(path)} (${bytes.length} bytes)`),
    ...packageLines(closure),
    ...unpinnableLines(closure),
    ...(state.status === "changed"
      ? ["Changed since you last agreed:", ...changeLines(state), ...diffLines(context, root, state, closure)]
      : []),
  ];
}

function unpinnableLines({ files }: Closure): readonly string[] {
  const own = files.filter(({ path }) => packageOf(path) === null).flatMap(findUnpinnable);
  if (own.length === 0) return [];
  return ["What the digest cannot cover:", ...own.map(({ path, line, what }) => `  ${visible(path)}:${line}: ${what}`)];
}

/** Packages by name and version, with how many of their files are reached. */
function packageLines(closure: Closure): readonly string[] {
  const counts = new Map<string, number>();
  for (const { path } of closure.files) {
    const name = packageOf(path);
    if (name === null) continue;
    const label = visible(`${name}${versionOf(closure.boundary, path, name)}`);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].map(([label, count]) => `  package ${label} (${count === 1 ? "1 file" : `${count} files`})`);
}

function versionOf(boundary: string, path: string, name: string): string {
  const directory = path.slice(0, path.lastIndexOf(`node_modules/${name}`) + `node_modules/${name}`.length);
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(boundary, directory, "package.json"), "utf8"));
    return isPlainObject(manifest) && typeof manifest["version"] === "string" ? `@${manifest["version"]}` : "";
  } catch {
    return "";
  }
}

function diffLines(context: Pick<BaseContext, "env">, root: string, state: CodeState, closure: Closure): readonly string[] {
  const digest = state.lastAllowed?.digest;
  const old = digest === undefined ? null : keptTexts(context, repositoryIdentity(root), digest);
  if (old === null) return [];
  const now = new Map(closure.files.map((file): [string, ClosureFile] => [file.path, file]));
  return state.changed
    .filter(({ path }) => packageOf(path) === null)
    .flatMap(({ path }) => {
      const file = now.get(path);
      const lines = lineDiff(old[path] ?? "", file === undefined ? "" : new TextDecoder().decode(file.bytes));
      const shown = lines.map((line) => (line === null ? "  …" : `${line.sign} ${visible(line.text.replace(/\r$/, ""))}`));
      return [`--- ${visible(path)}`, ...shown];
    });
}
