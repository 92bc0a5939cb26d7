import { Command } from "clipanion";
import { listProfiles, summariseProfile } from "../../../config/profiles.ts";
import { BaseCommand, type ExitCode } from "../../frame/base.ts";
import { showRepo } from "../../frame/repo.ts";
import type { Session } from "../../frame/session.ts";

export default class ConfigProfilesListCommand extends BaseCommand {
  static override paths = [["config", "profiles", "list"]];
  static override readonly kind = "read";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Config",
    description: "List the profiles that --profile takes.",
    examples: [["Built-in and configured profiles with what they set", "cueloop config profiles list"]],
  });

  override async run(session: Session): Promise<ExitCode> {
    const repo = await showRepo(session);
    const lines = listProfiles(repo.config).map(({ name, patch }) => `  ${name} - ${summariseProfile(patch)}`);
    await session.print(["Profiles:", ...lines].join("\n"));
    return 0;
  }
}
