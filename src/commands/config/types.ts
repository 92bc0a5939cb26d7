import { Command, Option } from "clipanion";
import { findRoot } from "../../config/paths.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import type { Session } from "../frame/session.ts";
import { embeddedText } from "../programs/embedded.ts";
import { writeTypes } from "../programs/write-types.ts";

export default class ConfigTypesCommand extends BaseCommand {
  static override paths = [["config", "types"]];
  static override readonly kind = "none";
  static override usage = Command.Usage({
    category: "Config",
    description: "The types of cueloop.config.ts and of scripts, for editors.",
    details:
      'Prints the declarations of the modules "cueloop" and "cueloop/testing". With --write they go to .cueloop/cueloop.d.ts, and a tsconfig.json that names them to the root where there is none, so that an editor knows everything with nothing installed. Write them again after an update of CueLoop.',
    examples: [["For the editor", "cueloop config types --write"]],
  });

  write = Option.Boolean("--write", false, { description: "Write .cueloop/cueloop.d.ts, and tsconfig.json where there is none." });

  override async run(session: Session): Promise<ExitCode> {
    if (!this.write) {
      await session.print(embeddedText("cueloop.d.ts"));
      return 0;
    }
    const { written, advice } = writeTypes(findRoot(session.context.cwd));
    for (const path of written) await session.print(`Written: ${path}`);
    if (advice !== null) await session.print(advice);
    return 0;
  }
}
