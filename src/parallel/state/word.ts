import type { WorkerRecord } from "./record.ts";

/** What a worker does for its task, a word or a few. */
export function workerWord({ lifecycle, step }: Pick<WorkerRecord, "lifecycle" | "step">): string {
  switch (step) {
    case "creating":
      return "being set up";
    case "landing":
      return "landing";
    case "waiting_checkout":
      return "waiting for the checkout";
    default:
      return lifecycle === "integrating" ? "integrating" : "working";
  }
}
