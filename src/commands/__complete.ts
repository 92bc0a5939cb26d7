import { Option } from "clipanion";
import { completionCandidates } from "../ui/completion/candidates.ts";
import definitions from "./definitions.json" with { type: "json" };
import { BaseCommand, type ExitCode } from "./frame/base.ts";
import type { Session } from "./frame/session.ts";
import { registry } from "./registry.ts";

/**
 * Answers the completion scripts: `cueloop __complete -- WORDS…`, one candidate
 * a line with its description behind a tab, `:files` where a path is due.
 * Reads the table built in, and the repository only for what is named there
 * (tasks, tags, profiles, snapshots, commands of its own); stays silent whatever happens.
 */
export default class CompleteCommand extends BaseCommand {
  static override paths = [["__complete"]];
  static override readonly kind = "none";
  static override readonly insideRun = true;
  static override readonly hidden = true;

  words = Option.Rest({ name: "WORD" });

  override async run(session: Session): Promise<ExitCode> {
    const builtIn = definitions
      .map(({ path, usage, description, options }) => ({
        path: path.replace(/^cueloop /, ""),
        usage,
        summary: description.trim(),
        options,
      }))
      .filter(({ path }) => registry[path]?.hidden === false);
    const first = this.words.find((word) => !word.startsWith("-")) ?? "";
    const isBuiltIn = this.words.length > 1 && builtIn.some(({ path }) => path === first || path.startsWith(`${first} `));
    const commands = isBuiltIn ? builtIn : [...builtIn, ...(await (await import("./completion/own.ts")).ownCompletions(session))];
    const { candidates: fixed, files, lookup } = completionCandidates(commands, this.words);
    const candidates = lookup === undefined ? fixed : await (await import("./completion/lookup.ts")).lookUp(session, lookup);
    const lines = candidates.map(({ value, description }) => (description === "" ? value : `${value}\t${description}`));
    if (files) lines.push(":files");
    if (lines.length > 0) await session.print(lines.join("\n"));
    return 0;
  }
}
