import { existsSync } from "node:fs";
import { Command } from "clipanion";
import { causeChain } from "../../../base/errors.ts";
import { findRoot } from "../../../config/resolve.ts";
import { readAllRecords, removeRecord } from "../../../config/trust/store.ts";
import { sanitiseLine } from "../../../ui/sanitise.ts";
import { BaseCommand, type ExitCode } from "../../frame/base.ts";
import type { Session } from "../../frame/session.ts";
import { requirePerson } from "./person.ts";

export default class ConfigTrustPruneCommand extends BaseCommand {
  static override paths = [["config", "trust", "prune"]];
  static override readonly kind = "write";
  static override usage = Command.Usage({
    category: "Config",
    description: "Forget decisions about repositories that are gone.",
    examples: [["Clear away", "cueloop config trust prune"]],
  });

  override async run(session: Session): Promise<ExitCode> {
    requirePerson(session, findRoot(session.context.cwd));
    const isGone = ({ root, git_common_dir }: { root: string; git_common_dir: string | null }) =>
      !existsSync(root) && (git_common_dir === null || !existsSync(git_common_dir));
    const { records, problems } = readAllRecords(session.context);
    for (const problem of problems) session.context.log.warn(causeChain(problem).join(": "));
    const gone = records.filter(({ record }) => isGone(record.repo));
    for (const { file, record } of gone) {
      removeRecord(file);
      await session.note(`trust: forgotten ${sanitiseLine(record.repo.root)}`);
    }
    if (gone.length === 0) await session.note("Every repository you decided about is still there.");
    return 0;
  }
}
