import { isCueLoopError } from "../base/errors.ts";
import { readJson } from "../base/json/read.ts";
import type { LoadedRepo } from "../config/resolve.ts";
import type { Task } from "../queue/task.ts";
import { estimate, formatEta } from "../queue/view/eta.ts";
import { discoverPlugins } from "../runners/plugins/discovery.ts";
import { ExecutionHistory, type HistoryEntry, historyPath } from "./history.ts";
import type { RunSettings } from "./options.ts";
import { resolveTaskSettings } from "./settings/task-settings.ts";

/** A run started without any flag. */
const NOTHING_CHOSEN: RunSettings = {
  agent: {},
  includeDraft: false,
  includeNew: false,
  force: false,
  maxTurns: null,
  limitWaitHours: 0,
  lfsCheck: false,
};

/** What stands where no estimate can be made. */
const UNKNOWN = "n/a";

/**
 * How long each task that is still to be worked is likely to take, `3m 30s`, from earlier runs with the
 * runner, model and number of phases a run would use for it now; `n/a` where that cannot be told.
 */
export function taskEstimates(repo: LoadedRepo): (task: Task) => string {
  const entries = readEntries(repo.runtimeDir);
  if (entries.length === 0) return () => UNKNOWN;
  const now = repo.clock.now();
  const projectTrusted = repo.trust.status === "trusted";
  const plugins = discoverPlugins({ env: repo.env, runtimeDir: repo.sourceDir, projectTrusted });
  return (task) => {
    if (task.status !== "draft" && task.status !== "todo") return UNKNOWN;
    const shape = shapeOf(repo, task, plugins);
    const eta = shape === null ? null : estimate(entries, shape, now);
    return eta === null ? UNKNOWN : formatEta(eta.seconds);
  };
}

function shapeOf(repo: LoadedRepo, task: Task, plugins: ReturnType<typeof discoverPlugins>): Parameters<typeof estimate>[1] | null {
  try {
    const { phaseCount, phases } = resolveTaskSettings(repo, { task, run: NOTHING_CHOSEN, plugins });
    return { phaseCount, runner: phases[2].runner.id, model: phases[2].model };
  } catch (error) {
    if (isCueLoopError(error)) return null;
    throw error;
  }
}

/** A history that is missing or cannot be understood has no samples. */
function readEntries(runtimeDir: string): readonly HistoryEntry[] {
  try {
    return readJson(ExecutionHistory, historyPath(runtimeDir))?.entries ?? [];
  } catch {
    return [];
  }
}
