import * as prompts from "@clack/prompts";
import { changeLines } from "../config/trust/messages.ts";
import type { GatedChange } from "../config/trust/state.ts";
import { confirm } from "./ask.ts";
import { sanitise } from "./sanitise.ts";

/** Shows what changed since the person's last yes and asks for another; the default is no. */
export async function askTrust(changes: readonly GatedChange[]): Promise<boolean> {
  const lines = changeLines(changes).map((line) => line.trimStart());
  prompts.note(sanitise(lines.join("\n")), "These settings start programs, and changed since you trusted them");
  return confirm("Trust them as they are now?", false);
}
