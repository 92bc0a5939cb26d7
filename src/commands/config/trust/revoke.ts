import { Command } from "clipanion";
import { findRoot } from "../../../config/resolve.ts";
import { withdrawTrust } from "../../../config/trust/trust-file.ts";
import { forgetConsents } from "../../../runtime/trust/decide.ts";
import { BaseCommand, type ExitCode } from "../../frame/base.ts";
import type { Session } from "../../frame/session.ts";
import { requirePerson } from "./person.ts";

export default class ConfigTrustRevokeCommand extends BaseCommand {
  static override paths = [["config", "trust", "revoke"]];
  static override readonly kind = "write";
  static override usage = Command.Usage({
    category: "Config",
    description: "Take back all trust in this repository.",
    details: "Its settings and its code are asked about again. What you denied stays denied.",
    examples: [["Ask me again", "cueloop config trust revoke"]],
  });

  override async run(session: Session): Promise<ExitCode> {
    const root = findRoot(session.context.cwd);
    requirePerson(session, root);
    withdrawTrust(root);
    const unusable = await forgetConsents(session.context, root);
    if (unusable !== null)
      session.context.log.warn(`What you agreed to cannot be forgotten, and counts for nothing as long as ${unusable}.`);
    await session.note(`trust: revoked for ${root}`);
    return 0;
  }
}
