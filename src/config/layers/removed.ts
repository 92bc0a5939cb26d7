import { isPlainObject } from "../../base/shape.ts";
import { CONFIG_VERSION } from "../schema.ts";

const REMOVED_PARALLEL = [
  "auto_pr",
  "auto_merge",
  "merge_when",
  "merge_method",
  "merge_retries",
  "draft_on_failure",
  "conflict_policy",
  "branch_prefix",
  "delete_branch_on_merge",
  "merge_runner",
] as const;

/** What to do by hand about keys and values that older versions of the file had, one sentence each. */
export function removedKeyAdvice(value: unknown): readonly string[] {
  if (!isPlainObject(value)) return [];
  const agents: [string, unknown][] = [["agent", value["agent"]]];
  if (isPlainObject(value["profiles"])) {
    for (const [name, patch] of Object.entries(value["profiles"])) agents.push([`profiles.${name}`, patch]);
  }
  return [
    ...agents.flatMap(([path, agent]) => agentAdvice(path, agent)),
    ...parallelAdvice(value["parallel"]),
    ...versionAdvice(value["version"]),
  ];
}

function versionAdvice(version: unknown): string[] {
  return typeof version === "number" && version !== CONFIG_VERSION
    ? [`Set \`version\` to ${CONFIG_VERSION} once the file has no older keys.`]
    : [];
}

function agentAdvice(path: string, agent: unknown): string[] {
  if (!isPlainObject(agent)) return [];
  const advice: string[] = [];
  const publish = agent["git_commit_push_enabled"];
  if (publish !== undefined) {
    const mode = publish === true ? '"commit_and_push"' : publish === false ? '"off"' : '"commit_and_push" or "off"';
    advice.push(`Replace \`${path}.git_commit_push_enabled\` by \`"git_publish_mode": ${mode}\`.`);
  }
  if (agent["ci_gate_command"] !== undefined || agent["ci_gate_enabled"] !== undefined) {
    const example = agent["ci_gate_enabled"] === false ? '{"enabled": false}' : '{"enabled": true, "argv": ["make", "ci"]}';
    advice.push(
      `Replace \`ci_gate_command\` and \`ci_gate_enabled\` in \`${path}\` by \`"ci_gate": ${example}\`, with the program and its arguments as a list.`,
    );
  }
  for (const key of ["update_task_before_run", "fail_on_prerun_update_error"]) {
    if (agent[key] !== undefined) advice.push(`Delete \`${path}.${key}\`: tasks are always read anew before a run.`);
  }
  for (const place of minimalEfforts(agent))
    advice.push(`The effort \`minimal\` in \`${path}.${place}\` does not exist any more; the nearest is \`low\`.`);
  return advice;
}

function minimalEfforts(agent: Record<string, unknown>): string[] {
  const places = ["reasoning_effort", "followup_reasoning_effort"].filter((key) => agent[key] === "minimal");
  const phases = isPlainObject(agent["phase_overrides"]) ? Object.entries(agent["phase_overrides"]) : [];
  for (const [phase, settings] of phases) {
    if (isPlainObject(settings) && settings["reasoning_effort"] === "minimal") places.push(`phase_overrides.${phase}.reasoning_effort`);
  }
  return places;
}

function parallelAdvice(parallel: unknown): string[] {
  if (!isPlainObject(parallel)) return [];
  const advice = parallel["worktree_root"] === undefined ? [] : ["Rename `parallel.worktree_root` to `workspace_root`."];
  const removed = REMOVED_PARALLEL.filter((key) => parallel[key] !== undefined);
  if (removed.length > 0) advice.push(`Delete from \`parallel\` what has no successor: ${removed.map((key) => `\`${key}\``).join(", ")}.`);
  return advice;
}
