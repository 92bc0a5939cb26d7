import type { Log } from "../../base/context.ts";
import { listProfiles, summariseProfile } from "../../config/profiles.ts";
import { type LoadedRepo, loadRepo } from "../../config/resolve.ts";
import { readBooks } from "../../queue/store/read.ts";
import { listSnapshots } from "../../queue/store/undo.ts";
import type { Candidate, Lookup, Named } from "../../ui/completion/candidates.ts";
import { isPlainWord } from "../../ui/completion/plain-word.ts";
import { sanitiseLine } from "../../ui/sanitise.ts";
import type { Session } from "../frame/session.ts";

const SILENT: Log = { error() {}, warn() {}, info() {}, debug() {} };

/** What a word may become by what the repository holds; nothing where it cannot be read. Reads only, and says nothing. */
export async function lookUp(session: Session, { named, partial, prefix }: Lookup): Promise<readonly Candidate[]> {
  try {
    const repo = await loadRepo({ ...session.context, log: SILENT }, { kind: "read", insideRun: null });
    return namesIn(repo, named)
      .filter(({ value }) => isPlainWord(value) && value.startsWith(partial))
      .map(({ value, description }) => ({ value: `${prefix}${value}`, description: sanitiseLine(description).trim() }));
  } catch {
    return [];
  }
}

function namesIn(repo: LoadedRepo, named: Named): readonly Candidate[] {
  if (named === "profile")
    return listProfiles(repo.config).map(({ name, patch }) => ({ value: name, description: summariseProfile(patch) }));
  if (named === "snapshot") return listSnapshots(repo).map(({ id, operation }) => ({ value: id, description: operation }));
  const { queue, done } = readBooks(repo, "unchecked");
  const tasks = named === "task" ? [...queue.tasks, ...done.tasks] : queue.tasks;
  if (named !== "tag") return tasks.map((task) => ({ value: task.id.trim(), description: task.title }));
  const tags = new Set(tasks.flatMap((task) => task.tags.map((tag) => tag.trim())));
  return [...tags].sort().map((value) => ({ value, description: "" }));
}
