import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "clipanion";
import { findRoot } from "../config/paths.ts";
import { isBelowGate } from "../run/processes/inside.ts";
import { BaseCommand, type ExitCode } from "./frame/base.ts";
import { requireOutsideRun } from "./frame/repo.ts";
import type { Session } from "./frame/session.ts";
import { embeddedText } from "./programs/embedded.ts";

export default class TestCommand extends BaseCommand {
  static override paths = [["test"]];
  static override readonly kind = "none";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Scripts",
    description: "Run the repository's own tests of its hooks and commands.",
    details:
      'Bun\'s test runner, with the modules "cueloop" and "cueloop/testing" and nothing installed. FILES are paths or parts of them; without any, every *.test.ts below this directory. What stands behind `--` goes to the test runner. Inside a run it works in the gate only.',
    examples: [
      ["Those of the hooks", "cueloop test hooks.test.ts"],
      ["One test of them", "cueloop test hooks.test.ts -- --test-name-pattern ticket"],
    ],
  });

  words = Option.Rest({ name: "FILES" });

  override async run(session: Session): Promise<ExitCode> {
    const { context } = session;
    if (!isBelowGate(context, findRoot(context.cwd))) requireOutsideRun(session);
    const typed = session.options.argv;
    const end = typed.indexOf("--");
    const passed = end < 0 ? [] : typed.slice(end + 1);
    const files = this.words.slice(0, this.words.length - passed.length);
    const directory = mkdtempSync(join(tmpdir(), "cueloop-modules-"));
    try {
      const modules = join(directory, "test-modules.js");
      writeFileSync(modules, embeddedText("test-modules.js"), { mode: 0o600 });
      return await runBun(session, ["test", "--preload", modules, ...passed, ...files]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }
}

/** The executable as Bun itself; signals go to it, and its exit code is ours. */
async function runBun({ context }: Session, argv: readonly string[]): Promise<ExitCode> {
  const child = Bun.spawn([process.execPath, ...argv], {
    cwd: context.cwd,
    env: { ...context.env, BUN_BE_BUN: "1" },
    stdio: ["inherit", "inherit", "inherit"],
  });
  const signals = ["SIGTERM", "SIGHUP"] as const;
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  // Ctrl-C reaches the child by itself; it says when it is over.
  const wait = () => {};
  process.on("SIGINT", wait);
  for (const signal of signals) process.on(signal, pass);
  try {
    return await child.exited;
  } finally {
    process.off("SIGINT", wait);
    for (const signal of signals) process.off(signal, pass);
  }
}
