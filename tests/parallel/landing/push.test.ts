import { expect, test } from "bun:test";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { catchUp } from "../../../src/parallel/landing/catch-up.ts";
import { mergedHeld } from "../../../src/parallel/landing/held.ts";
import { land } from "../../../src/parallel/landing/land.ts";
import { statuses } from "../../support/books.ts";
import { type Repository, task } from "../../support/repository.ts";
import { coordinate, finishedWork, repository } from "./setting.ts";

const FILES = { "src/a.txt": "a2\n", "src/new.txt": "n\n" };
const PUSH = { mode: "commit_and_push" } as const;

/** A repository with a bare remote, and a second clone of that. */
function remoteRepository({ tracked }: { readonly tracked: boolean }) {
  const repo = repository({ tracked });
  const bare = join(repo.base, "remote.git");
  const other = join(repo.base, "other");
  repo.git("init", "--quiet", "--bare", "--initial-branch=main", bare);
  repo.git("remote", "add", "origin", bare);
  repo.git("push", "--quiet", "--set-upstream", "origin", "main");
  repo.git("clone", "--quiet", bare, other);
  repo.git("-C", other, "config", "user.name", "Bob");
  repo.git("-C", other, "config", "user.email", "bob@example.invalid");
  return {
    repo,
    bare,
    /** Somebody else commits a file and pushes. */
    push(file: string, text = "theirs\n") {
      writeFileSync(join(other, file), text);
      repo.git("-C", other, "add", "--all");
      repo.git("-C", other, "commit", "--quiet", "--message", `others: ${file}`);
      repo.git("-C", other, "push", "--quiet", "origin", "main");
    },
    hook(name: string, script: string) {
      const path = join(bare, "hooks", name);
      writeFileSync(path, `#!/bin/sh\n${script}\n`);
      chmodSync(path, 0o755);
    },
    tip: () => repo.git("-C", bare, "rev-parse", "main").trim(),
  };
}

const main = (repo: Repository) => repo.git("rev-parse", "main").trim();

test.each([true, false])("a result is pushed, then the local branch follows (books tracked: %p)", async (tracked) => {
  const { repo, tip } = remoteRepository({ tracked });
  using _ = repo;
  await using it = await coordinate(repo, PUSH);
  const work = await finishedWork(it, "RQ-0001", { files: FILES });
  expect(await land(it.run, it.admin, work.record, work.result)).toMatchObject({ kind: "landed", commit: tip() });
  expect(main(repo)).toBe(tip());
  expect(repo.git("status", "--porcelain")).toBe("");
  expect(statuses(repo.done())).toEqual(["RQ-0001 done"]);
  expect(it.events.filter(({ kind }) => kind === "push")).toHaveLength(1);
});

test("a branch that the remote does not have yet is made there", async () => {
  const { repo, bare } = remoteRepository({ tracked: true });
  using _ = repo;
  await using it = await coordinate(repo, { ...PUSH, target: "results" });
  const work = await finishedWork(it, "RQ-0001", { files: FILES });
  expect((await land(it.run, it.admin, work.record, work.result)).kind).toBe("landed");
  expect(repo.git("-C", bare, "rev-parse", "results")).toBe(repo.git("rev-parse", "results"));
});

test("somebody who pushes between fetch and push wins; a race over the books alone is run again at once", async () => {
  const { repo, bare, hook, tip } = remoteRepository({ tracked: true });
  using _ = repo;
  await using it = await coordinate(repo, PUSH);
  const work = await finishedWork(it, "RQ-0001", { files: FILES });
  // The first push finds that the branch has moved in the very moment: another task was added.
  const added = JSON.stringify({ version: 1, tasks: [task("RQ-0001"), task("RQ-0002"), task("RQ-0007")] }, null, 2);
  writeFileSync(join(repo.base, "queue.jsonc"), added);
  hook(
    "pre-receive",
    `[ -e "${bare}/raced" ] && exit 0
touch "${bare}/raced"
unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
export GIT_INDEX_FILE="${bare}/index.tmp" GIT_AUTHOR_NAME=Bob GIT_AUTHOR_EMAIL=b@example.invalid GIT_COMMITTER_NAME=Bob GIT_COMMITTER_EMAIL=b@example.invalid
git read-tree main
git update-index --cacheinfo "100644,$(git hash-object -w "${repo.base}/queue.jsonc"),.cueloop/queue.jsonc"
git update-ref refs/heads/main "$(git commit-tree "$(git write-tree)" -p main -m 'others: a task')"`,
  );
  expect(await land(it.run, it.admin, work.record, work.result)).toMatchObject({ kind: "landed", commit: tip() });
  const subjects = ["cueloop: archive RQ-0001 queue bookkeeping", "RQ-0001: Task RQ-0001", "others: a task", "first"];
  expect(repo.git("log", "--format=%s", "main").trim().split("\n")).toEqual(subjects);
  expect(main(repo)).toBe(tip());
  expect(statuses(repo.active())).toEqual(["RQ-0002 todo", "RQ-0007 todo"]);
});

