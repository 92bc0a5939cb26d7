import { readFileSync } from "node:fs";
import { writeAtomic } from "../../base/files.ts";
import { formatPath } from "../../base/parse.ts";
import { editKey } from "../../config/repair/edit.ts";
import { type KeyChange, unknownKeyOf } from "../../config/repair/unknown-keys.ts";
import { askAboutUnknownKey } from "../../ui/questions/unknown-key.ts";
import { sanitise } from "../../ui/sanitise.ts";
import type { Session } from "../frame/session.ts";

export interface RepairOptions {
  /** A person at the terminal decides about each key. */
  readonly ask: boolean;
  /** Keys that nobody knows are removed without a question. */
  readonly autoFix: boolean;
}

/**
 * Removes or renames the keys of a configuration file that the program does not know, and says which. `left`: the
 * person wants no more of it; `unchanged`: there was nothing to do. Errors: `config.not_edited`, `ui.cancelled`.
 */
export async function repairUnknownKeys(
  session: Session,
  file: string,
  { ask, autoFix }: RepairOptions,
): Promise<"repaired" | "left" | "unchanged"> {
  if (!ask && !autoFix) return "unchanged";
  let isChanged = false;
  for (let key = unknownKeyOf(file); key !== null; key = unknownKeyOf(file)) {
    const change: KeyChange | null = autoFix ? { kind: "remove" } : await askAboutUnknownKey(file, key);
    if (change === null) return "left";
    const text = readFileSync(file, "utf8");
    writeAtomic(file, editKey(text, file, key.path, change));
    isChanged = true;
    const name = `\`${formatPath(key.path)}\``;
    await session.note(
      sanitise(change.kind === "remove" ? `Removed ${name} from ${file}.` : `Renamed ${name} in ${file} to \`${change.to}\`.`),
    );
  }
  return isChanged ? "repaired" : "unchanged";
}
