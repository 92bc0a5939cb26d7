import { Command, Option } from "clipanion";
import type { LoadedRepo } from "../../config/resolve.ts";
import { printedConfig } from "../../config/show/document.ts";
import { toYaml } from "../../config/show/yaml.ts";
import { sanitise } from "../../ui/sanitise.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { showRepo } from "../frame/repo.ts";
import type { Session } from "../frame/session.ts";
import { oneOf } from "../line/usage.ts";

export default class ConfigShowCommand extends BaseCommand {
  static override paths = [["config", "show"]];
  static override readonly kind = "read";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Config",
    description: "Show the configuration that holds here.",
    details: "The built-in defaults with your own file and this repository's over them. Profiles and flags are not applied.",
    examples: [
      ["As YAML", "cueloop config show"],
      ["As JSON, for a program", "cueloop config show --format json"],
      ["Which layer set what", "cueloop config show --origin"],
    ],
  });

  format = Option.String("--format", "yaml", { description: "yaml|json: How to print, yaml by default." });
  origin = Option.Boolean("--origin", false, {
    description: "Print each setting with the layer that set it: default, global, project or ts.",
  });
  showSecrets = Option.Boolean("--show-secrets", false, { description: "Print the webhook's secret." });

  override async run(session: Session): Promise<ExitCode> {
    const format = oneOf("--format", this.format, ["yaml", "json", "text", "yml"]);
    const repo = await showRepo(session);
    if (this.origin) return this.#printOrigins(session, repo, format === "json");
    const document = printedConfig(repo.config, { showSecrets: this.showSecrets });
    if (format === "json") await session.printJson(document);
    else await session.print(toYaml(document));
    return 0;
  }

  async #printOrigins(session: Session, repo: LoadedRepo, asJson: boolean): Promise<ExitCode> {
    const { codeLeaves, leavesWithOrigin } = await import("../../config/show/origins.ts");
    const leaves = [...leavesWithOrigin(repo.config, repo.provenance, { showSecrets: this.showSecrets }), ...codeLeaves(repo.code)];
    if (asJson) await session.printJson(leaves);
    else await session.print(sanitise(leaves.map(({ path, value, origin }) => `${path}: ${JSON.stringify(value)} (${origin})`).join("\n")));
    return 0;
  }
}
