import { CueLoopError } from "../base/errors.ts";
import { suggest } from "../base/suggest.ts";
import type { RepoContext } from "../config/context.ts";
import { isBuiltInRunner, normaliseRunnerId } from "../config/schema/values.ts";
import { claude } from "./claude.ts";
import { codeRunner } from "./code/adapt.ts";
import { codex } from "./codex.ts";
import { opencode } from "./opencode.ts";
import { pluginRunner } from "./plugin.ts";
import type { PluginSet } from "./plugins/discovery.ts";
import type { Runner } from "./runner.ts";

/** Runner ids that work in this executable, those of plugins and of `cueloop.config.ts` aside. */
export const BUILT_RUNNERS = ["claude", "codex", "opencode"] as const;

const CHOICE = `Choose another with \`agent.runner\` in .cueloop/config.jsonc or with --runner: ${BUILT_RUNNERS.join(", ")}, or the id of an enabled plugin with a runner, or of a runner in cueloop.config.ts.`;

/**
 * The runner of an id: built-in ids in any case, all others as written. One of the code goes before a plugin's.
 * Throws `runner.not_built`, `runner.unknown`, `runner.plugin_disabled`, `runner.plugin_broken` or
 * `runner.plugin_without_runner`, each naming how to choose.
 */
export function findRunner(context: Pick<RepoContext, "config" | "code">, id: string, plugins: PluginSet): Runner {
  const { agent } = context.config;
  const wanted = normaliseRunnerId(id);
  switch (wanted) {
    case "":
      throw new CueLoopError("runner.unknown", { message: "A runner must not be blank.", hint: CHOICE });
    case "claude":
      return claude(agent);
    case "codex":
      return codex(agent);
    case "opencode":
      return opencode(agent);
    default:
      if (isBuiltInRunner(wanted) || /^(acp$|acp:|replay:)/.test(wanted)) throw notBuilt(wanted);
      return findCodeRunner(context, wanted) ?? findPluginRunner(context, wanted, plugins);
  }
}

function notBuilt(id: string): CueLoopError {
  return new CueLoopError("runner.not_built", { message: `This CueLoop cannot drive the runner ${id}.`, hint: CHOICE });
}

function findCodeRunner({ code }: Pick<RepoContext, "code">, id: string): Runner | null {
  const written = code?.runners.get(id);
  return code === null || written === undefined ? null : codeRunner(id, written, code);
}

function findPluginRunner({ config, code }: Pick<RepoContext, "config" | "code">, id: string, { plugins, broken }: PluginSet): Runner {
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
  return pluginRunner(plugin, plugin.manifest.runner, settings.config);
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
