import { basename } from "node:path";
import { CueLoopError } from "../../base/errors.ts";
import type { LoadedCode } from "../../config/code.ts";
import { gateDisplay } from "./display.ts";

/** The gate a run holds work against; fixed when the run starts. */
export interface GatePlan {
  /** Whether there is anything to hold work against: a command, hooks, or both. */
  readonly enabled: boolean;
  /** Null: no command. */
  readonly argv: readonly string[] | null;
  /** `gate` hooks are asked, after the command. */
  readonly hooks: boolean;
  readonly display: string;
  /** Milliseconds. */
  readonly timeoutMs: number;
}

export const GATE_TIMEOUT_MS = 30 * 60_000;

const SHELLS = new Set(["sh", "bash", "zsh", "dash", "fish", "cmd", "pwsh", "powershell"]);

/** The gate of a configuration, and of its hooks where it has some. Errors: `run.gate_invalid`. */
export function planGate(config: { readonly enabled: boolean; readonly argv: readonly string[] }, hooks = false): GatePlan {
  if (!config.enabled) return gatePlan(null, hooks);
  const problem = gateProblem(config.argv);
  if (problem !== null) {
    throw new CueLoopError("run.gate_invalid", {
      message: `agent.ci_gate.argv ${problem}.`,
      hint: 'Write the program and its arguments as a list, for example ["make", "ci"], in .cueloop/config.jsonc.',
    });
  }
  return gatePlan(config.argv, hooks);
}

/** A gate of a command, of hooks, of both or of neither. */
export function gatePlan(argv: readonly string[] | null, hooks: boolean, timeoutMs = GATE_TIMEOUT_MS): GatePlan {
  const display = argv === null ? (hooks ? "hook" : "disabled") : gateDisplay(argv);
  return { enabled: argv !== null || hooks, argv, hooks, display, timeoutMs };
}

/** Whether an executable configuration has a `gate` hook. */
export function hasGateHook(code: LoadedCode | null): boolean {
  return code?.hooks.some(({ functions }) => functions.has("gate")) === true;
}

/** What is wrong with a gate's argv; null when nothing is. */
export function gateProblem(argv: readonly string[]): string | null {
  if (argv.length === 0) return "is empty although the gate is enabled";
  if (argv.some((part) => part.trim() === "")) return "has a blank element";
  const program = basename(argv[0] ?? "").replace(/\.exe$/i, "");
  const runsText = argv.slice(1).some((part) => part === "-c" || part.toLowerCase() === "/c" || part.toLowerCase() === "-command");
  return SHELLS.has(program) && runsText ? `starts a shell with a command text (${program}); name the program itself` : null;
}
