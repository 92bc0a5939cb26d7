import { Command, Option } from "clipanion";
import { findProfile } from "../../../config/profiles.ts";
import { printedPatch } from "../../../config/show/document.ts";
import { toYaml } from "../../../config/show/yaml.ts";
import { BaseCommand, type ExitCode } from "../../frame/base.ts";
import { showRepo } from "../../frame/repo.ts";
import type { Session } from "../../frame/session.ts";

export default class ConfigProfilesShowCommand extends BaseCommand {
  static override paths = [["config", "profiles", "show"]];
  static override readonly kind = "read";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Config",
    description: "Show what a profile sets.",
    details: "What it does not set is null.",
    examples: [["A built-in profile", "cueloop config profiles show safe"]],
  });

  name = Option.String({ name: "NAME" });
  showSecrets = Option.Boolean("--show-secrets", false, { description: "Print the webhook's secret." });

  override async run(session: Session): Promise<ExitCode> {
    const repo = await showRepo(session);
    const profile = findProfile(repo.config, this.name);
    const heading = [`Profile: ${profile.name}`, ...(profile.source === "config" ? ["Source: config"] : [])];
    await session.print(`${heading.join("\n")}\n\n${toYaml(printedPatch(profile.patch, { showSecrets: this.showSecrets }))}`);
    return 0;
  }
}
