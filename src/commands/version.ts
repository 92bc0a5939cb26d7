import { Command } from "clipanion";
import { build, version } from "../version.ts";
import { BaseCommand, type ExitCode } from "./frame/base.ts";
import type { Session } from "./frame/session.ts";

export default class VersionCommand extends BaseCommand {
  static override paths = [["version"]];
  static override readonly kind = "none";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Setup",
    description: "Show the version.",
    examples: [
      ["The version", "cueloop version"],
      ["With commit and date of the build", "cueloop version --verbose"],
    ],
  });

  override async run(session: Session): Promise<ExitCode> {
    const lines = [`cueloop ${version}`];
    if (this.globals.verbose) {
      lines.push("", "Build Info:");
      if (build.commit !== null) lines.push(`  Git commit: ${build.commit}`);
      if (build.date !== null) lines.push(`  Build date: ${build.date}`);
    }
    await session.print(lines.join("\n"));
    return 0;
  }
}
