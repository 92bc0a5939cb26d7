import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command, Option } from "clipanion";
import { CueLoopError } from "../base/errors.ts";
import type { Program } from "../runtime/script/program.ts";
import { BaseCommand, type ExitCode } from "./frame/base.ts";
import { requireOutsideRun } from "./frame/repo.ts";
import type { Session } from "./frame/session.ts";
import { usageProblem } from "./line/usage.ts";
import { runProgram } from "./programs/run-program.ts";

export default class ScriptCommand extends BaseCommand {
  static override paths = [["script"]];
  static override readonly kind = "none";
  static override usage = Command.Usage({
    category: "Scripts",
    description: "Run a TypeScript or JavaScript file that uses the queue.",
    details:
      "The file may import \"cueloop\" with nothing installed: `openQueue`, `runTask`, `runLoop` and the rest. What stands behind FILE is the script's own, options too. Its exit code is the script's; 1 when it throws. You named the file, so it needs no trust: it has your rights.",
    examples: [
      ["With arguments of its own", "cueloop script triage.ts --days 30"],
      ["From stdin", "cueloop script - < triage.ts"],
    ],
  });

  debug = Option.Boolean("--debug", false, { description: "Show frames of CueLoop's own when the script fails." });
  words = Option.Rest({ name: "FILE [ARGS]" });

  override async run(session: Session): Promise<ExitCode> {
    const [file, ...argv] = this.words;
    if (file === undefined) throw usageProblem("a file is needed, or `-` for a program on stdin.");
    requireOutsideRun(session);
    session.ranProgram = true;
    const program = file === "-" ? await fromStdin(session) : fromFile(session, file);
    return runProgram(session, { program, argv, debug: this.debug });
  }
}

function fromFile(session: Session, typed: string): Program {
  const file = resolve(session.context.cwd, typed);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (file.includes("?")) {
    throw new CueLoopError("script.name", {
      message: `${file} cannot be run: what follows a \`?\` is no part of a module's name.`,
      hint: "Rename it, or give it to `cueloop script -`.",
    });
  }
  if (stat?.isFile() === true) return { file, given: null, what: `The script ${typed}` };
  throw new CueLoopError("script.not_found", { message: stat === undefined ? `There is no file ${file}.` : `${file} is not a file.` });
}

async function fromStdin(session: Session): Promise<Program> {
  const source = await Bun.stdin.text();
  return { file: join(session.context.cwd, "[stdin].ts"), given: { source, module: source, preamble: 0 }, what: "The script on stdin" };
}
