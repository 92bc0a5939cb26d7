/** Fixed texts of the prompts: what a run relies on, so templates cannot change them. */

/** Phase 1: the agent may bring the task's own record up to date. */
export function taskRefresh(taskId: string, queueFile: string): string {
  return `## Refreshing the task

Before you write the final plan, compare the record of ${taskId} with the repository. Only if reality has changed, update that one task in \`${queueFile}\`:

- You may change \`scope\`, \`evidence\`, \`plan\`, \`notes\`, \`tags\`, \`depends_on\` and \`updated_at\`.
- Keep \`id\`, \`title\`, \`status\`, \`priority\`, \`created_at\`, \`request\` and \`agent\` as they are.
- Add, remove and finish no task.
- Read the task again afterwards, and plan from what it says then.`;
}

/** Phase 1 in a parallel worker, whose queue file is a copy. */
export const NO_TASK_REFRESH = `## The task's record

Do not edit the queue file in this run. Use the task's record as evidence only; what you find out belongs into the plan.`;

/** From the second iteration on. */
export function iterationContext(index: number, count: number): string {
  if (index <= 1) return "";
  return `## Pass ${index} of ${count}

Earlier passes have worked on this task here. What they left is evidence, not proof.

- The work tree is not clean, and that is expected.
- Look for regressions they brought in, and fix them.
- Simplify or harden the code that was touched.
- Reuse the path of the existing plan for a new one.
- Report the risks that remain.`;
}

/** In every iteration but the last. */
export function iterationCompletion(taskId: string): string {
  return `## Another pass follows

Do not finish ${taskId} in this pass: leave its status \`doing\`. \`cueloop task reject\` is only for a task that should not be done at all. Do not stash and do not revert the work; the next pass goes on from it.`;
}

/** Phase 3: who completes the task, and what the reviewer still owes. */
export function reviewGuidance(taskId: string, isFinal: boolean): string {
  const owed =
    "Resolve the risks, bugs, missing tests and leads that lie within the task. When a lead turns out to be none, justify that in a sentence.";
  return isFinal
    ? `## Completing the task\n\nThe status of ${taskId} is \`doing\` already and stays so: CueLoop archives the task after the gate. ${owed}`
    : `## Not the last pass\n\nThe status of ${taskId} is \`doing\` and stays so, and nothing is recorded as done in this pass. ${owed} Sum up the evidence and the next steps for the pass that follows.`;
}

/** In place of phase 2's answer when none was kept. */
export const NO_PHASE2_RESPONSE = "(The answer of phase 2 is not available. Judge by the work tree.)";

/** The remark of the person who started the run, verbatim; empty without one. */
export function personMessage(message: string | null): string {
  if (message === null || message.trim() === "") return "";
  return `## A message from the person who started this run

It goes before the plan and before earlier advice, but never before the rules on bookkeeping.

${message}`;
}
