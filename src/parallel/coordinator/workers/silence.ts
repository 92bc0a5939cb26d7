import type { RunContext } from "../../../run/context.ts";
import type { Slot } from "../tasks/slot.ts";

/**
 * Ends workers that were not heard of for `most` calls of this, ten minutes of the coordinator's. Counted in calls, so
 * that a machine that slept does not make everybody look dead.
 */
export function endSilent({ emit }: Pick<RunContext, "emit">, slots: Iterable<Slot>, most: number): void {
  for (const slot of slots) {
    if (slot.process === null) continue;
    slot.silentTicks += 1;
    if (slot.silentTicks < most) continue;
    slot.silentTicks = 0;
    const message = `The worker of ${slot.task.id} has not been heard of for ten minutes; it is ended.`;
    emit({ kind: "warning", task_id: slot.task.id, message });
    slot.process.signal("SIGKILL");
  }
}
