import { Command } from "clipanion";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import type { Session } from "../frame/session.ts";

export default class ConfigSchemaCommand extends BaseCommand {
  static override paths = [["config", "schema"]];
  static override readonly kind = "none";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Config",
    description: "Print the JSON Schema of config.jsonc.",
    details: "For editors and for checks in CI. Works where the configuration itself does not.",
    examples: [["Keep it beside the repository", "cueloop config schema > config.schema.json"]],
  });

  override async run(session: Session): Promise<ExitCode> {
    const { configJsonSchema } = await import("../../config/json-schema.ts");
    await session.printJson(configJsonSchema());
    return 0;
  }
}
