import type { JsonPath } from "../../base/jsonc.ts";
import { BLANK, type Problem } from "./problem.ts";

const SHELLS = new Set(["sh", "bash", "zsh", "dash", "fish"]);
const WINDOWS_SHELLS = new Set(["cmd", "pwsh", "powershell"]);

/** What is wrong with an enabled gate's program and arguments; null when it can be started. */
export function ciGateProblem(gate: { readonly enabled: boolean; readonly argv: readonly string[] }, path: JsonPath): Problem | null {
  if (!gate.enabled) return null;
  const argvPath = [...path, "argv"];
  if (gate.argv.length === 0) {
    return {
      path: argvPath,
      text: "is empty while the gate is enabled",
      hint: 'Name the program and its arguments: "argv": ["make", "ci"].',
    };
  }
  const blank = gate.argv.findIndex((argument) => argument.trim() === "");
  if (blank >= 0) return { path: [...argvPath, blank], text: BLANK };
  if (!launchesShell(gate.argv)) return null;
  return {
    path: argvPath,
    text: `hands a command line to a shell (${JSON.stringify(gate.argv)})`,
    hint: 'Name the program and its arguments, or put the line into a script: "argv": ["bash", "scripts/ci.sh"].',
  };
}

/** True when the program is a shell that is told to run a text: `-c`, a cluster like `-lc`, `/c`, `-Command`. */
export function launchesShell(argv: readonly string[]): boolean {
  const [program = "", ...rest] = argv;
  const name =
    program
      .split(/[/\\]/)
      .at(-1)
      ?.toLowerCase()
      .replace(/\.exe$/, "") ?? "";
  if (SHELLS.has(name))
    return rest.some((argument) => /^-[A-Za-z]*c[A-Za-z]*$/.test(argument) || /^(?:\/c|-command|--command(?:=.*)?)$/is.test(argument));
  if (!WINDOWS_SHELLS.has(name)) return false;
  return rest.some((argument) => /^(?:[-/]c|-command|-ec|-encodedcommand)$/i.test(argument));
}
