import type { TaskStatus } from "../../queue/task.ts";

export interface CompletionFacts {
  /** Where the task is now; null: in neither file. */
  readonly place: { readonly file: "queue" | "done"; readonly status: TaskStatus } | null;
  /** What the agent recorded in this run. */
  readonly recorded: "done" | "rejected" | null;
}

export type CompletionPlan =
  /** Gate, then set to done and archive. */
  | { readonly kind: "complete" }
  /** An agent set it to done by editing the files: gate, then only the evidence is added. */
  | { readonly kind: "confirm"; readonly archive: boolean }
  /** No gate: set to rejected, archive. */
  | { readonly kind: "reject"; readonly archive: boolean }
  | { readonly kind: "lost" }
  /** In the done file without being finished. */
  | { readonly kind: "inconsistent"; readonly status: TaskStatus };

/** How a task whose work ended well is finished. */
export function decideCompletion({ place, recorded }: CompletionFacts): CompletionPlan {
  if (place === null) return { kind: "lost" };
  const active = place.file === "queue";
  if (place.status === "rejected") return { kind: "reject", archive: active };
  if (place.status === "done") return { kind: "confirm", archive: active };
  if (!active) return { kind: "inconsistent", status: place.status };
  return recorded === "rejected" ? { kind: "reject", archive: true } : { kind: "complete" };
}
