import type { Meanings } from "../config/describe.ts";

const TIME = "RFC 3339, UTC.";

/** What the keys of queue and done file mean, by definition of their JSON Schema; settings of runners are explained in `config/`. */
export const TASK_MEANINGS: Meanings = {
  QueueFile: {
    version: "Version of the file format.",
    tasks: "In order of execution.",
  },
  Task: {
    id: "Prefix, dash and number, `RQ-0001`; unique over queue and done file.",
    status: "Where the task stands; `done` and `rejected` are terminal.",
    kind: "`group` only holds other tasks and never runs.",
    title: "What is to be done, in one line.",
    description: "What is to be done, at length.",
    priority: "How urgent it is. The order of the file decides what runs first, not the priority.",
    tags: "Words to find it by.",
    scope: "Paths the work is about.",
    evidence: "Why the task exists: observations, links, error messages.",
    plan: "Steps.",
    notes: "Remarks, oldest first; commands and runs append to them.",
    request: "The person's request that led to the task.",
    agent: "Settings of the agent for this task alone.",
    created_at: TIME,
    updated_at: TIME,
    completed_at: `${TIME} Set when the task becomes done or rejected.`,
    started_at: `${TIME} Set when the task first becomes doing.`,
    estimated_minutes: "Minutes the work is expected to take.",
    actual_minutes: "Minutes it took.",
    scheduled_start: `${TIME} No run takes the task before.`,
    depends_on: "Ids that must be finished first.",
    blocks: "Ids of tasks this one stands in the way of, for the reader; runs follow `depends_on` alone.",
    relates_to: "Ids worth reading together with this one.",
    duplicates: "Id of a task that wants the same.",
    custom_fields: "Text by name; numbers and booleans are read as text. `cueloop.evidence` holds what proves a done task.",
    parent_id: "Id of the group the task belongs to.",
  },
  TaskAgent: {
    runner: "Agent for all phases. A plugin needs trust in the repository.",
    model: "Model for all phases.",
    model_effort: "Reasoning effort; `default` is the configured one.",
    phases: "1: everything in one pass; 2: plan, then implement; 3: and review.",
    iterations: "Passes through all phases.",
    followup_reasoning_effort: "Reasoning effort of iterations after the first.",
    cursor: "Settings of the runner cursor. Without effect in this version.",
    runner_cli: "How the runner is called, over the configured options.",
    phase_overrides: "Runner, model and effort of single phases.",
  },
};
