import type { AgentPatch } from "./schema.ts";

/** Profiles every repository has; their names cannot be taken. */
export const BUILT_IN_PROFILES = {
  safe: {
    claude_permission_mode: "accept_edits",
    runner_cli: { defaults: { approval_mode: "safe" } },
    git_publish_mode: "off",
  },
  "power-user": {
    claude_permission_mode: "bypass_permissions",
    runner_cli: { defaults: { approval_mode: "yolo" } },
    git_publish_mode: "commit_and_push",
  },
} as const satisfies Record<string, AgentPatch>;

export const RESERVED_PROFILES: readonly string[] = Object.keys(BUILT_IN_PROFILES);

/** True for the name of a built-in profile. */
export function isReservedProfile(name: string): name is keyof typeof BUILT_IN_PROFILES {
  return RESERVED_PROFILES.includes(name);
}
