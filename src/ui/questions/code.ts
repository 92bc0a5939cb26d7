import type { Writable } from "node:stream";
import { sanitise } from "../sanitise.ts";
import { consent } from "./ask.ts";

/** Shows what would run with the person's rights and asks whether it may; the default is no. */
export function askAboutCode(review: readonly string[], output: Writable): Promise<boolean> {
  const title = "This repository brings code that the command would run";
  return consent(title, sanitise(review.join("\n")), "Run it, now and whenever it is exactly this?", output);
}
