import { paint } from "../colour.ts";

/** A command to type next, and what for. */
export interface NextStep {
  readonly command: string;
  readonly why: string;
}

/** `Next:` and the numbered commands. */
export function nextStepLines(steps: readonly NextStep[], color: boolean): string[] {
  return [paint("bold", "Next:", color), ...steps.map(({ command, why }, index) => `  ${index + 1}. ${command} — ${why}`)];
}
