import { gitOk } from "../../git/run.ts";
import { findTask } from "../../queue/books.ts";
import { readBooks } from "../../queue/store/read.ts";
import type { Task } from "../../queue/task.ts";
import { readTaskFile } from "../files/task-file.ts";
import type { Landing } from "./landing.ts";

/** Asks the hook `beforeIntegrate` about work that stands on the target's tip; why it must not be brought in, or null. */
export async function askBeforeIntegrate(
  landing: Landing,
  { base, work }: { readonly base: string; readonly work: string },
): Promise<string | null> {
  const { run, branch, result } = landing;
  const { hooks } = run.context;
  if (result.outcome === "rejected" || !hooks.has("beforeIntegrate")) return null;
  const task = taskOf(landing);
  if (task === null) return null;
  return hooks.beforeIntegrate({
    task,
    branch,
    target: run.target.branch,
    tip: work,
    commits: await commitsOf(landing, `${base}..${work}`),
  });
}

function taskOf({ run: { context }, taskId }: Landing): Task | null {
  return readTaskFile(context.runtimeDir, taskId) ?? findTask(readBooks(context, "lenient"), taskId)?.task ?? null;
}

async function commitsOf({ worktree }: Landing, range: string): Promise<{ readonly commit: string; readonly subject: string }[]> {
  const text = await gitOk(worktree, ["log", "-z", "--reverse", "--format=%H %s", range, "--"]);
  return text.split("\0").flatMap((line) => {
    const [commit = "", ...subject] = line.split(" ");
    return commit === "" ? [] : [{ commit, subject: subject.join(" ") }];
  });
}
