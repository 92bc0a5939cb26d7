import * as prompts from "@clack/prompts";
import { confirm } from "./ask.ts";
import { sanitise } from "./sanitise.ts";

/** Shows what would run with the person's rights and asks whether it may; the default is no. */
export async function askAboutCode(review: readonly string[]): Promise<boolean> {
  prompts.note(sanitise(review.join("\n")), "This repository brings code that the command would run");
  return confirm("Run it, now and whenever it is exactly this?", false);
}
