import { CueLoopError } from "../base/errors.ts";
import { suggest } from "../base/suggest.ts";
import type { RepoContext } from "../config/context.ts";
import { isBuiltInRunner, normaliseRunnerId } from "../config/schema/values.ts";
import type { ResolvedAgent } from "../config/schema.ts";
import { claude } from "./claude.ts";
import { checkedRunner } from "./code/checked.ts";
import { codex } from "./codex.ts";
import { opencode } from "./opencode.ts";
import { pluginRunner } from "./plugin.ts";
import type { PluginSet } from "./plugins/discovery.ts";
import { type ResolvedRunner, resolveRunner } from "./resolve.ts";

/** Runner ids that work in this executable, those of plugins and of `cueloop.config.ts` aside. */
export const BUILT_RUNNERS = ["claude", "codex", "opencode"] as const;

const BUILT = {
  claude: { runner: claude, programSetting: "agent.claude_bin" },
  codex: { runner: codex, programSetting: "agent.codex_bin" },
  opencode: { runner: opencode, programSetting: "agent.opencode_bin" },
} as const;

const CHOICE = `Choose another with \`agent.runner\` in .cueloop/config.jsonc or with --runner: ${BUILT_RUNNERS.join(", ")}, or the id of an enabled plugin with a runner, or of a runner in cueloop.config.ts.`;

/**
 * The runner of an id: built-in ids in any case, all others as written. One of the code goes before a plugin's.
 * Throws `runner.not_built`, `runner.unknown`, `runner.plugin_disabled`, `runner.plugin_broken` or
 * `runner.plugin_without_runner`, each naming how to choose.
 */
export function findRunner(context: Pick<RepoContext, "config" | "code">, id: string, plugins: PluginSet): ResolvedRunner {
  const wanted = normaliseRunnerId(id);
  if (wanted === "") throw new CueLoopError("runner.unknown", { message: "A runner must not be blank.", hint: CHOICE });
  const built = BUILT_RUNNERS.find((known) => known === wanted);
  if (built !== undefined) return builtRunner(built, context.config.agent);
  if (isBuiltInRunner(wanted) || /^(acp$|acp:|replay:)/.test(wanted)) throw notBuilt(wanted);
  return findCodeRunner(context, wanted) ?? findPluginRunner(context, wanted, plugins);
}

/** A runner of this executable. */
export function builtRunner(id: (typeof BUILT_RUNNERS)[number], settings: ResolvedAgent): ResolvedRunner {
  const { runner, programSetting } = BUILT[id];
  return resolveRunner({ id, programSetting }, runner(settings));
}

function notBuilt(id: string): CueLoopError {
  return new CueLoopError("runner.not_built", { message: `This CueLoop cannot drive the runner ${id}.`, hint: CHOICE });
}

function findCodeRunner({ code }: Pick<RepoContext, "code">, id: string): ResolvedRunner | null {
  const written = code?.runners.get(id);
  return code === null || written === undefined ? null : resolveRunner({ id }, checkedRunner(id, written, code));
}

function findPluginRunner(
  { config, code }: Pick<RepoContext, "config" | "code">,
  id: string,
  { plugins, broken }: PluginSet,
): ResolvedRunner {
  const plugin = plugins.find((candidate) => candidate.id === id);
  if (plugin === undefined) throw unknown(id, { plugins, broken }, [...(code?.runners.keys() ?? [])]);
  const key = `plugins.plugins["${id}"].enabled`;
  const settings = Object.hasOwn(config.plugins.plugins, id) ? config.plugins.plugins[id] : undefined;
  if (settings?.enabled !== true) {
    throw new CueLoopError("runner.plugin_disabled", {
      message: `The plugin ${id} is not enabled.`,
      hint: `Set \`${key}\` to true in .cueloop/config.jsonc. ${CHOICE}`,
      where: { file: plugin.directory },
    });
  }
  if (plugin.manifest.runner === undefined) {
    throw new CueLoopError("runner.plugin_without_runner", {
      message: `The plugin ${id} has no runner.`,
      hint: CHOICE,
      where: { file: plugin.directory },
    });
  }
  return resolveRunner({ id }, pluginRunner(plugin, plugin.manifest.runner, settings.config));
}

function unknown(id: string, { plugins, broken }: PluginSet, inCode: readonly string[]): CueLoopError {
  const bad = broken.find((candidate) => candidate.id === id);
  if (bad !== undefined) {
    return new CueLoopError("runner.plugin_broken", {
      message: `The plugin ${id} cannot be used: ${bad.problem}`,
      hint: CHOICE,
      where: { file: bad.directory },
    });
  }
  const guess = suggest(id, [...BUILT_RUNNERS, ...inCode, ...plugins.map((plugin) => plugin.id)]);
  const trust = "A plugin of the repository is found only once its commands are trusted: `cueloop config trust init`.";
  return new CueLoopError("runner.unknown", {
    message: `There is no runner ${id}.`,
    hint: `${guess === null ? "" : `Did you mean ${guess}? `}${CHOICE} ${trust}`,
  });
}
