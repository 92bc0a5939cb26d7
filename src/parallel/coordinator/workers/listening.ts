import { messageOf } from "../../../base/errors.ts";
import { within } from "../../../base/within.ts";
import type { ParallelRun } from "../../run.ts";
import type { Sequence } from "../sequence.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Slot } from "../tasks/slot.ts";
import { Limits } from "./limits.ts";
import type { Ears } from "./work.ts";

/** Longer than this a worker does not wait for its turn to land before it looks whether its work passes the gate. */
const TURN_PATIENCE_MS = 5_000;

export interface Heard {
  /** The tasks in flight, by id. */
  readonly slots: ReadonlyMap<string, Slot>;
  readonly landings: Sequence;
  readonly looks: Sequence;
  readonly surroundings: Surroundings;
}

/** What is done about what workers say. */
export function listen({ context }: ParallelRun, { slots, landings, looks, surroundings }: Heard): Ears {
  const noteTurn = async (slot: Slot, active: boolean) => {
    if (slot.inTurn === active) return;
    slot.inTurn = active;
    const id = slot.task.id.trim();
    try {
      await looks.run(() => (active ? surroundings.begin(id) : surroundings.end(id)));
    } catch (error) {
      context.log.debug(`The checkout was not looked at: ${messageOf(error)}`);
    }
  };
  /** It goes when it is its turn to land, so that nobody moves the target meanwhile; after a while also before that, so that what fails at the gate is known early. */
  const giveTurn = async (slot: Slot) => {
    slot.place ??= landings.enter();
    await within(context.clock, TURN_PATIENCE_MS, slot.place.turn);
    slot.process?.send({ kind: "go" });
  };
  return {
    turn: noteTurn,
    want: (slot) => void giveTurn(slot),
    limits: new Limits(),
    broadcastLimit: (from, { runner, until }) => {
      for (const slot of slots.values()) if (slot !== from) slot.process?.send({ kind: "limit", runner, until });
    },
  };
}
