import { parseTimestamp } from "../../base/clock.ts";
import { listRefs } from "../../git/refs/refs.ts";
import { type GitContext, gitOk } from "../../git/run.ts";
import { SALVAGE_PREFIX } from "../worktree/names.ts";
import { SALVAGE_TRAILER } from "../worktree/salvage.ts";

/** A ref that keeps unfinished work of a task. */
export interface Salvaged {
  readonly taskId: string;
  readonly ref: string;
  /** RFC 3339, UTC; from the ref's name. */
  readonly createdAt: string;
  readonly commit: string;
}

const NAME = /^(?<task>.+)\/(?<day>\d{4}-\d\d-\d\d)T(?<hour>\d\d)-(?<minute>\d\d)-(?<second>\d\d)-(?<fraction>\d+)Z(?:-\d+)?$/;

/** Every salvage ref of the repository, of one task where one is given; the newest first. */
export async function listSalvaged(ctx: GitContext, taskId?: string): Promise<Salvaged[]> {
  const refs = await listRefs(ctx, taskId === undefined ? SALVAGE_PREFIX : `${SALVAGE_PREFIX}${taskId}/`);
  const found = refs.flatMap(({ name, object }) => {
    const parts = NAME.exec(name.slice(SALVAGE_PREFIX.length))?.groups;
    if (parts === undefined) return [];
    const createdAt = `${parts["day"]}T${parts["hour"]}:${parts["minute"]}:${parts["second"]}.${parts["fraction"]}Z`;
    return parseTimestamp(createdAt) === null ? [] : [{ taskId: parts["task"] ?? "", ref: name, createdAt, commit: object }];
  });
  return found.sort((a, b) => (a.createdAt === b.createdAt ? (a.ref < b.ref ? 1 : -1) : a.createdAt < b.createdAt ? 1 : -1));
}

/** What was committed of a salvaged state: its first parent where a commit of ours with the uncommitted files is on top, else itself. */
export async function committedPart(ctx: GitContext, commit: string): Promise<string> {
  const format = `%P%n%(trailers:key=${SALVAGE_TRAILER},valueonly)`;
  const [parents = "", trailer = ""] = (await gitOk(ctx, ["log", "-1", "--no-show-signature", `--format=${format}`, commit])).split("\n");
  return trailer.trim() === "" ? commit : (parents.split(" ")[0] ?? commit);
}
