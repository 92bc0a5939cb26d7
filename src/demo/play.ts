import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { BaseContext } from "../base/context.ts";
import { childEnvironment } from "../base/env.ts";
import { CueLoopError } from "../base/errors.ts";
import { demoConfig, demoTasks, writeSandbox } from "./sandbox.ts";

export interface DemoOptions {
  /** Absolute path of the sandbox: absent or empty. */
  readonly directory: string;
  /** A real agent instead of the scripted one. */
  readonly runner: string | null;
  /** Tasks worked at the same time, 1 or more. */
  readonly workers: number;
  /** Absolute path of the running executable. */
  readonly executable: string;
  say(text: string): Promise<void>;
}

export interface DemoResult {
  /** Ids of tasks that are done, passed the gate and are committed. */
  readonly proven: readonly string[];
  readonly expected: number;
}

/** Makes the sandbox, works its queue with the executable itself, shows the result. */
export async function playDemo(context: BaseContext, options: DemoOptions): Promise<DemoResult> {
  const { directory, runner } = options;
  writeSandbox(directory);
  const shell = new DemoShell(context, options);
  await options.say(`A sample package in ${directory}: five functions to write, five tests that fail.\n`);

  await shell.quiet(["git", "init", "--quiet", "--initial-branch=main"]);
  await shell.quiet(["git", "config", "user.name", "CueLoop demo"]);
  await shell.quiet(["git", "config", "user.email", "demo@cueloop.invalid"]);
  await shell.quiet(["git", "config", "commit.gpgsign", "false"]);
  await shell.quiet(["git", "add", "--all"]);
  await shell.quiet(["git", "commit", "--quiet", "--message", "A package with failing tests"]);

  await shell.shown(["init", "--non-interactive"], "quiet");
  writeFileSync(join(directory, ".cueloop/config.jsonc"), demoConfig(runner));
  await shell.quiet(["git", "add", "--all"]);
  await shell.quiet(["git", "commit", "--quiet", "--message", "Set up CueLoop"]);
  for (const task of demoTasks) {
    const after = task.after.flatMap((position) => ["--after", `RQ-${String(position).padStart(4, "0")}`]);
    await shell.shown(["task", "add", task.title, "-p", task.priority, "-t", task.tag, "--scope", task.scope, ...after]);
  }

  await options.say("");
  await shell.shown(["run", "loop", "--parallel", String(options.workers)], "whatever it ends with");
  await options.say("");
  await shell.shown(["queue", "list", "--include-done"]);
  await options.say("");
  await shell.git(["log", "--oneline", "--no-decorate"]);
  const proven = await provenTasks(shell, directory);
  await options.say(["", "What the gate said, and on which tree:", ...proven.map(({ id, evidence }) => `  ${id}  ${evidence}`)].join("\n"));
  return { proven: proven.map(({ id }) => id), expected: demoTasks.length };
}

/** Runs the commands of the demo in its sandbox, echoed as a person would type them. */
class DemoShell {
  readonly #options: DemoOptions;
  readonly #env: Record<string, string>;

  constructor(context: BaseContext, options: DemoOptions) {
    this.#options = options;
    const home = join(options.directory, ".git", "demo-home");
    mkdirSync(dirname(home), { recursive: true });
    this.#env = childEnvironment(context.env, {
      CUELOOP_DEMO_BIN: options.executable,
      ...(options.runner === null ? { XDG_CONFIG_HOME: join(home, "config") } : {}),
      XDG_STATE_HOME: join(home, "state"),
      GIT_PAGER: "cat",
      CUELOOP_LOG: "warn",
    });
  }

  /** Runs cueloop with the person's terminal, after showing the command. */
  async shown(args: readonly string[], mode: "checked" | "quiet" | "whatever it ends with" = "checked"): Promise<void> {
    await this.#options.say(`$ cueloop ${args.map(quoted).join(" ")}`);
    const child = Bun.spawn([this.#options.executable, ...args], {
      cwd: this.#options.directory,
      env: this.#env,
      stdin: "inherit",
      stdout: mode === "quiet" ? "ignore" : "inherit",
      stderr: "inherit",
    });
    const code = await child.exited;
    if (code !== 0 && mode !== "whatever it ends with") throw failed(`cueloop ${args.join(" ")}`, code, this.#options.directory);
  }

  /** Shows a git command and its output. */
  async git(args: readonly string[]): Promise<void> {
    await this.#options.say(`$ git ${args.join(" ")}`);
    await this.#options.say((await this.output(["git", ...args])).trimEnd());
  }

  async quiet(argv: readonly string[]): Promise<void> {
    await this.output(argv);
  }

  async output(argv: readonly string[]): Promise<string> {
    let child: Bun.Subprocess<"ignore", "pipe", "pipe">;
    try {
      child = Bun.spawn([...argv], { cwd: this.#options.directory, env: this.#env, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    } catch (cause) {
      throw new CueLoopError("demo.no_program", { message: `The demo needs ${argv[0]}.`, hint: "Install git and try again.", cause });
    }
    const [text, error, code] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited]);
    if (code !== 0) throw failed(`${argv.join(" ")}: ${error.trim()}`, code, this.#options.directory);
    return text;
  }
}

/** Done tasks with the evidence of a passed gate and a commit of their own. */
async function provenTasks(shell: DemoShell, directory: string): Promise<{ readonly id: string; readonly evidence: string }[]> {
  const path = join(directory, ".cueloop/done.jsonc");
  if (!existsSync(path)) return [];
  const subjects = (await shell.output(["git", "log", "--format=%s"])).split("\n");
  const file: unknown = JSON.parse(readFileSync(path, "utf8"));
  return doneRecords(file).filter(
    ({ id, evidence }) => evidence.startsWith("gate=passed") && subjects.some((subject) => subject.startsWith(`${id}:`)),
  );
}

function doneRecords(file: unknown): { id: string; evidence: string }[] {
  if (typeof file !== "object" || file === null || !("tasks" in file) || !Array.isArray(file.tasks)) return [];
  return file.tasks.flatMap((task: unknown) => {
    if (typeof task !== "object" || task === null || !("id" in task) || !("custom_fields" in task)) return [];
    const fields = task.custom_fields;
    const evidence = typeof fields === "object" && fields !== null && "cueloop.evidence" in fields ? fields["cueloop.evidence"] : "";
    return [{ id: String(task.id), evidence: String(evidence) }];
  });
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `"${argument}"`;
}

function failed(what: string, code: number, directory: string): CueLoopError {
  return new CueLoopError("demo.failed", {
    message: `${what} ended with exit code ${code}.`,
    hint: `Look at ${basename(directory)} in ${dirname(directory)}.`,
    kept: directory,
  });
}
