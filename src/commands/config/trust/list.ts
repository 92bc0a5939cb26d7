import { existsSync } from "node:fs";
import { Command } from "clipanion";
import { causeChain } from "../../../base/errors.ts";
import { readAllRecords } from "../../../config/trust/store.ts";
import { sanitiseLine } from "../../../ui/sanitise.ts";
import { BaseCommand, type ExitCode } from "../../frame/base.ts";
import type { Session } from "../../frame/session.ts";

export default class ConfigTrustListCommand extends BaseCommand {
  static override paths = [["config", "trust", "list"]];
  static override readonly kind = "read";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Config",
    description: "List the repositories you decided about.",
    examples: [["All of them", "cueloop config trust list"]],
  });

  override async run(session: Session): Promise<ExitCode> {
    const { records, problems } = readAllRecords(session.context);
    for (const problem of problems) session.context.log.warn(causeChain(problem).join(": "));
    const lines = records.map(({ record: { repo, decisions, data } }) => {
      const allowed = decisions.filter(({ decision }) => decision === "allow").length;
      const counts = `settings trusted ${data.length}, code allowed ${allowed}, denied ${decisions.length - allowed}`;
      return `${sanitiseLine(repo.root)}: ${counts}${existsSync(repo.root) ? "" : " (gone)"}`;
    });
    await session.print(lines.length === 0 ? "You decided about no repository yet." : lines.join("\n"));
    return 0;
  }
}
