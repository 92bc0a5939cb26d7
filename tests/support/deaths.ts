import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processesOf } from "./leftovers.ts";
import type { Repository } from "./repository.ts";

/** System calls with which files come, go or change their names. */
export const CHANGES = ["rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "rmdir"] as const;
/** Those of our own program, and the one with which it starts another. */
export const STEPS = ["rename", "link", "unlink", "unlinkat", "rmdir", "vfork"] as const;

/** All points of a kind of death are tried with this set; else a sample of them. */
export const everyPoint = process.env["CUELOOP_TEST_EVERY_POINT"] === "1";

/** Where a program can be killed: its nth call of a kind. */
export interface Point {
  readonly call: string;
  readonly nth: number;
}

/** The calls that `strace -o` wrote down, in order; `rest` is what follows the name. A thread is no process and is left out. */
export function pointsIn(trace: string): (Point & { readonly rest: string })[] {
  const seen = new Map<string, number>();
  const calls = [...readFileSync(trace, "utf8").matchAll(/^(\w+)\((.*)$/gm)].map(([, call = "", rest = ""]) => {
    const nth = (seen.get(call) ?? 0) + 1;
    seen.set(call, nth);
    return { call, nth, rest };
  });
  return calls.filter(({ rest }) => !rest.includes("CLONE_THREAD"));
}

/** Every `stride`th of them, or all with `everyPoint`. */
export function sampled<T>(points: readonly T[], stride: number): T[] {
  const step = everyPoint ? 1 : stride;
  return points.filter((_, index) => index % step === step - 1);
}

/** Works each of them, four at a time; one that fails does not keep the others from being tried. */
export async function tryAll<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const waiting = [...all];
  const failures: unknown[] = [];
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await work(next).catch((error: unknown) => failures.push(error));
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of ${all.length} points`);
}

/** Runs a program that is killed as it makes its nth call of a kind; programs it starts are not watched. */
export function killedAt(call: string, nth: number): readonly string[] {
  return ["strace", "-o", "/dev/null", "-e", `trace=${call}`, "-e", `inject=${call}:signal=KILL:when=${nth}`];
}

/** SIGKILL to every process of a repository's run whose command line holds the text. */
export function killAll(repo: Repository, text = ""): void {
  for (const line of processesOf(repo).filter((entry) => entry.includes(text))) {
    try {
      process.kill(Number.parseInt(line, 10), "SIGKILL");
    } catch {
      // It went with another one.
    }
  }
}

export interface Death {
  /** Whose calls of git are counted. */
  readonly by: "coordinator" | "worker";
  /** `git`: the call dies at its first change of a file; else who made it, before or after the call. */
  readonly dies: "git" | "caller before" | "caller after";
}

const WRITING =
  "add|remove|unlock|lock|commit|update-ref|merge|push|rebase|update-index|write-tree|commit-tree|checkout|reset|read-tree|repair";

/**
 * Puts a `git` before the real one with which the nth call is a deadly one; only writing calls count where git itself
 * dies. Returns the environment with it. `killedCall` tells whether it came to that.
 */
export function deadlyGit(repo: Repository, nth: number, { by, dies }: Death): Readonly<Record<string, string>> {
  const bin = join(repo.base, "bin");
  const real = Bun.which("git") ?? "git";
  const strace = `strace -f -o /dev/null -e trace=${CHANGES.join(",")} -e inject=${CHANGES.join(",")}:signal=KILL:when=1`;
  const death = dies === "git" ? `exec ${strace} ${real} "$@"` : `${dies === "caller after" ? `${real} "$@"; ` : ""}kill -9 $PPID; exit 1`;
  const script = `#!/bin/sh
case "$(tr '\\0' ' ' < /proc/$PPID/cmdline)" in
  *--parallel-worker*) by=worker;;
  *run\\ loop*) by=coordinator;;
  *) by=other;;
esac
test $by = ${by} || exec ${real} "$@"
${dies === "git" ? `echo " $* " | grep -qE ' (${WRITING}) ' || exec ${real} "$@"` : ""}
exec 9> "$HOME/calls.lock"; flock 9
n=$(($(cat "$HOME/calls" 2> /dev/null || echo 0) + 1)); echo $n > "$HOME/calls"
exec 9>&-
test $n = ${nth} || exec ${real} "$@"
echo "$*" > "$HOME/killed"
${death}
`;
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "git"), script, { mode: 0o755 });
  return { PATH: `${bin}:${repo.env["PATH"] ?? ""}` };
}

/** The deadly call of git; null when it was not made. */
export function killedCall(repo: Repository): string | null {
  const file = join(repo.home, "killed");
  return existsSync(file) ? readFileSync(file, "utf8").trim() : null;
}

/**
 * Tries points 1, 2, 3 … until `killAt` says that the work was over before the point; of them only every `stride`th.
 * Returns how many were tried. One that fails does not keep the others from being tried.
 */
export async function tryPoints(stride: number, killAt: (nth: number) => Promise<boolean>): Promise<number> {
  const failures: unknown[] = [];
  let next = Math.ceil(stride / 2);
  let isOver = false;
  let tried = 0;
  const lane = async () => {
    while (!isOver) {
      const nth = next;
      next += stride;
      try {
        if (await killAt(nth)) tried += 1;
        else isOver = true;
      } catch (error) {
        failures.push(error);
        if (failures.length > 20) isOver = true;
      }
    }
  };
  await Promise.all([lane(), lane(), lane()]);
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("\n"));
  return tried;
}
