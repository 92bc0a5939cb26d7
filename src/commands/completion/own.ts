import type { CommandField } from "../../config/code.ts";
import { hasCodeFile } from "../../config/code-file.ts";
import { findRoot } from "../../config/paths.ts";
import type { CompletionCommand } from "../../ui/completion/candidates.ts";
import { isPlainWord } from "../../ui/completion/plain-word.ts";
import { sanitiseLine } from "../../ui/sanitise.ts";
import type { Session } from "../frame/session.ts";

/**
 * The repository's own commands, as they were when its code ran last and as long as it is what its owner agreed to. Nothing of
 * it runs here; where anything is in the way, there are none.
 */
export async function ownCompletions({ context }: Session): Promise<readonly CompletionCommand[]> {
  const root = findRoot(context.cwd);
  if (!hasCodeFile(root)) return [];
  try {
    const [{ knownCommands }, { FORMAT, flagName, isSwitch }] = await Promise.all([
      import("../../runtime/trust/known-commands.ts"),
      import("../../runtime/check/command-fields.ts"),
    ]);
    return knownCommands(context, root).map(({ name, description, args, flags }) => ({
      path: name,
      summary: sanitiseLine(description),
      usage: args.map((field) => `<${formOf(field)}>`).join(" "),
      further: args.flatMap((field) => (field.many ? plainWords(field) : [])),
      options: [...flags, FORMAT].map((field) => ({
        definition: `${flagName(field.name)}${isSwitch(field) ? "" : " #0"}`,
        description: isSwitch(field) ? sanitiseLine(field.description) : `${formOf(field)}: ${sanitiseLine(field.description)}`.trim(),
      })),
    }));
  } catch {
    return [];
  }
}

/** `low|high`, or what stands for any word. */
function formOf(field: CommandField): string {
  const words = plainWords(field);
  // The bar at the end tells one word from a name for what may be any.
  if (words.length > 0) return `${words.join("|")}${words.length === 1 ? "|" : ""}`;
  return field.kind === "number" ? "NUMBER" : "TEXT";
}

function plainWords({ kind, words }: CommandField): readonly string[] {
  return kind === "boolean" ? ["true", "false"] : (words ?? []).filter(isPlainWord);
}
