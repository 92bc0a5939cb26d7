import * as v from "valibot";
import { compact } from "../../base/shape.ts";
import { BlockingState } from "../../queue/blocking.ts";
import { STATE_VERSION, type StateFile, type WorkerRecord } from "../state/record.ts";
import { blockingOf } from "./blocking.ts";
import { detailLines, headlineOf } from "./detail.ts";
import type { StatusFacts } from "./facts.ts";
import { situationOf } from "./situation.ts";
import { NextStep, nextSteps } from "./steps.ts";

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The JSON document of `run parallel status`. Its inner `status` is the state file as it was understood. */
export const StatusDocument = v.strictObject({
  version: v.literal(3),
  lifecycle_counts: v.strictObject({
    running: Count,
    integrating: Count,
    completed: Count,
    failed: Count,
    blocked: Count,
    total: Count,
  }),
  blocking: v.exactOptional(BlockingState),
  continuation: v.strictObject({
    headline: v.string(),
    detail: v.string(),
    /** The same as at the top. */
    blocking: v.exactOptional(BlockingState),
    next_steps: v.array(NextStep),
  }),
  status: v.record(v.string(), v.unknown()),
});
export type StatusDocument = v.InferOutput<typeof StatusDocument>;

/** The document that facts make. */
export function statusDocument(facts: StatusFacts): StatusDocument {
  const situation = situationOf(facts);
  const blocking = blockingOf(facts, situation);
  const shared = blocking === null ? {} : { blocking };
  return {
    version: 3,
    lifecycle_counts: lifecycleCounts(facts.state?.workers ?? []),
    ...shared,
    continuation: {
      headline: headlineOf(facts, situation),
      detail: detailLines(facts).join(" "),
      ...shared,
      next_steps: nextSteps(facts, situation),
    },
    status: facts.state === null ? { schema_version: STATE_VERSION, workers: [], message: NOTHING_FOUND } : asStored(facts.state),
  };
}

/** How many records there are of each lifecycle; `blocked` counts `blocked_push`. */
export function lifecycleCounts(records: readonly WorkerRecord[]): StatusDocument["lifecycle_counts"] {
  const count = (lifecycle: WorkerRecord["lifecycle"]) => records.filter((record) => record.lifecycle === lifecycle).length;
  return {
    running: count("running"),
    integrating: count("integrating"),
    completed: count("completed"),
    failed: count("failed"),
    blocked: count("blocked_push"),
    total: records.length,
  };
}

export const NOTHING_FOUND = "No state of parallel workers was found.";

/** The token of an attempt is a secret of its coordinator and worker; limits are told in words. */
function asStored({ limits: _, ...state }: StateFile): Record<string, unknown> {
  return { ...state, workers: state.workers.map(({ token: __, ...record }) => compact(record)) };
}
