import { headCommit } from "./repository.ts";
import { type GitContext, gitOk } from "./run.ts";

export interface TaskCommit {
  readonly commit: string;
  readonly tree: string;
}

/** Commits reachable from HEAD whose message begins with `<ID>:`, newest first. */
export async function taskCommits(ctx: GitContext, id: string): Promise<TaskCommit[]> {
  if ((await headCommit(ctx)) === null) return [];
  const args = ["log", "-z", "--format=%H %T %s", "--fixed-strings", `--grep=${id}:`, "HEAD", "--"];
  return (await gitOk(ctx, args)).split("\0").flatMap((record) => {
    const [commit = "", tree = "", ...subject] = record.split(" ");
    return subject.join(" ").startsWith(`${id}:`) ? [{ commit, tree }] : [];
  });
}
