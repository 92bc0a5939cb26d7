import { Command } from "clipanion";
import { CueLoopError } from "../../../base/errors.ts";
import { findRoot } from "../../../config/resolve.ts";
import { recordDecision } from "../../../runtime/trust/decide.ts";
import { BaseCommand, type ExitCode } from "../../frame/base.ts";
import { codeStateFor } from "../../frame/code-layer.ts";
import type { Session } from "../../frame/session.ts";
import { requirePerson } from "./person.ts";

export default class ConfigTrustDenyCommand extends BaseCommand {
  static override paths = [["config", "trust", "deny"]];
  static override readonly kind = "write";
  static override usage = Command.Usage({
    category: "Config",
    description: "Say no to cueloop.config.ts as it is now.",
    details:
      "Commands that would run it refuse and say that you denied it; on a terminal they ask once more. Other content is another question.",
    examples: [["After reading it", "cueloop config trust deny"]],
  });

  override async run(session: Session): Promise<ExitCode> {
    const root = findRoot(session.context.cwd);
    requirePerson(session, root);
    const { closure, problem, path } = await codeStateFor(session, root);
    if (problem !== null) throw problem;
    if (closure === null) throw new CueLoopError("config.trust_absent", { message: `There is no ${path}, so there is nothing to deny.` });
    const { stdin, stderr } = session.options.isTerminal;
    await recordDecision(session.context, root, closure, { decision: "deny", via: stdin && stderr ? "prompt" : "flag" });
    await session.note(`trust: the code is denied (${path})`);
    return 0;
  }
}
