import { CueLoopError } from "../../base/errors.ts";
import type { ConfigLayer } from "../schema.ts";
import type { GatedChange, GatedValue, TrustState } from "./state.ts";

/** One line a value; secrets are never shown, not even as hashes. */
export function gatedLines(values: readonly GatedValue[]): readonly string[] {
  return values.map(({ key, value }) => `  ${key}: ${shown(key, value)}`);
}

/** One line a change: the key, the old value and the new one. */
export function changeLines(changes: readonly GatedChange[]): readonly string[] {
  return changes.map((change) => `  ${change.key}: ${shown(change.key, change.old)} -> ${shown(change.key, change.new)}`);
}

function shown(key: string, value: unknown): string {
  if (value === null) return "(absent)";
  return key.endsWith(".webhook.secret") ? "[REDACTED]" : JSON.stringify(value);
}

/** The refusal of a command that would act on what is not trusted. `globalConfig`: the user's own configuration file, when there is a place for it. */
export function untrusted(trust: TrustState, globalConfig: string | null): CueLoopError {
  const values = gatedLines(trust.gated).join("\n");
  const reason = trust.tracked
    ? `its trust file ${trust.file} is tracked by git (itself, or a link or submodule on the way to it), so it is no decision of yours`
    : "you have not said that you trust it";
  const init = trust.tracked
    ? "Read the values, take the file out of git (`git rm --cached .cueloop/trust.jsonc`) and run `cueloop config trust init`"
    : "Read the values and run `cueloop config trust init`";
  const own = globalConfig === null ? "your own configuration" : globalConfig;
  return new CueLoopError("config.untrusted", {
    message: `The configuration of this repository names programs or rights that need your trust, and ${reason}:\n${values}`,
    hint: `${init}; or move the keys to ${own}; or write {"allow_project_commands": true} to ${trust.file}, which must stay untracked.`,
    where: { file: trust.file },
  });
}

/** The refusal of a command that would act on other values than those trusted. */
export function changed(trust: TrustState): CueLoopError {
  const pin = trust.digest === null ? "" : `, or from a script \`cueloop config trust init --digest ${trust.digest}\``;
  return new CueLoopError("config.trust_changed", {
    message: `You trusted this repository with other values than it has now:\n${changeLines(trust.changes).join("\n")}`,
    hint: `Read the changes and run \`cueloop config trust init\` on a terminal${pin}.`,
    where: { file: trust.file },
  });
}

/** The one line about gated values of a project layer that a command goes without. */
export function notInForce(trust: TrustState): string {
  const keys = trust.gated.map(({ key }) => key).join(", ");
  const why =
    trust.status === "changed" ? "they are not what you trusted" : trust.tracked ? "its trust file is tracked by git" : "it is not trusted";
  return `Settings of this repository that are not in force because ${why}: ${keys}. Review them, then \`cueloop config trust init\`.`;
}

/** What a person should know of an untrusted repository before a run, though it needs no trust. */
export function remarkable(layer: ConfigLayer, isInside: (path: string) => boolean): readonly string[] {
  const outside = (["file", "done_file"] as const).flatMap((key) => {
    const path = layer.queue?.[key];
    return path === undefined || isInside(path) ? [] : [`This untrusted repository keeps \`queue.${key}\` outside itself: ${path}.`];
  });
  const pushes = layer.agent?.git_publish_mode === "commit_and_push";
  return pushes ? [...outside, "This untrusted repository sets `agent.git_publish_mode` to commit_and_push."] : outside;
}
