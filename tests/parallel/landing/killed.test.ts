import { expect, test } from "bun:test";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commitBooks } from "../../../src/parallel/landing/books-commit.ts";
import { finishLanding } from "../../../src/parallel/landing/finish.ts";
import { landingJournalPath, writeLandingJournal } from "../../../src/parallel/landing/journal.ts";
import { land } from "../../../src/parallel/landing/land.ts";
import { landingOf } from "../../../src/parallel/landing/landing.ts";
import { statuses } from "../../support/books.ts";
import { type Repository, task } from "../../support/repository.ts";
import { coordinate, finishedWork, repository } from "./setting.ts";

const CHILD = new URL("land-child.ts", import.meta.url).pathname;

/** A git that kills whoever calls it, before or after its n-th command that may change something. */
function killer(repo: Repository): void {
  const real = Bun.which("git", { PATH: repo.env["PATH"] ?? "" });
  mkdirSync(join(repo.base, "bin"));
  writeFileSync(
    join(repo.base, "bin", "git"),
    `#!/bin/sh
changes=no
for word in "$@"; do
  case "$word" in merge|push|fetch|update-ref|remove|unlock|commit-tree|checkout|reset|rebase) changes=yes ;; esac
done
[ "$changes" = no ] && exec "${real}" "$@"
echo "$*" >> "$KILL_COUNT"
[ "$(wc -l < "$KILL_COUNT")" -ne "$KILL_AT" ] && exec "${real}" "$@"
[ "$KILL_WHEN" = before ] && { kill -KILL "$PPID"; exit 1; }
"${real}" "$@"
kill -KILL "$PPID"
`,
  );
  chmodSync(join(repo.base, "bin", "git"), 0o755);
}

interface Scenario {
  readonly tracked: boolean;
  readonly mode: "commit" | "commit_and_push";
  /** The person has added a task and not committed that. */
  readonly edited?: boolean;
}

async function prepare({ tracked, mode, edited }: Scenario): Promise<Repository> {
  const repo = repository({ tracked });
  if (mode === "commit_and_push") {
    repo.git("init", "--quiet", "--bare", "--initial-branch=main", join(repo.base, "remote.git"));
    repo.git("remote", "add", "origin", join(repo.base, "remote.git"));
    repo.git("push", "--quiet", "--set-upstream", "origin", "main");
  }
  killer(repo);
  await using it = await coordinate(repo, { mode });
  await finishedWork(it, "RQ-0001", { files: { "src/a.txt": "a2\n", "src/new.txt": "n\n" } });
  if (edited === true) repo.books([task("RQ-0001"), task("RQ-0002"), task("RQ-0003")]);
  return repo;
}

/** What a person finds in the end. */
function outcome(repo: Repository, { mode }: Scenario): unknown {
  const lines = (text: string) => text.trim().split("\n");
  return {
    subjects: lines(repo.git("log", "--format=%s", "main")),
    work: [repo.read("src/a.txt"), repo.read("src/new.txt"), repo.read("src/b.txt")],
    status: repo.git("status", "--porcelain"),
    active: statuses(repo.active()),
    done: statuses(repo.done()),
    branches: lines(repo.git("branch", "--format=%(refname:short)")),
    worktrees: lines(repo.git("worktree", "list", "--porcelain")).filter((line) => line.startsWith("worktree ")).length,
    refs: repo.git("diff", "--name-only", "refs/cueloop/task/RQ-0001/base", "refs/cueloop/task/RQ-0001/result"),
    directory: repo.has(".cueloop/cache/parallel/workers/RQ-0001"),
    journal: existsSync(landingJournalPath(repo.path(".cueloop"))),
    locks: readdirSync(repo.path(".git")).filter((name) => name.endsWith(".lock")),
    isPushed: mode === "commit" || repo.git("rev-parse", "main") === repo.git("-C", join(repo.base, "remote.git"), "rev-parse", "main"),
  };
}

