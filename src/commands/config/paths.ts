import { Command } from "clipanion";
import { hasCodeFile } from "../../config/code-file.ts";
import { globalConfigPath, projectConfigPath } from "../../config/paths.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openRepo } from "../frame/repo.ts";
import type { Session } from "../frame/session.ts";

export default class ConfigPathsCommand extends BaseCommand {
  static override paths = [["config", "paths"]];
  static override readonly kind = "read";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Config",
    description: "Show where the queue and the configuration are.",
    details: "The paths are printed whether the files exist or not.",
    examples: [["The repository's root, the queue files, the configuration files", "cueloop config paths"]],
  });

  override async run(session: Session): Promise<ExitCode> {
    const repo = await openRepo(session);
    const lines = [
      `repo_root: ${repo.root}`,
      `queue: ${repo.queuePath}`,
      `done: ${repo.donePath}`,
      `global_config: ${globalConfigPath(repo.env) ?? "(unavailable)"}`,
      `project_config: ${projectConfigPath(repo.root)}`,
    ];
    if (hasCodeFile(repo.root)) {
      const { codeStateFor } = await import("../frame/code-layer.ts");
      const { path, status } = await codeStateFor(session, repo.root);
      lines.push(`ts_config: ${path} (${status})`);
    }
    await session.print(lines.join("\n"));
    return 0;
  }
}
