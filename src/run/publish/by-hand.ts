import { shellWord } from "../../base/shell.ts";
import type { PublishMode } from "../options.ts";

/** The commands with which a person finishes what a run archived but did not commit, one a line. */
export function commitByHand(message: string, mode: PublishMode): string {
  const commands = ["git add --all", `git commit -m ${shellWord(message)}`, ...(mode === "commit_and_push" ? ["git push"] : [])];
  return commands.map((command) => `  ${command}`).join("\n");
}