test("others pushed code meanwhile: the worker integrates again, and nothing was pushed", async () => {
  const { repo, push, tip } = remoteRepository({ tracked: true });
  using _ = repo;
  await using it = await coordinate(repo, PUSH);
  const work = await finishedWork(it, "RQ-0001", { files: FILES });
  push("theirs.txt");
  const before = tip();
  expect(await land(it.run, it.admin, work.record, work.result)).toEqual({ kind: "behind" });
  expect(tip()).toBe(before);
  expect(repo.git("rev-parse", "refs/remotes/origin/main").trim()).toBe(before);
});

test("a remote that refuses by rule is asked once, and its words are the reason", async () => {
  const { repo, bare, hook, tip } = remoteRepository({ tracked: true });
  using _ = repo;
  hook("pre-receive", `echo asked >> "${bare}/asked"; echo "sign your work" >&2; exit 1`);
  await using it = await coordinate(repo, PUSH);
  const work = await finishedWork(it, "RQ-0001", { files: FILES });
  const before = [main(repo), tip()];
  const end = await land(it.run, it.admin, work.record, work.result);
  expect(end).toMatchObject({ kind: "blocked", reason: expect.stringContaining("sign your work") });
  expect(readFileSync(join(bare, "asked"), "utf8")).toBe("asked\n");
  expect([main(repo), tip()]).toEqual(before);
  expect(repo.git("rev-parse", "cueloop/RQ-0001").trim()).toBe(work.result.tip ?? "");
});

test("a remote that cannot be reached is tried again, as often as is configured", async () => {
  const { repo } = remoteRepository({ tracked: true });
  using _ = repo;
  const asked = join(repo.base, "asked");
  await using it = await coordinate(repo, PUSH);
  const work = await finishedWork(it, "RQ-0001", { files: FILES });
  repo.git("config", "protocol.ext.allow", "always");
  repo.git("remote", "set-url", "origin", `ext::sh ${join(repo.base, "refuse")}`);
  writeFileSync(
    join(repo.base, "refuse"),
    `echo asked >> "${asked}"; echo "ssh: connect to host x port 22: Connection refused" >&2; exit 255\n`,
  );
  const end = await land(it.run, it.admin, work.record, work.result);
  expect(end).toMatchObject({ kind: "blocked", reason: expect.stringContaining("Connection refused") });
  expect(readFileSync(asked, "utf8")).toBe("asked\n".repeat(3));
});

test("pushed, but edits are in the way here: the task is done, and the branch follows once they are gone", async () => {
  const { repo, tip } = remoteRepository({ tracked: true });
  using _ = repo;
  await using it = await coordinate(repo, PUSH);
  const work = await finishedWork(it, "RQ-0001", { files: FILES });
  repo.write({ "src/a.txt": "mine\n" });
  const before = main(repo);
  expect(await land(it.run, it.admin, work.record, work.result)).toMatchObject({ kind: "landed", commit: tip() });
  expect(main(repo)).toBe(before);
  expect(repo.read("src/a.txt")).toBe("mine\n");
  expect(it.run.state.find("RQ-0001")).toMatchObject({ lifecycle: "completed", local_refresh: "pending" });
  repo.git("checkout", "--", "src/a.txt");
  await mergedHeld(it.run, it.admin);
  expect(main(repo)).toBe(tip());
  expect(it.run.state.find("RQ-0001")?.local_refresh ?? null).toBeNull();
  expect(statuses(repo.active())).toEqual(["RQ-0002 todo"]);
});

test("a branch and its remote that went different ways block the task and name both", async () => {
  const { repo, push, tip } = remoteRepository({ tracked: true });
  using _ = repo;
  await using it = await coordinate(repo, PUSH);
  const work = await finishedWork(it, "RQ-0001", { files: FILES });
  push("theirs.txt");
  repo.write({ "mine.txt": "m\n" }).commit("mine");
  const end = await land(it.run, it.admin, work.record, work.result);
  expect(end).toMatchObject({ kind: "blocked" });
  expect(end.kind === "blocked" ? end.reason : "").toContain(tip());
  expect(end.kind === "blocked" ? end.reason : "").toContain(main(repo));
});

test("before a run the branch follows its remote; one that went another way, or is in the way of edits, is an error", async () => {
  const { repo, push, tip } = remoteRepository({ tracked: true });
  using _ = repo;
  await using it = await coordinate(repo, PUSH);
  push("theirs.txt");
  await catchUp(it.run, it.admin);
  expect(main(repo)).toBe(tip());
  expect(repo.read("theirs.txt")).toBe("theirs\n");

  push("more.txt");
  repo.write({ "more.txt": "mine\n" });
  await expect(catchUp(it.run, it.admin)).rejects.toMatchObject({ code: "parallel.behind" });
  repo.commit("mine");
  await expect(catchUp(it.run, it.admin)).rejects.toMatchObject({ code: "parallel.diverged" });
  repo.git("reset", "--quiet", "--hard", "origin/main");
  repo.write({ "ahead.txt": "a\n" }).commit("ahead");
  await catchUp(it.run, it.admin);
  expect(it.events.flatMap((event) => (event.kind === "message" ? [event.message] : []))).toEqual([
    "main has 1 commit that origin/main has not; they are pushed with the first result.",
  ]);
});
