import { DEFAULTS, UNSET_OPTIONS } from "../defaults.ts";
import type { CursorConfig, ResolvedAgent, ResolvedConfig } from "../resolved.ts";
import type { AgentPatch } from "../schema.ts";

type Json = Readonly<Record<string, unknown>>;

/** Order of the runners in printed maps; plugins' ids follow, sorted. */
const RUNNER_ORDER = ["codex", "opencode", "gemini", "cursor", "claude", "kimi", "pi"];
const PHASES = ["phase1", "phase2", "phase3"] as const;
const OVERRIDE_KEYS = ["runner", "model", "reasoning_effort"] as const;

const { terminal_bell: _bell, ...NOTIFICATION } = DEFAULTS.agent.notification;

export interface PrintOptions {
  /** Print `webhook.secret` as it is instead of `[REDACTED]`. */
  readonly showSecrets: boolean;
}

/** A merged configuration as it is printed: every key in a fixed order, null for unset, maps sorted. */
export function printedConfig(config: ResolvedConfig, options: PrintOptions): Json {
  const { profiles, agent, plugins, ...sections } = config;
  const { setup: _setup, scope_aware: _scopeAware, ...parallel } = sections.parallel;
  return {
    version: config.version,
    project_type: config.project_type,
    queue: sections.queue,
    agent: printedAgent(agent, options),
    parallel,
    loop: sections.loop,
    plugins: { plugins: sorted(plugins.plugins) },
    ...(profiles === undefined ? {} : { profiles: mapValues(sorted(profiles), (patch) => printedPatch(patch, options)) }),
  };
}

function printedAgent(agent: ResolvedAgent, options: PrintOptions): Json {
  const { turn_timeout_minutes: _turn, idle_timeout_minutes: _idle, acp: _acp, ...printed } = agent;
  const { terminal_bell: _bell, ...notification } = agent.notification;
  return {
    ...printed,
    notification,
    cursor: printedCursor(agent.cursor),
    runner_cli: { defaults: agent.runner_cli.defaults, runners: byRunner(agent.runner_cli.runners) },
    phase_overrides: printedPhases(agent.phase_overrides),
    webhook: withoutSecret(agent.webhook, options),
  };
}

/** A profile as it is printed: the keys of `agent`, null for what it does not set. */
export function printedPatch(patch: AgentPatch, options: PrintOptions): Json {
  const { runner_cli, ci_gate } = patch;
  const sections: Json = {
    cursor: printedCursor(patch.cursor ?? null),
    runner_cli:
      runner_cli === undefined
        ? null
        : {
            defaults: { ...UNSET_OPTIONS, ...runner_cli.defaults },
            runners: byRunner(mapValues(runner_cli.runners ?? {}, withUnsetOptions)),
          },
    phase_overrides: patch.phase_overrides === undefined ? null : printedPhases(patch.phase_overrides),
    ci_gate: ci_gate === undefined ? null : { ...nulls(DEFAULTS.agent.ci_gate), ...ci_gate },
    notification: { ...nulls(NOTIFICATION), ...patch.notification },
    webhook: withoutSecret({ ...nulls(DEFAULTS.agent.webhook), ...patch.webhook }, options),
    runner_retry: { ...nulls(DEFAULTS.agent.runner_retry), ...patch.runner_retry },
  };
  const leaves: Json = { ...patch };
  return Object.fromEntries(
    Object.keys(printedAgent(DEFAULTS.agent, options)).map((key) => [
      key,
      sections[key] ?? (key in sections ? null : (leaves[key] ?? null)),
    ]),
  );
}

function withUnsetOptions(options: object): Json {
  return { ...UNSET_OPTIONS, ...options };
}

function printedPhases(phases: NonNullable<AgentPatch["phase_overrides"]>): Json {
  return Object.fromEntries(
    PHASES.flatMap((name) => {
      const phase = phases[name];
      if (phase === undefined) return [];
      const leaves = OVERRIDE_KEYS.flatMap((key) => (phase[key] === undefined ? [] : [[key, phase[key]] as const]));
      const cursor = phase.cursor === undefined ? [] : [["cursor", printedCursor(phase.cursor)] as const];
      return [[name, Object.fromEntries([...leaves, ...cursor])]];
    }),
  );
}

function printedCursor(cursor: CursorConfig | null): Json | null {
  if (cursor === null) return null;
  return {
    ...(cursor.model_params === undefined ? {} : { model_params: sorted(cursor.model_params) }),
    ...(cursor.setting_sources === undefined ? {} : { setting_sources: cursor.setting_sources }),
  };
}

function withoutSecret(webhook: Json, { showSecrets }: PrintOptions): Json {
  const secret = webhook["secret"] ?? null;
  return showSecrets || secret === null ? webhook : { ...webhook, secret: "[REDACTED]" };
}

function byRunner(runners: Json): Json {
  const known = RUNNER_ORDER.filter((id) => Object.hasOwn(runners, id));
  const others = Object.keys(runners).filter((id) => !RUNNER_ORDER.includes(id));
  return Object.fromEntries([...known, ...others.sort()].map((id) => [id, runners[id]]));
}

function sorted<T>(map: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function mapValues<T>(map: Readonly<Record<string, T>>, change: (value: T) => Json): Json {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

function nulls(section: object): Json {
  return Object.fromEntries(Object.keys(section).map((key) => [key, null]));
}
