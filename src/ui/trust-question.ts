import * as prompts from "@clack/prompts";
import type { GatedChange } from "../config/trust/state.ts";
import { confirm } from "./ask.ts";
import { sanitise } from "./sanitise.ts";

/** Shows what changed since the person's last yes and asks for another; the default is no. */
export async function askTrust(changes: readonly GatedChange[]): Promise<boolean> {
  prompts.note(sanitise(changes.map(changeText).join("\n\n")), "These settings start programs, and changed since you trusted them");
  return confirm("Trust them as they are now?", false);
}

function changeText({ key, old, new: now }: GatedChange): string {
  return `${key}\n  before: ${shown(old)}\n  now:    ${shown(now)}`;
}

function shown(value: unknown): string {
  return value === null || value === undefined ? "(not set)" : JSON.stringify(value);
}
