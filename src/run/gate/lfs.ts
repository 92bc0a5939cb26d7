import { CueLoopError } from "../../base/errors.ts";
import { inspectLfs } from "../../git/state/lfs.ts";
import type { RunContext } from "../context.ts";
import { againHint } from "../errors.ts";
import type { Job } from "../job.ts";

/**
 * Looks at the files that Git LFS keeps before the gate does; where LFS is not used, nothing happens. What is
 * wrong is a warning, with `--lfs-check` the error `run.lfs_check`.
 */
export async function checkLfs(context: RunContext, job: Job): Promise<void> {
  const report = await inspectLfs(context);
  if (report === null) return;
  const id = job.task.id;
  const [first] = report.findings;
  if (job.run.lfsCheck && first !== undefined) {
    throw new CueLoopError("run.lfs_check", {
      message: [`Git LFS would not keep the work of ${id} as it should:`, ...report.findings.map((finding) => `- ${finding}`)].join("\n"),
      hint: `Put that in order, or run without --lfs-check.\n${againHint(id)}`,
      where: { taskId: id },
    });
  }
  const warn = (message: string) => context.emit({ kind: "warning", task_id: id, message: context.redact(message) });
  for (const finding of report.findings) warn(`Git LFS: ${finding}`);
  if (report.modified.length > 0) warn(`Git LFS: the work changes files that LFS keeps: ${shown(report.modified)}.`);
}

function shown(paths: readonly string[]): string {
  return paths.length <= 10 ? paths.join(", ") : `${paths.slice(0, 10).join(", ")} and ${paths.length - 10} more`;
}
