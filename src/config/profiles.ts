import { CueLoopError } from "../base/errors.ts";
import { suggest } from "../base/suggest.ts";
import { BUILT_IN_PROFILES, isReservedProfile, RESERVED_PROFILES } from "./built-in-profiles.ts";
import { mergeAgent } from "./layers/merge.ts";
import type { ResolvedConfig } from "./resolved.ts";
import type { AgentPatch } from "./schema.ts";

export interface Profile {
  readonly name: string;
  readonly source: "config" | "built-in";
  readonly patch: AgentPatch;
}

type WithProfiles = Pick<ResolvedConfig, "profiles">;

/** All profiles, built-in ones included, sorted by name. */
export function listProfiles(config: WithProfiles): readonly Profile[] {
  const own = Object.entries(config.profiles ?? {}).map(([name, patch]): Profile => ({ name, source: "config", patch }));
  const builtIn = Object.entries(BUILT_IN_PROFILES).map(([name, patch]): Profile => ({ name, source: "built-in", patch }));
  return [...own, ...builtIn].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The profile of a name, trimmed. Throws `config.unknown_profile` naming all there are. */
export function findProfile(config: WithProfiles, text: string): Profile {
  const name = text.trim();
  const own = config.profiles ?? {};
  const patch = Object.hasOwn(own, name) ? own[name] : undefined;
  if (patch !== undefined) return { name, source: "config", patch };
  if (isReservedProfile(name)) return { name, source: "built-in", patch: BUILT_IN_PROFILES[name] };
  const names = [...Object.keys(own), ...RESERVED_PROFILES].sort();
  const nearest = suggest(name, names);
  throw new CueLoopError("config.unknown_profile", {
    message:
      name === ""
        ? "The profile's name is blank."
        : `There is no profile "${name}".${nearest === null ? "" : ` Did you mean "${nearest}"?`}`,
    hint: `Profiles here: ${names.join(", ")}.`,
  });
}

/** The configuration with a profile over its agent settings. */
export function withProfile(config: ResolvedConfig, profile: Profile): ResolvedConfig {
  return { ...config, agent: mergeAgent(config.agent, profile.patch) };
}

/** What a profile sets, in a few words: `runner=codex, phases=2`. */
export function summariseProfile(patch: AgentPatch): string {
  const parts: [string, unknown][] = [
    ["runner", patch.runner],
    ["model", patch.model],
    ["phases", patch.phases],
    ["effort", patch.reasoning_effort],
    ["claude_permission_mode", patch.claude_permission_mode],
    ["approval_mode", approvalMode(patch)],
    ["git_publish_mode", patch.git_publish_mode],
  ];
  const set = parts.filter(([, value]) => value !== undefined).map(([label, value]) => `${label}=${String(value)}`);
  return set.length === 0 ? "no overrides" : set.join(", ");
}

/** The approval mode the patch gives its own runner, or codex when it names none. */
function approvalMode(patch: AgentPatch): string | undefined {
  const runners = patch.runner_cli?.runners ?? {};
  const runner = patch.runner ?? "codex";
  const own = Object.hasOwn(runners, runner) ? runners[runner]?.approval_mode : undefined;
  return own ?? patch.runner_cli?.defaults?.approval_mode;
}
