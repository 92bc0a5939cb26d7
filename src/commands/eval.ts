import { join } from "node:path";
import { Command, Option } from "clipanion";
import { definitions } from "../runtime/load/definitions.ts";
import type { Program } from "../runtime/script/program.ts";
import { sanitise } from "../ui/sanitise.ts";
import { BaseCommand, type ExitCode } from "./frame/base.ts";
import { requireOutsideRun } from "./frame/repo.ts";
import type { Session } from "./frame/session.ts";
import { oneOf, usageProblem } from "./line/usage.ts";
import { runProgram } from "./programs/run-program.ts";

export default class EvalCommand extends BaseCommand {
  static override paths = [["eval"]];
  static override readonly kind = "none";
  static override usage = Command.Usage({
    category: "Scripts",
    description: "Evaluate a line of TypeScript and print what it comes to.",
    details:
      'Everything of the module "cueloop" is in scope, and `queue` is the queue of this repository. `await` may stand anywhere; a promise is waited for.',
    examples: [
      ["The title of the next task", "cueloop eval '(await queue.next())?.title'"],
      ["As JSON", "cueloop eval --format json 'queue.tasks({ tags: [\"api\"] })'"],
    ],
  });

  code = Option.String({ name: "EXPR" });
  format = Option.String("--format", "text", { description: "text|json: How to print the result, text by default." });
  debug = Option.Boolean("--debug", false, { description: "Show frames of CueLoop's own when it fails." });

  override async run(session: Session): Promise<ExitCode> {
    const format = oneOf("--format", this.format, ["text", "json"]);
    if (this.code.trim() === "") throw usageProblem("an expression is needed.");
    requireOutsideRun(session);
    const program = programOf(this.code, session.context.cwd);
    return runProgram(session, { program, argv: [], debug: this.debug }, async (exports) => {
      const value: unknown = typeof exports === "object" && exports !== null && "default" in exports ? await exports.default : undefined;
      if (format === "json") await session.printJson(value ?? null);
      else if (value !== undefined) await session.print(sanitise(typeof value === "string" ? value : Bun.inspect(value, { depth: 8 })));
    });
  }
}

/** The expression as a module; statements are run as they are, and come to nothing. */
function programOf(source: string, cwd: string): Program {
  const names = [...Object.keys(definitions), "openQueue", "runTask", "runLoop"];
  const imports = `import { ${names.join(", ")} } from "cueloop"; const queue = openQueue();`;
  const asExpression = `export default (\n${source.replace(/[\s;]+$/, "")}\n);`;
  const module = canBeRead(asExpression) ? `${imports} ${asExpression}` : `${imports}\n${source}\n`;
  return { file: join(cwd, "[eval].ts"), given: { source, module, preamble: 1 }, what: "The expression" };
}

function canBeRead(module: string): boolean {
  try {
    new Bun.Transpiler({ loader: "ts" }).transformSync(module);
    return true;
  } catch {
    return false;
  }
}
