import { join } from "node:path";
import { formatTimestamp } from "../../../base/clock.ts";
import { messageOf } from "../../../base/errors.ts";
import { writeAtomic } from "../../../base/files.ts";
import { type HandOff, intentOf } from "../../../prompts/hand-off.ts";
import type { RunContext } from "../../../run/context.ts";
import type { Failure } from "./failure.ts";

const RULES = [
  "The finished task leaves the queue file.",
  "The finished task stands in the done file.",
  "What other workers wrote stays as it is.",
  "The metadata of tasks is kept.",
];
const OUTPUT_CHARACTERS = 20_000;

/**
 * Writes `.cueloop/cache/parallel/handoffs/<TASK_ID>/attempt_<n>.json` of the worktree: a failed attempt for people and
 * tools; nothing reads it back. Failing to write only warns.
 */
export function writePacket(context: RunContext, handOff: HandOff, failure: Failure): void {
  const { task, attempt } = handOff;
  const path = join(context.runtimeDir, "cache", "parallel", "handoffs", task.id, `attempt_${attempt}.json`);
  const packet = {
    task_id: task.id,
    task_title: task.title,
    target_branch: handOff.target,
    attempt,
    max_attempts: handOff.maxAttempts,
    conflict_files: failure.kind === "conflict" ? failure.files : [],
    git_status: handOff.status.trimEnd(),
    phase_summary: handOff.phaseSummary,
    task_intent: intentOf(task),
    ...(failure.kind === "gate"
      ? {
          ci_context: {
            command: handOff.gate ?? "",
            last_output: context.redact(`${failure.result.stdout}${failure.result.stderr}`.slice(-OUTPUT_CHARACTERS)),
            exit_code: failure.result.exitCode ?? -1,
          },
        }
      : {}),
    generated_at: formatTimestamp(context.clock.now()),
    queue_done_rules: { rules: RULES },
  };
  try {
    writeAtomic(path, `${JSON.stringify(packet, null, 2)}\n`);
  } catch (error) {
    context.emit({ kind: "warning", task_id: task.id, message: `The hand-off packet was not written: ${messageOf(error)}` });
  }
}
