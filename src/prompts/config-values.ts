import type { ResolvedConfig } from "../config/schema.ts";

/** The gate as a run holds it: a `gate` hook alone counts as enabled, too. */
export interface GateSetting {
  readonly enabled: boolean;
  /** The command as one line, or `hook`. */
  readonly display: string;
}

export type PublishMode = "off" | "commit" | "commit_and_push";

export interface PromptSettings {
  readonly config: ResolvedConfig;
  readonly gate: GateSetting;
  /** In force for this run; flags may differ from the configuration. */
  readonly publishMode: PublishMode;
}

const SECRET = /secret|token|passw|api_?key|credential|\burl\b/i;

/** Text of `{{config.<path>}}`: any scalar that is set and does not look secret; null otherwise. */
export function configText(path: string, settings: PromptSettings): string | null {
  switch (path) {
    case "agent.ci_gate_enabled":
    case "agent.ci_gate.enabled":
      return String(settings.gate.enabled);
    case "agent.ci_gate_display":
    case "agent.ci_gate.display":
      return settings.gate.enabled ? settings.gate.display : "disabled";
    case "agent.git_publish_mode":
      return settings.publishMode;
    default:
      return SECRET.test(path) ? null : scalarAt(settings.config, path.split("."));
  }
}

function scalarAt(root: unknown, path: readonly string[]): string | null {
  let value: unknown = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, key)) return null;
    value = Object.entries(value).find(([name]) => name === key)?.[1];
  }
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}
