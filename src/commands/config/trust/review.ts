import { Command } from "clipanion";
import { findRoot } from "../../../config/resolve.ts";
import { sanitise } from "../../../ui/sanitise.ts";
import { BaseCommand, type ExitCode } from "../../frame/base.ts";
import type { Session } from "../../frame/session.ts";
import { codeReview, dataReview, readGates } from "./gates.ts";

export default class ConfigTrustReviewCommand extends BaseCommand {
  static override paths = [["config", "trust", "review"]];
  static override readonly kind = "read";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Config",
    description: "Show what you would agree to by trusting this repository.",
    details:
      "The settings that start programs, and the files that cueloop.config.ts consists of, with what changed since you last agreed. Nothing of it runs. Trust is consent to code you have read, not a sandbox.",
    examples: [["Before `config trust allow`", "cueloop config trust review"]],
  });

  override async run(session: Session): Promise<ExitCode> {
    const gates = await readGates(session, findRoot(session.context.cwd));
    await session.print(sanitise([...dataReview(gates), "", ...codeReview(session, gates)].join("\n")));
    return 0;
  }
}
