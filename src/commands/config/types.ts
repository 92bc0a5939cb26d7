import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Command, Option } from "clipanion";
import { ensureDirectory, writeAtomic } from "../../base/files.ts";
import { findRoot, RUNTIME_DIR } from "../../config/paths.ts";
import { BaseCommand, type ExitCode } from "../base.ts";
import { embeddedText } from "../programs/embedded.ts";
import type { Session } from "../session.ts";

/** For an editor alone: nothing here takes part when the configuration is loaded. */
const TSCONFIG = {
  compilerOptions: {
    target: "ESNext",
    module: "Preserve",
    moduleResolution: "bundler",
    lib: ["ESNext", "DOM"],
    types: [],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
  },
  include: ["**/*.ts", `${RUNTIME_DIR}/cueloop.d.ts`],
};

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
    const text = embeddedText("cueloop.d.ts");
    if (!this.write) {
      await session.print(text);
      return 0;
    }
    const root = findRoot(session.context.cwd);
    const file = join(root, RUNTIME_DIR, "cueloop.d.ts");
    ensureDirectory(join(root, RUNTIME_DIR));
    writeAtomic(file, text);
    await session.print(`Written: ${relative(root, file)}`);
    const config = join(root, "tsconfig.json");
    if (!existsSync(config)) {
      writeAtomic(config, `${JSON.stringify(TSCONFIG, null, 2)}\n`);
      await session.print("Written: tsconfig.json");
    } else if (!readFileSync(config, "utf8").includes("cueloop.d.ts")) {
      await session.print(
        `tsconfig.json is yours: add "${RUNTIME_DIR}/cueloop.d.ts" to its \`include\`, which leaves out directories with a dot.`,
      );
    }
    return 0;
  }
}
