import * as v from "valibot";
import type { StatusFacts } from "./facts.ts";
import type { Situation } from "./situation.ts";

/** A command to go on with. It is whole, or holds `<TASK_ID>` or `<N>` for what only the reader knows. */
export const NextStep = v.strictObject({ title: v.string(), command: v.string(), detail: v.string() });
export type NextStep = v.InferOutput<typeof NextStep>;

export const RETRY_COMMAND = "cueloop run parallel retry --task <TASK_ID>";

const STATUS: NextStep = {
  title: "Look at the workers",
  command: "cueloop run parallel status",
  detail: "Shows where each task stands by then; changes nothing.",
};
const LOOP: NextStep = {
  title: "Start the loop",
  command: "cueloop run loop --resume --max-tasks 0 --parallel <N>",
  detail: "Works the queue with parallel workers; what an earlier loop left is taken care of first.",
};
const RETRY: NextStep = {
  title: "Take a task up again",
  command: RETRY_COMMAND,
  detail: "The next loop goes on with its branch, or starts over where there is none; `--restart` starts over in any case.",
};
const UNLOCK: NextStep = {
  title: "Remove the queue lock",
  command: "cueloop queue unlock",
  detail: "Only when no other CueLoop uses this repository.",
};

/** What to do next, the safest useful thing first. */
export function nextSteps({ workers }: StatusFacts, situation: Situation): NextStep[] {
  const isLoopWanted = workers.some(({ standing }) => standing === "orphaned" || standing === "retry");
  switch (situation) {
    case "lock_live":
      return [{ ...LOOP, detail: "As soon as the lock is free." }];
    case "lock_stale":
      return [UNLOCK, LOOP, STATUS];
    case "lock_unclear":
      return [UNLOCK, LOOP];
    case "none":
      return [LOOP, STATUS];
    case "running":
      return [STATUS];
    case "blocked":
      return [STATUS, RETRY, LOOP];
    case "failed":
      return isLoopWanted ? [STATUS, RETRY, LOOP] : [STATUS, RETRY];
    case "drift":
      return [STATUS, LOOP];
    case "idle":
      return [LOOP];
  }
}
