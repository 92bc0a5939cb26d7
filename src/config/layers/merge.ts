import { DEFAULTS, UNSET_OPTIONS } from "../defaults.ts";
import type { CursorConfig, PhaseOverride, ResolvedAgent, ResolvedConfig } from "../resolved.ts";
import type { AnyAgentPatch, AnyConfigLayer } from "../schema/code-layer.ts";
import type { AgentPatch } from "../schema.ts";

type Named<T> = Readonly<Record<string, T>>;

/** The built-in defaults with layers over them, weakest first. */
export function mergeLayers(layers: readonly AnyConfigLayer[]): ResolvedConfig {
  return layers.reduce(mergeLayer, DEFAULTS);
}

/** Leaf by leaf: what the layer sets replaces; arrays are replaced whole; maps grow and never lose entries. */
function mergeLayer(base: ResolvedConfig, layer: AnyConfigLayer): ResolvedConfig {
  const { aging_thresholds, ...queue } = layer.queue ?? {};
  const profiles = mergeProfiles(base.profiles, layer.profiles);
  return {
    version: 2,
    project_type: layer.project_type ?? base.project_type,
    queue: { ...base.queue, ...queue, aging_thresholds: over(base.queue.aging_thresholds, aging_thresholds) },
    agent: layer.agent === undefined ? base.agent : mergeAgent(base.agent, layer.agent),
    parallel: over(base.parallel, layer.parallel),
    loop: over(base.loop, layer.loop),
    plugins: {
      plugins: mergeMaps(base.plugins.plugins, layer.plugins?.plugins, (old, patch) => over(old ?? { enabled: null, config: null }, patch)),
    },
    ...(profiles === undefined ? {} : { profiles }),
  };
}

/** A patch (a layer's `agent`, or a profile) over merged agent settings. */
export function mergeAgent(base: ResolvedAgent, patch: AnyAgentPatch): ResolvedAgent {
  const { runner_cli, phase_overrides, ci_gate, notification, webhook, runner_retry, cursor, cursor_bin: _removed, ...others } = patch;
  const { acp, ...leaves } = "acp" in others ? others : { ...others, acp: undefined };
  return {
    ...base,
    ...leaves,
    acp: { ...base.acp, ...acp, agents: { ...base.acp.agents, ...acp?.agents } },
    cursor: cursor === undefined ? base.cursor : mergeCursor(base.cursor ?? {}, cursor),
    runner_cli: {
      defaults: over(base.runner_cli.defaults, runner_cli?.defaults),
      runners: mergeMaps(base.runner_cli.runners, runner_cli?.runners, (old, options) => over(old ?? UNSET_OPTIONS, options)),
    },
    phase_overrides: {
      phase1: mergePhase(base.phase_overrides.phase1, phase_overrides?.phase1),
      phase2: mergePhase(base.phase_overrides.phase2, phase_overrides?.phase2),
      phase3: mergePhase(base.phase_overrides.phase3, phase_overrides?.phase3),
    },
    ci_gate: over(base.ci_gate, ci_gate),
    notification: over(base.notification, notification),
    webhook: over(base.webhook, webhook),
    runner_retry: over(base.runner_retry, runner_retry),
  };
}

/** A patch over a patch; the result sets what either sets. */
export function mergePatches(base: AgentPatch, patch: AgentPatch): AgentPatch {
  const { runner_cli, phase_overrides, ci_gate, notification, webhook, runner_retry, cursor, ...leaves } = patch;
  const phases = phase_overrides === undefined ? undefined : mergePhases(base.phase_overrides ?? {}, phase_overrides);
  return {
    ...base,
    ...leaves,
    ...(cursor === undefined ? {} : { cursor: mergeCursor(base.cursor ?? {}, cursor) }),
    ...(runner_cli === undefined ? {} : { runner_cli: mergeRunnerCli(base.runner_cli ?? {}, runner_cli) }),
    ...(phases === undefined ? {} : { phase_overrides: phases }),
    ...(ci_gate === undefined ? {} : { ci_gate: { ...base.ci_gate, ...ci_gate } }),
    ...(notification === undefined ? {} : { notification: { ...base.notification, ...notification } }),
    ...(webhook === undefined ? {} : { webhook: { ...base.webhook, ...webhook } }),
    ...(runner_retry === undefined ? {} : { runner_retry: { ...base.runner_retry, ...runner_retry } }),
  };
}

type RunnerCliPatch = NonNullable<AgentPatch["runner_cli"]>;
type PhasesPatch = NonNullable<AgentPatch["phase_overrides"]>;

function mergeRunnerCli(base: RunnerCliPatch, patch: RunnerCliPatch): RunnerCliPatch {
  const runners = mergeMaps(base.runners ?? {}, patch.runners, (old, options) => ({ ...old, ...options }));
  return {
    ...base,
    ...(patch.defaults === undefined ? {} : { defaults: { ...base.defaults, ...patch.defaults } }),
    ...(patch.runners === undefined ? {} : { runners }),
  };
}

function mergePhases(base: PhasesPatch, patch: PhasesPatch): PhasesPatch {
  const one = (name: "phase1" | "phase2" | "phase3") =>
    patch[name] === undefined ? {} : { [name]: mergePhase(base[name] ?? {}, patch[name]) };
  return { ...base, ...one("phase1"), ...one("phase2"), ...one("phase3") };
}

function mergePhase(base: PhaseOverride, patch: PhaseOverride | undefined): PhaseOverride {
  if (patch === undefined) return base;
  const { cursor, ...leaves } = patch;
  return { ...base, ...leaves, ...(cursor === undefined ? {} : { cursor: mergeCursor(base.cursor ?? {}, cursor) }) };
}

function mergeCursor(base: CursorConfig, patch: CursorConfig): CursorConfig {
  const { model_params, ...leaves } = patch;
  return { ...base, ...leaves, ...(model_params === undefined ? {} : { model_params: { ...base.model_params, ...model_params } }) };
}

function mergeProfiles(base: Named<AgentPatch> | undefined, patch: Named<AgentPatch> | undefined): Named<AgentPatch> | undefined {
  if (patch === undefined) return base;
  return mergeMaps(base ?? {}, patch, (old, profile) => mergePatches(old ?? {}, profile));
}

function mergeMaps<T, P>(base: Named<T>, patch: Named<P> | undefined, merge: (old: T | undefined, value: P) => T): Named<T> {
  if (patch === undefined) return base;
  const merged = { ...base };
  for (const [key, value] of Object.entries(patch)) merged[key] = merge(Object.hasOwn(base, key) ? base[key] : undefined, value);
  return merged;
}

/** A section of plain leaves. */
function over<T extends object>(base: T, patch: Partial<T> | undefined): T {
  return patch === undefined ? base : { ...base, ...patch };
}
