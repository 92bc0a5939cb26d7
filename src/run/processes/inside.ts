import { join } from "node:path";
import type { BaseContext } from "../../base/context.ts";
import { bootId, parentsOf, pidNamespace, processLiveness, processStart } from "../../base/identity.ts";
import type { InsideRun } from "../../config/context.ts";
import { type RegistryFile, readRegistry } from "./registry.ts";

/** What a command knows of its own place among the processes. */
export interface Place {
  readonly ancestors: readonly number[];
  readonly pidNamespace: string | null;
  /** Whether the run's own process is alive, as seen from here. */
  readonly runAlive: boolean;
  /** Ids of the children in the registry that are still the processes it means. */
  readonly living: readonly number[];
}

/**
 * Whether a command was started by an agent, a gate or a hook of a run of the repository at `root`. The
 * environment names the run; ancestry confirms it, unless the command sits in another pid namespace and
 * cannot see its ancestors. An agent that outlives its killed run is still inside it: it has no more say than
 * before, and what it reports waits for the run that goes on.
 */
export function detectInsideRun(base: Pick<BaseContext, "env">, root: string): InsideRun | null {
  const runId = base.env["CUELOOP_RUN_ID"]?.trim() ?? "";
  if (!/^[0-9A-Za-z-]{8,64}$/.test(runId)) return null;
  const registry = readRegistry(join(root, ".cueloop"), runId);
  if (registry === null) return null;
  const living = registry.children.filter(({ pid, pid_start }) => pid_start !== null && pid_start === processStart(pid));
  const place = {
    ancestors: parentsOf(process.pid),
    pidNamespace: pidNamespace(),
    runAlive: isRunAlive(registry),
    living: living.map(({ pid }) => pid),
  };
  if (!isInside(registry, place)) return null;
  const taskId = base.env["CUELOOP_TASK_ID"]?.trim() ?? "";
  return { runId, taskId: taskId === "" ? null : taskId };
}

/** Whether a command is the gate of the run that its environment names, or was started by it. */
export function isBelowGate(base: Pick<BaseContext, "env">, root: string): boolean {
  const runId = detectInsideRun(base, root)?.runId;
  const registry = runId === undefined ? null : readRegistry(join(root, ".cueloop"), runId);
  if (registry === null) return false;
  const gates = registry.children.filter(
    ({ role, pid, pid_start }) => role === "gate" && pid_start !== null && pid_start === processStart(pid),
  );
  const ancestors = new Set([process.pid, ...parentsOf(process.pid)]);
  return gates.some(({ pid }) => ancestors.has(pid));
}

/** The rule itself, on data. */
export function isInside(registry: RegistryFile, place: Place): boolean {
  if (registry.pid_ns !== null && place.pidNamespace !== null && registry.pid_ns !== place.pidNamespace) return true;
  const own = new Set(place.runAlive ? [registry.pid, ...registry.children.map((child) => child.pid)] : place.living);
  return place.ancestors.some((pid) => own.has(pid));
}

/** Whether the process of the run that wrote a registry still lives; taken for granted where its pid cannot be seen. */
export function isRunAlive(registry: RegistryFile): boolean {
  if (registry.boot_id !== null && bootId() !== null && registry.boot_id !== bootId()) return false;
  if (registry.pid_ns !== null && registry.pid_ns !== pidNamespace()) return true;
  if (processLiveness(registry.pid) === "dead") return false;
  const start = processStart(registry.pid);
  return registry.pid_start === null || start === null || registry.pid_start === start;
}
