import { expect } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CHANGES } from "../support/deaths.ts";
import { expectWhole, LOOP, twoTasks } from "../support/killed-parallel.ts";
import { needs } from "../support/needs.ts";
import type { Repository } from "../support/repository.ts";

/** Puts a `git` before the real one whose first call with the words is killed at its first change of a file. */
function fragileGit(repo: Repository, words: string): Readonly<Record<string, string>> {
  const bin = join(repo.base, "bin");
  const real = Bun.which("git") ?? "git";
  const killed = `strace -f -o /dev/null -e trace=${CHANGES.join(",")} -e inject=${CHANGES.join(",")}:signal=KILL:when=1`;
  mkdirSync(bin, { recursive: true });
  const script = `#!/bin/sh
case "$*" in *"${words}"*) mkdir "$HOME/killed" 2> /dev/null && exec ${killed} ${real} "$@";; esac
exec ${real} "$@"
`;
  writeFileSync(join(bin, "git"), script, { mode: 0o755 });
  return { PATH: `${bin}:${repo.env["PATH"] ?? ""}` };
}

needs("strace").each([
  ["read-tree", "tracked"],
  ["commit-tree", "tracked"],
  ["merge --quiet --ff-only", "tracked"],
  ["merge --quiet --ff-only", "untracked"],
  ["update-ref --no-deref -z --stdin", "untracked"],
] as const)("a result whose `git %s` is killed on its way is brought to its end by the same run (%s books)", async (words, books) => {
  using repo = twoTasks({ books, publish: "commit" });
  const run = await repo.run(LOOP, { env: fragileGit(repo, words) });
  expect(existsSync(join(repo.home, "killed"))).toBe(true);
  expect([run.code, run.stdout]).toEqual([0, expect.stringContaining("Tasks: 2 landed on main.")]);
  // Locks of what went without saying are the next start's.
  const next = await repo.run(LOOP);
  expectWhole(repo, words, `${run.stdout}${next.stdout}${next.stderr}`);
});
