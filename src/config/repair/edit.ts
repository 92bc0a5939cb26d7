import { applyEdits, findNodeAtLocation, modify, type ParseError, parseTree } from "jsonc-parser";
import { CueLoopError } from "../../base/errors.ts";
import { type JsonPath, parseJsonc } from "../../base/jsonc.ts";
import { formatPath } from "../../base/parse.ts";
import { changedValue, type KeyChange } from "./unknown-keys.ts";

/**
 * The text with one key changed and everything else, comments included, as it was.
 * Error: `config.not_edited` for a text that cannot be edited without doubt, and for a name that is taken.
 */
export function editKey(text: string, file: string, path: JsonPath, change: KeyChange): string {
  const edited = change.kind === "remove" ? removed(text, path) : renamed(text, path, change.to);
  const before = parseJsonc(text, file).value;
  const isRight = edited !== null && Bun.deepEquals(parseJsonc(edited, file).value, changedValue(before, path, change), true);
  if (isRight) return edited;
  throw new CueLoopError("config.not_edited", {
    message: `\`${formatPath(path)}\` in ${file} cannot be changed by itself without touching the rest of the file.`,
    hint: "Change it in an editor.",
    where: { file, path: formatPath(path) },
  });
}

function removed(text: string, path: JsonPath): string | null {
  if (tree(text) === null) return null;
  return applyEdits(text, modify(text, [...path], undefined, {}));
}

function renamed(text: string, path: JsonPath, name: string): string | null {
  const root = tree(text);
  const property = root === null ? undefined : findNodeAtLocation(root, [...path])?.parent;
  const key = property?.children?.[0];
  const isTaken = property?.parent?.children?.some(({ children }) => children?.[0]?.value === name) === true;
  if (key === undefined || isTaken) return null;
  return text.slice(0, key.offset) + JSON.stringify(name) + text.slice(key.offset + key.length);
}

/** The text as the editor sees it; null when it is more liberal than the editor is. */
function tree(text: string) {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  return errors.length === 0 && root !== undefined ? root : null;
}
