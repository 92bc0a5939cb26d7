import type { PhaseName } from "../events.ts";

/** Where a failure leaves it open what becomes of the changes. */
export type RevertSite = "phase1_plan_only" | "task_inconsistency" | "ci_failure" | "ci_escalation" | PhaseName | "single_pass";

/** What a person is asked when a task failed. */
export interface RevertQuestion {
  readonly taskId: string;
  readonly site: RevertSite;
  /** What happened, for the person; several lines of text that is not ours. */
  readonly preface: string;
  /** Whether the agent can be sent a message and go on. */
  readonly canContinue: boolean;
  /** Whether the run can go on as if nothing had happened. */
  readonly canProceed: boolean;
  /** The run goes on with other tasks, so the changes cannot stay in the tree. */
  readonly keepGoing: boolean;
}

export type RevertDecision =
  | { readonly kind: "keep" }
  | { readonly kind: "revert" }
  /** The message goes to the agent's session. */
  | { readonly kind: "continue"; readonly message: string }
  | { readonly kind: "proceed" };

/** Why nobody is asked. */
export type NotAsked =
  /** Standard input is no terminal. */
  | "no_terminal"
  | "non_interactive"
  /** A loop without `--ask`. */
  | "unattended"
  /** A worker of a parallel run. */
  | "worker";

/** Whether, and how, a person can be asked. */
export type Questions =
  | { readonly ask: (question: RevertQuestion) => Promise<RevertDecision> }
  | { readonly ask: null; readonly why: NotAsked };
