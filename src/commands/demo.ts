import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { Command, Option } from "clipanion";
import { playDemo } from "../demo/play.ts";
import { BaseCommand, type ExitCode } from "./frame/base.ts";
import { requireOutsideRun } from "./frame/repo.ts";
import type { Session } from "./frame/session.ts";
import { workerCount } from "./line/usage.ts";

export default class DemoCommand extends BaseCommand {
  static override paths = [["demo"]];
  static override readonly kind = "none";
  static override usage = Command.Usage({
    category: "Setup",
    description: "Watch a sample queue being worked to the end.",
    details:
      "Makes a small package with failing tests, adds five tasks and has two workers run a scripted agent over them: real worktrees, real phases, a real gate, real commits. Needs git and nothing else.",
    examples: [
      ["Play it in a temporary directory", "cueloop demo"],
      ["Keep the repository to look around in", "cueloop demo ./cueloop-demo"],
    ],
  });

  directory = Option.String({ name: "DIR", required: false });
  keep = Option.Boolean("--keep", false, { description: "Leave the temporary directory where it is." });
  workers = Option.String("--workers", "2", { description: "Tasks worked at the same time, each in a worktree of its own. Default: 2." });
  runner = Option.String("--runner", { description: "Use this agent instead of the scripted one." });

  override async run(session: Session): Promise<ExitCode> {
    requireOutsideRun(session);
    const workers = workerCount("--workers", this.workers);
    const temporary = this.directory === undefined;
    const directory =
      this.directory === undefined
        ? realpathSync(mkdtempSync(join(tmpdir(), "cueloop-demo-")))
        : resolve(session.context.cwd, this.directory);
    const say = (text: string) => session.print(text);
    const result = await playDemo(session.context, { directory, runner: this.runner ?? null, workers, executable: process.execPath, say });
    const whole = result.proven.length === result.expected;
    if (temporary && !this.keep && whole) rmSync(directory, { recursive: true, force: true });
    else await say(`\nThe repository is ${directory}.`);
    if (!whole) {
      await session.note(`Error: ${result.proven.length} of ${result.expected} tasks are done, gated and committed.`);
      return 1;
    }
    await say(`\nAll ${result.expected} tasks are done: the gate passed on exactly the tree of each commit. With an agent of yours:\n`);
    await say(
      [...pathLine(session), "  cd your-repository && cueloop init", '  cueloop task add "What you want done"', "  cueloop run loop"].join(
        "\n",
      ),
    );
    return 0;
  }
}

/** How to get the executable onto the path, where it is not yet. */
function pathLine(session: Session): string[] {
  const folder = dirname(process.execPath);
  const onPath = (session.context.env["PATH"] ?? "").split(delimiter).includes(folder);
  return onPath ? [] : [`  export PATH="${folder}:$PATH"`];
}