test.each<Scenario>([
  { tracked: true, mode: "commit", edited: true },
  { tracked: false, mode: "commit" },
  { tracked: true, mode: "commit_and_push" },
])(
  "a landing that is killed at any command of git ends as one that is not: %j",
  async (scenario) => {
    using repo = await prepare(scenario);
    const saved = `${repo.base}-saved`;
    const count = join(repo.base, "count");
    cpSync(repo.base, saved, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    const start = async (at: number, when: "before" | "after") => {
      rmSync(count, { force: true });
      const env = { PATH: `${join(repo.base, "bin")}:${repo.env["PATH"]}`, KILL_AT: String(at), KILL_WHEN: when, KILL_COUNT: count };
      return repo.run([process.execPath, CHILD, repo.root, scenario.mode, "RQ-0001"], { env });
    };
    const restore = () => {
      rmSync(repo.base, { recursive: true, force: true });
      cpSync(saved, repo.base, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    };
    try {
      const whole = await start(0, "before");
      expect(whole).toMatchObject({ code: 0, stdout: expect.stringContaining('"landed"') });
      const expected = outcome(repo, scenario);
      const commands = readFileSync(count, "utf8").trim().split("\n");
      for (const [index, command] of commands.entries()) {
        const moments = /\b(merge|push|remove)\b/.test(command) ? (["before", "after"] as const) : (["before"] as const);
        for (const when of moments) {
          restore();
          const killed = await start(index + 1, when);
          expect([when, command, killed.code]).toEqual([when, command, 137]);
          const again = await start(0, "before");
          expect([when, command, again.code, again.stderr]).toEqual([when, command, 0, ""]);
          expect([when, command, outcome(repo, scenario)]).toEqual([when, command, expected]);
        }
      }
    } finally {
      rmSync(saved, { recursive: true, force: true });
    }
  },
  240_000,
);

test.each([true, false])("git was killed in the middle of the files (the branch locked: %p)", async (locked) => {
  using repo = repository({ tracked: true });
  await using it = await coordinate(repo);
  const work = await finishedWork(it, "RQ-0001", { files: { "src/a.txt": "a2\n", "src/b.txt": "b2\n", "src/new.txt": "n\n" } });
  const old = repo.git("rev-parse", "main").trim();
  const dead = Bun.spawn(["true"]);
  await dead.exited;
  const tip = work.result.tip ?? "";
  const { commit } = await commitBooks(landingOf(it.run, it.admin, work.record, work.result), { base: old, work: tip });
  writeLandingJournal(it.run.context.runtimeDir, {
    version: 1,
    task_id: "RQ-0001",
    mode: "commit",
    target: "main",
    old,
    new: commit,
    remote: null,
    pid: dead.pid,
    pid_start: "1",
    step: "prepared",
    token: work.result.token,
    base: old,
    work: tip,
    backup: false,
  });
  repo.write({ "src/a.txt": "a2\n", "src/b.txt": "b", "mine.txt": "m\n", ".git/index.lock": "" });
  if (locked) repo.write({ ".git/refs/heads/main.lock": "" });
  expect(await finishLanding(it.run, it.admin)).toMatchObject({ kind: "landed", commit });
  expect(repo.git("rev-parse", "main").trim()).toBe(commit);
  expect(repo.git("status", "--porcelain")).toBe("?? mine.txt\n");
  const [kept = ""] = new Bun.Glob(".cueloop/cache/parallel/recovered/*/src/b.txt").scanSync({ cwd: repo.root, dot: true });
  expect(repo.read(kept)).toBe("b");
});

test("a lock of somebody else's, older than the landing, is left alone and named", async () => {
  using repo = repository({ tracked: true });
  await using it = await coordinate(repo);
  const work = await finishedWork(it, "RQ-0001", { files: { "src/a.txt": "a2\n" } });
  repo.write({ ".git/index.lock": "" });
  const before = repo.git("rev-parse", "main");
  const end = await land(it.run, it.admin, work.record, work.result);
  expect(end).toMatchObject({ kind: "waiting_checkout", reason: expect.stringContaining("index.lock") });
  expect(repo.git("rev-parse", "main")).toBe(before);
  expect(repo.has(".git/index.lock")).toBe(true);
});
