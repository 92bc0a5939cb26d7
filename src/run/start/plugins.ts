import { CueLoopError } from "../../base/errors.ts";
import { isBuiltInRunner, normaliseRunnerId } from "../../config/schema/values.ts";
import type { Task } from "../../queue/task.ts";
import { discoverPlugins, NO_PLUGINS, type PluginSet } from "../../runners/plugins/discovery.ts";
import type { RunContext } from "../context.ts";

/** The plugins a run may use. Error `run.processors_unsupported` when an enabled one has processor hooks. */
export function loadPlugins(context: RunContext): PluginSet {
  const configured = context.config.plugins.plugins;
  if (Object.keys(configured).length === 0) return NO_PLUGINS;
  const projectTrusted = context.trust.status === "trusted";
  const plugins = discoverPlugins({ env: context.env, runtimeDir: context.runtimeDir, projectTrusted });
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

/** A task may name a runner that starts a program of the repository's choice; that needs the user's trust. */
export function requireTrustedRunner(context: RunContext, task: Task): void {
  if (context.trust.consent) return;
  const overrides = task.agent?.phase_overrides;
  const named = [task.agent?.runner, overrides?.phase1?.runner, overrides?.phase2?.runner, overrides?.phase3?.runner];
  for (const id of named) {
    if (id === undefined || id === null) continue;
    const runner = normaliseRunnerId(id);
    if (isBuiltInRunner(runner) && runner !== "cursor") continue;
    throw new CueLoopError("run.untrusted_runner", {
      message: `${task.id} asks for the runner ${runner}, which may start any program, and this repository is not trusted.`,
      hint: "Read the task; then `cueloop config trust init`, or choose another runner with `--runner`.",
      where: { taskId: task.id },
    });
  }
}
