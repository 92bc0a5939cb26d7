import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A program and where it runs. */
export interface Measure {
  readonly argv: readonly string[];
  readonly cwd: string;
}

interface Measured {
  readonly ms: number;
  readonly bytes: number;
  readonly stdout: string;
}

/** What all groups of measurements share: the executable, a directory that goes again, and how time is taken. */
export class Bench implements Disposable {
  readonly executable: string;
  /** How often a short command is measured. */
  readonly runs: number;
  readonly base: string;
  readonly env: Record<string, string>;
  #floor: Promise<Measure> | null = null;

  constructor(options: { readonly executable: string; readonly runs: number }) {
    this.executable = options.executable;
    this.runs = options.runs;
    this.base = realpathSync(mkdtempSync(join(tmpdir(), "cueloop-bench-")));
    this.env = { PATH: process.env["PATH"] ?? "", HOME: this.base, GIT_CONFIG_NOSYSTEM: "1", CUELOOP_LOG: "error" };
  }

  [Symbol.dispose](): void {
    rmSync(this.base, { recursive: true, force: true });
  }

  /** Runs it to its end, which has to be a good one. */
  time({ argv, cwd }: Measure): Measured {
    const from = performance.now();
    const child = Bun.spawnSync([...argv], { cwd, env: this.env, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    const ms = performance.now() - from;
    if (child.exitCode !== 0) throw new Error(`${argv.join(" ")} ended with ${child.exitCode}: ${child.stderr.toString()}`);
    return { ms, bytes: child.resourceUsage.maxRSS, stdout: child.stdout.toString() };
  }

  git(cwd: string, ...args: string[]): void {
    this.time({ argv: ["git", ...args], cwd });
  }

  /** An empty repository of this name. */
  repository(name: string): string {
    const cwd = join(this.base, name);
    mkdirSync(cwd);
    this.git(cwd, "init", "--quiet", "--initial-branch=main");
    this.git(cwd, "config", "user.name", "Bench");
    this.git(cwd, "config", "user.email", "bench@example.invalid");
    return cwd;
  }

  /** A program that does nothing, compiled the same way. */
  emptyProgram(): Promise<Measure> {
    this.#floor ??= this.#buildEmpty();
    return this.#floor;
  }

  async #buildEmpty(): Promise<Measure> {
    const source = join(this.base, "empty.ts");
    const outfile = join(this.base, "empty");
    writeFileSync(source, "export {};\n");
    const settings = [
      "--compile",
      "--minify",
      "--bytecode",
      "--format=esm",
      "--no-compile-autoload-bunfig",
      "--no-compile-autoload-dotenv",
    ];
    // In a process of its own: what this one has used counts for its children too.
    const build = Bun.spawn([process.execPath, "build", source, ...settings, "--outfile", outfile], {
      stdout: "ignore",
      stderr: "inherit",
    });
    if ((await build.exited) !== 0) throw new Error("the empty program does not build");
    return { argv: [outfile], cwd: this.base };
  }
}

/** Writes a file and the directories it is in. */
export function write(cwd: string, file: string, text: string, mode = 0o644): void {
  const path = join(cwd, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
