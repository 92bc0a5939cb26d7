import { CueLoopError } from "../../base/errors.ts";
import { discoverPlugins, NO_PLUGINS, type PluginSet } from "../../runners/plugins/discovery.ts";
import type { RunContext } from "../context.ts";

/** The plugins a run may use. Error `run.processors_unsupported` when an enabled one has processor hooks. */
export function loadPlugins(context: RunContext): PluginSet {
  const configured = context.config.plugins.plugins;
  if (Object.keys(configured).length === 0) return NO_PLUGINS;
  const projectTrusted = context.trust.status === "trusted";
  const plugins = discoverPlugins({ env: context.env, runtimeDir: context.sourceDir, projectTrusted });
  const processors = plugins.plugins.filter(
    (plugin) => configured[plugin.id]?.enabled === true && (plugin.manifest.processors?.hooks.length ?? 0) > 0,
  );
  const [first] = processors;
  if (first === undefined) return plugins;
  throw new CueLoopError("run.processors_unsupported", {
    message: `These plugins have processor hooks, which this version does not run: ${processors.map((plugin) => plugin.id).join(", ")}. Working without them could skip a check you rely on.`,
    hint: `Set \`plugins.plugins["${first.id}"].enabled\` to false in .cueloop/config.jsonc to run without it.`,
  });
}
