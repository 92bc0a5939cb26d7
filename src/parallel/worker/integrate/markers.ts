import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../../../base/errors.ts";

/** A line that only a conflict leaves: a row of seven, followed by a blank and a name or by nothing. */
const MARKER = /^(?:<{7}|>{7}|\|{7})(?: |\r?$)/m;

/** Whether a text holds a conflict marker. A row of `=` is not enough: it underlines headings. */
export function hasMarker(text: string): boolean {
  return MARKER.test(text);
}

/** Those of the files (relative to `root`) that still hold a marker; one that was deleted holds none. */
export function filesWithMarkers(root: string, files: readonly string[]): string[] {
  return files.filter((file) => {
    try {
      return hasMarker(readFileSync(join(root, file), "latin1"));
    } catch (error) {
      const code = errnoOf(error);
      if (code === "ENOENT" || code === "EISDIR" || code === "ENOTDIR") return false;
      throw error;
    }
  });
}
