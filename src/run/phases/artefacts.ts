import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { CueLoopError } from "../../base/errors.ts";
import { readTextIfExists, sha256, writeAtomic } from "../../base/files.ts";
import type { RepoContext } from "../../config/context.ts";
import { planPath } from "../../prompts/phase-prompt.ts";
import type { Artefact } from "../resume/restart.ts";

type Place = Pick<RepoContext, "runtimeDir">;

const planFile = (context: Place, taskId: string) => join(context.runtimeDir, "cache", "plans", `${taskId}.md`);
const responseFile = (context: Place, taskId: string) => join(context.runtimeDir, "cache", "phase2_final", `${taskId}.md`);

/** What stands in for an answer that the agent did not give. */
const NO_RESPONSE = "(The agent's last message of the implementation could not be read from its output.)";

/** The plan of a task. Errors: `run.plan_missing`. */
export function readPlan(context: Place, taskId: string): string {
  const text = readTextIfExists(planFile(context, taskId));
  if (text !== null && text.trim() !== "") return text;
  throw new CueLoopError("run.plan_missing", {
    message: `The planning of ${taskId} left ${text === null ? "no plan" : "an empty plan"} at ${planPath(taskId)}.`,
    hint: `${taskId} stays \`doing\`; start it again, or with \`--phases 1\` to work it without a plan.`,
    where: { taskId, file: planPath(taskId) },
  });
}

/** What is kept for later phases, as an interrupted task's restart weighs it. */
export function artefactsOf(context: Place, taskId: string): { readonly plan: Artefact | null; readonly response: Artefact | null } {
  const plan = readTextIfExists(planFile(context, taskId)) ?? "";
  return {
    plan: plan.trim() === "" ? null : artefact(planFile(context, taskId), plan),
    response: artefact(responseFile(context, taskId), readResponse(context, taskId)),
  };
}

function artefact(path: string, text: string | null): Artefact | null {
  return text === null ? null : { sha256: sha256(text), writtenAt: statSync(path, { bigint: true }).mtimeNs };
}

/** Keeps the implementation's last message for the review. */
export function writeResponse(context: Place, taskId: string, finalText: string | null): string {
  const text = finalText?.trim() || NO_RESPONSE;
  writeAtomic(responseFile(context, taskId), `${text}\n`);
  return text;
}

/** The implementation's last message, or null when none was kept. */
export function readResponse(context: Place, taskId: string): string | null {
  const text = readTextIfExists(responseFile(context, taskId))?.trim() ?? "";
  return text === "" ? null : text;
}

/** Removes a response that is not the one of the present iteration. */
export function removeResponse(context: Place, taskId: string): void {
  rmSync(responseFile(context, taskId), { force: true });
}

/** Removes plan and response: the task is finished, or starts anew. */
export function removeArtefacts(context: Place, taskId: string): void {
  rmSync(planFile(context, taskId), { force: true });
  rmSync(responseFile(context, taskId), { force: true });
}
