import { join, relative } from "node:path";
import { Command, Option } from "clipanion";
import { CueLoopError, isCueLoopError } from "../base/errors.ts";
import { readTextIfExists } from "../base/files.ts";
import type { LoadedRepo } from "../config/resolve.ts";
import { commitPaths } from "../git/commit.ts";
import { isIgnored, isWorkTree } from "../git/repository.ts";
import { readStatus } from "../git/state/status.ts";
import { isOnPath } from "../setup/detect.ts";
import { guideState, isGuideNamed } from "../setup/guide.ts";
import { initialise } from "../setup/initialise.ts";
import { BaseCommand, type ExitCode } from "./frame/base.ts";
import { openRepo } from "./frame/repo.ts";
import type { Session } from "./frame/session.ts";

export default class InitCommand extends BaseCommand {
  static override paths = [["init"]];
  static override readonly kind = "write";
  static override usage = Command.Usage({
    category: "Setup",
    description: "Set a repository up for CueLoop.",
    details:
      "Makes the queue, the configuration and what git should ignore. On a terminal it asks for the agent, the command that must pass, and whether to commit. What is there and valid stays as it is.",
    examples: [
      ["Answer the questions", "cueloop init"],
      ["Take the defaults, for scripts", "cueloop init --non-interactive"],
      ["With configuration in TypeScript", "cueloop init --with-config"],
      ["See whether the generated guide is up to date", "cueloop init --check"],
    ],
  });

  interactive = Option.Boolean("-i,--interactive", false, { description: "Ask even where that would not be the default." });
  nonInteractive = Option.Boolean("--non-interactive", false, { description: "Ask nothing." });
  check = Option.Boolean("--check", false, { description: "Write nothing; exit 1 when the guide is missing or outdated." });
  commit = Option.Boolean("--commit", false, { description: "Commit what was written." });
  withConfig = Option.Boolean("--with-config", false, { description: "Write a cueloop.config.ts to begin with and its types, too." });
  trust = Option.Boolean("--trust,--trust-project-commands", false, { hidden: true });

  override async run(session: Session): Promise<ExitCode> {
    if (this.interactive && this.nonInteractive) {
      throw new CueLoopError("usage", { message: "--interactive and --non-interactive exclude each other." });
    }
    if (this.check && this.withConfig) {
      throw new CueLoopError("usage", { message: "--check writes nothing, and --with-config is there to write." });
    }
    const starter = this.withConfig ? await import("./programs/starter.ts") : null;
    starter?.requireStarter(session);
    const ownForce = session.options.argv.lastIndexOf("--force") > session.options.argv.indexOf("init");
    const repo = await openRepo(session, { init: !this.check, replaceConfig: ownForce });
    if (this.check) return this.#check(session, repo);
    const { stdin, stdout } = session.options.isTerminal;
    const terminal = stdin && stdout;
    if (this.interactive && !terminal) {
      throw new CueLoopError("init.no_terminal", {
        message: "The questions need a terminal on standard input and output.",
        hint: "Use --non-interactive.",
      });
    }
    const asks = terminal && !this.nonInteractive;
    return this.#initialise(session, repo, { asks, ownForce, writeStarter: starter?.writeStarter ?? null });
  }

