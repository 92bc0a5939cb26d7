import { basename } from "node:path";
import { CueLoopError } from "../../base/errors.ts";
import { gateDisplay } from "./display.ts";

/** The gate a run holds work against; fixed when the run starts. */
export interface GatePlan {
  /** Null: no gate is enabled. */
  readonly argv: readonly string[] | null;
  readonly display: string;
  /** Milliseconds. */
  readonly timeoutMs: number;
}

export const GATE_TIMEOUT_MS = 30 * 60_000;

const SHELLS = new Set(["sh", "bash", "zsh", "dash", "fish", "cmd", "pwsh", "powershell"]);

/** The gate of a configuration. Errors: `run.gate_invalid`. */
export function planGate(config: { readonly enabled: boolean; readonly argv: readonly string[] }): GatePlan {
  if (!config.enabled) return { argv: null, display: "disabled", timeoutMs: GATE_TIMEOUT_MS };
  const problem = gateProblem(config.argv);
  if (problem !== null) {
    throw new CueLoopError("run.gate_invalid", {
      message: `agent.ci_gate.argv ${problem}.`,
      hint: 'Write the program and its arguments as a list, for example ["make", "ci"], in .cueloop/config.jsonc.',
    });
  }
  return { argv: config.argv, display: gateDisplay(config.argv), timeoutMs: GATE_TIMEOUT_MS };
}

/** What is wrong with a gate's argv; null when nothing is. */
export function gateProblem(argv: readonly string[]): string | null {
  if (argv.length === 0) return "is empty although the gate is enabled";
  if (argv.some((part) => part.trim() === "")) return "has a blank element";
  const program = basename(argv[0] ?? "").replace(/\.exe$/i, "");
  const runsText = argv.slice(1).some((part) => part === "-c" || part.toLowerCase() === "/c" || part.toLowerCase() === "-command");
  return SHELLS.has(program) && runsText ? `starts a shell with a command text (${program}); name the program itself` : null;
}
