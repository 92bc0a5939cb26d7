import * as prompts from "@clack/prompts";
import { formatPath, type UnknownKey } from "../../base/parse.ts";
import type { KeyChange } from "../../config/repair/unknown-keys.ts";
import { sanitise, sanitiseLine } from "../sanitise.ts";
import { answered } from "./ask.ts";

/**
 * Asks what becomes of a key that the program does not know; null: the file stays as it is.
 * @throws CueLoopError `ui.cancelled` for a cancelled question
 */
export async function askAboutUnknownKey(file: string, { path, suggestion }: UnknownKey): Promise<KeyChange | null> {
  const name = sanitiseLine(formatPath(path));
  const guess = suggestion === null ? "" : `, to \`${suggestion}\` perhaps`;
  prompts.log.warn(`The program does not know every key of ${sanitise(file)}.`);
  const choice = answered(
    await prompts.select({
      message: `\`${name}\` is an unknown key. What becomes of it?`,
      options: [
        { value: "abort", label: "Nothing", hint: "the run does not start; the file stays as it is" },
        { value: "rename", label: "It gets another name", hint: `its value stays${guess}` },
        { value: "remove", label: "It is removed", hint: "comments and everything else stay" },
      ],
      initialValue: suggestion === null ? "abort" : "rename",
    }),
  );
  if (choice === "abort") return null;
  if (choice === "remove") return { kind: "remove" };
  const to = answered(
    await prompts.text({
      message: "Its name:",
      ...(suggestion === null ? {} : { initialValue: suggestion }),
      validate: (value) => ((value ?? "").trim() === "" ? "A name is needed." : undefined),
    }),
  );
  return { kind: "rename", to: to.trim() };
}
