import { isPlainObject } from "../../base/shape.ts";
import { HOOK_NAMES, type LoadedCode } from "../code.ts";
import type { Origin, Provenance } from "../provenance.ts";
import type { ResolvedConfig } from "../resolved.ts";
import { type PrintOptions, printedConfig } from "./document.ts";

export interface OriginLeaf {
  /** `agent.runner_cli.runners.codex.sandbox`. */
  readonly path: string;
  readonly value: unknown;
  readonly origin: Origin;
}

/** Every setting with the layer that set it, those that only code can set among them. */
export function leavesWithOrigin(config: ResolvedConfig, provenance: Provenance, options: PrintOptions): readonly OriginLeaf[] {
  const { setup, scope_aware } = config.parallel;
  const { turn_timeout_minutes, idle_timeout_minutes, acp, notification } = config.agent;
  const printed = printedConfig(config, options);
  const section = (name: string) => (isPlainObject(printed[name]) ? printed[name] : {});
  const agent = { ...section("agent"), notification, turn_timeout_minutes, idle_timeout_minutes, acp };
  const parallel = { ...section("parallel"), setup, scope_aware };
  return leavesOf({ ...printed, agent, parallel }, [], provenance);
}

/** What no file can hold: functions by their names, and the patterns. */
export function codeLeaves(code: LoadedCode | null): readonly OriginLeaf[] {
  const hooks = HOOK_NAMES.filter((name) => code?.hooks.some(({ functions }) => functions.has(name)));
  const named = {
    hooks,
    runners: [...(code?.runners.keys() ?? [])],
    commands: [...(code?.commands.keys() ?? [])],
    prompts: [...(code?.prompts.keys() ?? [])],
    ci_patterns: code?.ciPatterns ?? [],
  };
  return Object.entries(named).map(([path, value]) => ({ path, value, origin: value.length === 0 ? "default" : "ts" }));
}

function leavesOf(value: unknown, path: readonly string[], provenance: Provenance): readonly OriginLeaf[] {
  const isLeaf = !isPlainObject(value) || Object.keys(value).length === 0 || isOpaque(path);
  if (isLeaf) return [{ path: path.join("."), value, origin: provenance.of(path) }];
  return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key], provenance));
}

/** A plugin's own settings are one value. */
function isOpaque(path: readonly string[]): boolean {
  return path.length === 4 && path[0] === "plugins" && path[3] === "config";
}
