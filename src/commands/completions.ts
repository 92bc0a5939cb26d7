import { Command, Option } from "clipanion";
import { completionScript, SHELLS } from "../ui/completion/scripts.ts";
import { BaseCommand, type ExitCode } from "./frame/base.ts";
import type { Session } from "./frame/session.ts";
import { oneOf } from "./line/usage.ts";

export default class CompletionsCommand extends BaseCommand {
  static override paths = [["completions"]];
  static override readonly kind = "none";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Setup",
    description: "Print the completion script for a shell.",
    details:
      "The script asks the executable what may be typed, so it stays right when the executable changes. It also offers task ids, tags, profiles, snapshots and the own commands of the repository at hand. It never writes, and runs nothing of the repository.",
    examples: [
      ["Complete in this bash", 'eval "$(cueloop completions bash)"'],
      ["Complete in every fish", "cueloop completions fish > ~/.config/fish/completions/cueloop.fish"],
    ],
  });

  shell = Option.String({ name: "bash|zsh|fish|powershell|elvish" });

  override async run(session: Session): Promise<ExitCode> {
    await session.print(completionScript(oneOf("completions", this.shell, SHELLS)));
    return 0;
  }
}
