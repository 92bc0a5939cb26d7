import type { Writable } from "node:stream";
import { changeLines } from "../../config/trust/messages.ts";
import type { GatedChange } from "../../config/trust/state.ts";
import { sanitise } from "../sanitise.ts";
import { consent } from "./ask.ts";

/** Shows what changed since the person's last yes and asks for another; the default is no. */
export function askTrust(changes: readonly GatedChange[], output: Writable): Promise<boolean> {
  const lines = changeLines(changes).map((line) => line.trimStart());
  const title = "These settings start programs, and changed since you trusted them";
  return consent(title, sanitise(lines.join("\n")), "Trust them as they are now?", output);
}