  async #initialise(session: Session, repo: LoadedRepo, { asks, ownForce, writeStarter }: Way): Promise<ExitCode> {
    const fresh = ownForce || readTextIfExists(join(repo.runtimeDir, "config.jsonc")) === null;
    const git = await gitState(repo);
    const dirtyBefore = git === "work tree" ? await changedPaths(repo) : new Set<string>();
    const choices = asks && fresh ? await (await import("../setup/wizard.ts")).askChoices(repo.root, repo.env["PATH"]) : null;
    const report = await initialise(repo, { force: ownForce, choices });
    const place = asks ? (path: string) => relative(repo.root, path) : (path: string) => path;
    for (const { what, status, path } of report.files) repo.log.info(`${what}: ${status} ${place(path)}`);
    const code = writeStarter === null ? [] : await writeStarter(session, repo.root, place);
    if (this.trust) repo.log.info("--trust is not needed: a configuration written by init is trusted.");
    if (report.configWasThere && !repo.trust.consent) {
      repo.log.info("config.jsonc was there before: read it, then `cueloop config trust init` lets its commands run.");
    }
    if (choices !== null && choices.runner === "codex")
      repo.log.info("Codex works inside its sandbox here (agent.runner_cli.runners.codex.sandbox).");
    if (choices !== null && !isOnPath(choices.runner, repo.env["PATH"])) {
      repo.log.warn(`\`${choices.runner}\` is not on your PATH; a run needs it.`);
    }
    // A question must not be drawn into lines that are still to come.
    await session.flush();
    if (git === "work tree") await this.#commitWritten(repo, [...report.written, ...code], dirtyBefore, asks);
    else repo.log.warn(WITHOUT_GIT[git]);
    if (asks) await session.print('\nNext:\n  cueloop task add "What you want done"\n  cueloop run loop');
    return 0;
  }

  /** Commits exactly what this call wrote; a path with other changes of the person's stays out. */
  async #commitWritten(repo: LoadedRepo, all: readonly string[], dirtyBefore: ReadonlySet<string>, asks: boolean): Promise<void> {
    const ignored = await Promise.all(all.map((path) => isIgnored(repo, path)));
    const written = all.filter((_path, index) => ignored[index] === false);
    const paths = written.filter((path) => !dirtyBefore.has(path));
    for (const path of written.filter((path) => dirtyBefore.has(path)))
      repo.log.info(`${path} had changes of yours and is left for you to commit.`);
    if (paths.length === 0) return;
    const wanted =
      this.commit || (asks && (await (await import("../ui/questions/ask.ts")).confirm(`Commit these files? ${paths.join(", ")}`, true)));
    if (!wanted) {
      repo.log.info(`To commit: git add ${paths.join(" ")} && git commit -m "Set up CueLoop"`);
      return;
    }
    try {
      const commit = await commitPaths(repo, "Set up CueLoop", paths);
      if (commit !== null) repo.log.info(`committed ${commit.slice(0, 10)}`);
    } catch (error) {
      repo.log.warn(`Nothing was committed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #check(session: Session, repo: LoadedRepo): Promise<ExitCode> {
    if (!isGuideNamed(repo)) {
      session.context.log.info("No prompt names .cueloop/README.md, so there is no guide to keep up to date.");
      return 0;
    }
    const state = guideState(readTextIfExists(join(repo.runtimeDir, "README.md")));
    if (state.kind === "current") {
      session.context.log.info(`.cueloop/README.md is up to date (version ${state.version}).`);
      return 0;
    }
    session.context.log.warn(
      state.kind === "missing"
        ? ".cueloop/README.md is missing; `cueloop init` writes it."
        : `.cueloop/README.md has version ${state.version}; \`cueloop init\` refreshes it.`,
    );
    return 1;
  }
}

/** How the files come to be. */
interface Way {
  readonly asks: boolean;
  readonly ownForce: boolean;
  /** Null: no code is wanted. */
  readonly writeStarter: typeof import("./programs/starter.ts").writeStarter | null;
}

const WITHOUT_GIT = {
  "no repository": "This is no git repository. Tasks can be kept here; to have them worked, `git init` first.",
  "no git": "git was not found on your PATH. Tasks can be kept here; to have them worked, install git first.",
};

async function gitState(repo: LoadedRepo): Promise<"work tree" | keyof typeof WITHOUT_GIT> {
  try {
    return (await isWorkTree(repo)) ? "work tree" : "no repository";
  } catch (error) {
    if (isCueLoopError(error, "git.missing")) return "no git";
    throw error;
  }
}

async function changedPaths(repo: LoadedRepo): Promise<ReadonlySet<string>> {
  return new Set((await readStatus(repo)).map(({ path }) => path));
}
