import { sha256 } from "../../base/files.ts";
import { isBuiltInRunner } from "../schema/values.ts";
import type { AgentPatch, ConfigLayer } from "../schema.ts";
import { BIN_KEYS } from "../validate/agent.ts";
import type { GatedValue } from "./state.ts";

/** How an entry of `instruction_files` that leads out of the repository is recorded; null for one that stays inside. */
export type OutsideEntry = (entry: string) => string | null;

export interface SplitLayer {
  /** The layer without what needs trust, as if nobody had written it. */
  readonly open: ConfigLayer;
  /** What was left out. */
  readonly gated: readonly GatedValue[];
}

/** True for a runner that starts a program the repository may have brought along. */
export function needsTrust(runner: string): boolean {
  return runner === "cursor" || !isBuiltInRunner(runner);
}

/** Divides a project layer into what always holds and what needs trust. */
export function splitLayer(layer: ConfigLayer, outside: OutsideEntry): SplitLayer {
  const gated: GatedValue[] = [];
  const { agent, profiles, plugins, parallel, ...rest } = layer;
  const openProfiles = Object.entries(profiles ?? {}).map(([name, patch]) => [name, splitAgent(`profiles.${name}`, patch, outside, gated)]);
  for (const [id, plugin] of Object.entries(plugins?.plugins ?? {})) gated.push({ key: `plugins.plugins.${id}`, value: plugin });
  const { ignored_file_allowlist, ...openParallel } = parallel ?? {};
  if (ignored_file_allowlist !== undefined) gated.push({ key: "parallel.ignored_file_allowlist", value: ignored_file_allowlist });
  const open: ConfigLayer = {
    ...rest,
    ...(agent === undefined ? {} : { agent: splitAgent("agent", agent, outside, gated) }),
    ...(parallel === undefined ? {} : { parallel: openParallel }),
    ...(profiles === undefined ? {} : { profiles: Object.fromEntries(openProfiles) }),
  };
  return { open, gated };
}

function splitAgent(path: string, patch: AgentPatch, outside: OutsideEntry, gated: GatedValue[]): AgentPatch {
  const hold = (key: string, value: unknown) => gated.push({ key: `${path}.${key}`, value });
  const { codex_bin, opencode_bin, gemini_bin, claude_bin, cursor_sdk_node_bin, kimi_bin, pi_bin, ci_gate, webhook, ...others } = patch;
  const { runner, claude_permission_mode, runner_cli, phase_overrides, instruction_files, ...rest } = others;
  for (const key of BIN_KEYS) if (patch[key] !== undefined) hold(key, patch[key]);
  if (ci_gate !== undefined) hold("ci_gate", ci_gate);
  for (const [key, value] of Object.entries(webhook ?? {}))
    hold(`webhook.${key}`, key === "secret" ? `sha256:${sha256(String(value))}` : value);
  return {
    ...rest,
    ...splitRunner(runner, () => hold("runner", runner)),
    ...splitPermissions(claude_permission_mode, () => hold("claude_permission_mode", claude_permission_mode)),
    ...(runner_cli === undefined ? {} : { runner_cli: splitRunnerCli(runner_cli, hold) }),
    ...(phase_overrides === undefined ? {} : { phase_overrides: splitPhases(phase_overrides, hold) }),
    ...(instruction_files === undefined ? {} : splitInstructions(instruction_files, outside, hold)),
  };
}

type Hold = (key: string, value: unknown) => void;

function splitRunner(runner: string | undefined, hold: () => void): { readonly runner?: string } {
  if (runner === undefined) return {};
  if (!needsTrust(runner)) return { runner };
  hold();
  return {};
}

function splitPermissions(mode: AgentPatch["claude_permission_mode"], hold: () => void): Pick<AgentPatch, "claude_permission_mode"> {
  if (mode === undefined) return {};
  if (mode !== "bypass_permissions") return { claude_permission_mode: mode };
  hold();
  return {};
}

type RunnerCli = NonNullable<AgentPatch["runner_cli"]>;
type Options = NonNullable<RunnerCli["defaults"]>;

function splitRunnerCli(cli: RunnerCli, hold: Hold): RunnerCli {
  const runners = Object.entries(cli.runners ?? {}).map(([id, options]) => [id, splitOptions(options, `runner_cli.runners.${id}`, hold)]);
  return {
    ...(cli.defaults === undefined ? {} : { defaults: splitOptions(cli.defaults, "runner_cli.defaults", hold) }),
    ...(cli.runners === undefined ? {} : { runners: Object.fromEntries(runners) }),
  };
}

function splitOptions(options: Options, path: string, hold: Hold): Options {
  const { approval_mode, sandbox, ...rest } = options;
  if (approval_mode === "yolo") hold(`${path}.approval_mode`, approval_mode);
  if (sandbox === "disabled") hold(`${path}.sandbox`, sandbox);
  return {
    ...rest,
    ...(approval_mode === undefined || approval_mode === "yolo" ? {} : { approval_mode }),
    ...(sandbox === undefined || sandbox === "disabled" ? {} : { sandbox }),
  };
}

type Phases = NonNullable<AgentPatch["phase_overrides"]>;

function splitPhases(phases: Phases, hold: Hold): Phases {
  const one = (name: "phase1" | "phase2" | "phase3") => {
    const phase = phases[name];
    if (phase === undefined) return {};
    const { runner, ...rest } = phase;
    return { [name]: { ...rest, ...splitRunner(runner, () => hold(`phase_overrides.${name}.runner`, runner)) } };
  };
  return { ...one("phase1"), ...one("phase2"), ...one("phase3") };
}

function splitInstructions(entries: readonly string[], outside: OutsideEntry, hold: Hold): Pick<AgentPatch, "instruction_files"> {
  const held = entries.flatMap((entry) => outside(entry) ?? []);
  if (held.length === 0) return { instruction_files: entries };
  hold("instruction_files", held);
  const kept = entries.filter((entry) => outside(entry) === null);
  return kept.length === 0 ? {} : { instruction_files: kept };
}
