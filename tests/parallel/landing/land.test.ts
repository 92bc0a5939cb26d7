import { expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ResultFile } from "../../../src/parallel/files/result-file.ts";
import { mergedHeld } from "../../../src/parallel/landing/held.ts";
import { landingJournalPath } from "../../../src/parallel/landing/journal.ts";
import { land } from "../../../src/parallel/landing/land.ts";
import type { PublishMode } from "../../../src/run/options.ts";
import { record, statuses } from "../../support/books.ts";
import { type Repository, task } from "../../support/repository.ts";
import { type Coordinator, coordinate, finishedWork, repository } from "./setting.ts";

const FILES = { "src/a.txt": "a2\n", "src/new.txt": "n\n" };

/** Everything that belongs to one attempt is gone. */
function isCleared(repo: Repository, id: string): boolean {
  const left = [
    existsSync(join(repo.base, ".workspaces", "repo", "parallel", id)),
    repo.has(`.cueloop/cache/parallel/workers/${id}`),
    existsSync(landingJournalPath(repo.path(".cueloop"))),
    repo.git("branch", "--list", `cueloop/${id}`) !== "",
    repo.git("worktree", "list", "--porcelain").includes(id),
  ];
  return !left.includes(true);
}

test.each([true, false])("a result lands: target, files, books, record, refs, clean-up (books tracked: %p)", async (tracked) => {
  using repo = repository({ tracked });
  const base = repo.git("rev-parse", "main").trim();
  await using it = await coordinate(repo);
  const work = await finishedWork(it, "RQ-0001", { files: FILES });
  const end = await land(it.run, it.admin, work.record, work.result);
  expect(end).toEqual({ kind: "landed", commit: repo.git("rev-parse", "main").trim(), work: work.result.tip ?? "" });
  expect(repo.read("src/a.txt")).toBe("a2\n");
  expect(repo.git("status", "--porcelain")).toBe("");
  expect(statuses(repo.active())).toEqual(["RQ-0002 todo"]);
  expect(statuses(repo.done())).toEqual(["RQ-0001 done"]);
  expect(record(repo.done(), "RQ-0001")["custom_fields"]).toMatchObject({ "cueloop.evidence": expect.stringMatching(/^gate=passed/) });
  const subjects = repo
    .git("log", "--format=%s|%(trailers:key=Cueloop-Bookkeeping,valueonly,separator=%x2C)", `${base}..main`)
    .trim()
    .split("\n");
  expect(subjects).toEqual([...(tracked ? ["cueloop: archive RQ-0001 queue bookkeeping|RQ-0001"] : []), "RQ-0001: Task RQ-0001|"]);
  expect(it.run.state.find("RQ-0001")).toMatchObject({
    lifecycle: "completed",
    step: "done",
    integrated_commit: repo.git("rev-parse", "main").trim(),
  });
  expect(it.run.state.find("RQ-0001")?.local_refresh ?? null).toBeNull();
  expect(repo.git("rev-parse", "refs/cueloop/task/RQ-0001/base").trim()).toBe(base);
  expect(repo.git("rev-parse", "refs/cueloop/task/RQ-0001/result").trim()).toBe(work.result.tip ?? "");
  expect(isCleared(repo, "RQ-0001")).toBe(true);
  expect(it.events.flatMap((event) => (event.kind === "commit" ? [[event.message, event.payload.commit]] : []))).toEqual([
    ["RQ-0001: Task RQ-0001", work.result.tip ?? ""],
  ]);
  expect(it.events.map(({ kind }) => kind)).toContain("task_archived");
  expect(it.events.flatMap((event) => (event.kind === "worker_state" ? [event.payload.state] : []))).toEqual(["landing", "landed"]);
});

test.each([true, false])(
  "publish mode off: the work waits on its branch, and a later start archives what was merged (books tracked: %p)",
  async (tracked) => {
    using repo = repository({ tracked });
    const before = repo.git("rev-parse", "main");
    {
      await using it = await coordinate(repo, { mode: "off" });
      const one = await finishedWork(it, "RQ-0001", { files: FILES });
      expect(await land(it.run, it.admin, one.record, one.result)).toEqual({ kind: "held", branch: "cueloop/RQ-0001" });
      const two = await finishedWork(it, "RQ-0002", { files: { "src/b.txt": "b2\n" } });
      expect((await land(it.run, it.admin, two.record, two.result)).kind).toBe("held");
      expect(it.run.state.find("RQ-0001")).toMatchObject({ lifecycle: "completed", integration: "held" });
      expect(existsSync(one.record.workspace_path)).toBe(false);
      expect(repo.has(".cueloop/cache/parallel/workers/RQ-0001/result.json")).toBe(true);
      expect(
        it.events.flatMap((event) => (event.kind === "worker_state" && event.payload.state === "held" ? [event.message] : [])).at(0),
      ).toContain("git merge cueloop/RQ-0001");
    }
    expect(repo.git("rev-parse", "main")).toBe(before);
    expect(statuses(repo.active())).toEqual(["RQ-0001 todo", "RQ-0002 todo"]);
    expect(repo.git("status", "--porcelain")).toBe("");

    repo.git("merge", "--quiet", "--no-edit", "cueloop/RQ-0001");
    await using again = await coordinate(repo, { mode: "off" });
    await mergedHeld(again.run, again.admin);
    expect(statuses(repo.active())).toEqual(["RQ-0002 todo"]);
    expect(record(repo.done(), "RQ-0001")["custom_fields"]).toMatchObject({ "cueloop.evidence": expect.stringMatching(/^gate=passed/) });
    expect(again.run.state.find("RQ-0001")?.integration ?? null).toBeNull();
    expect(again.run.state.find("RQ-0002")?.integration).toBe("held");
    expect(isCleared(repo, "RQ-0001")).toBe(true);
    repo.git("branch", "-D", "cueloop/RQ-0002");
    await mergedHeld(again.run, again.admin);
    expect(again.run.state.find("RQ-0002")).toBeNull();
  },
);

test("a held result that a person squashed and marked done is closed; a ref keeps the branch's commits", async () => {
  using repo = repository({ tracked: false });
  await using it = await coordinate(repo, { mode: "off" });
  const work = await finishedWork(it, "RQ-0001", { files: FILES });
  await land(it.run, it.admin, work.record, work.result);
  repo.git("merge", "--quiet", "--squash", "cueloop/RQ-0001");
  repo.commit("squashed");
  repo.books([task("RQ-0002")], [{ ...task("RQ-0001"), status: "done", completed_at: "2026-03-02T08:15:00.000000000Z" }]);
  await mergedHeld(it.run, it.admin);
  expect(repo.git("rev-parse", it.run.state.find("RQ-0001")?.salvage_ref ?? "").trim()).toBe(work.result.tip ?? "");
  expect(isCleared(repo, "RQ-0001")).toBe(true);
  expect(record(repo.done(), "RQ-0001")["notes"]).toEqual([]);
});

test("what the worker measured goes into the execution history", async () => {
  using repo = repository({ tracked: true });
  await using it = await coordinate(repo);
  const duration = { secs: 3, nanos: 0 };
  const history = {
    timestamp: "2026-03-02T08:15:00.000000000Z",
    task_id: "RQ-0001",
    runner: "script",
    model: "scripted",
    phase_count: 2,
    iterations: 1,
    phase_durations: { planning: duration },
    total_duration: duration,
  };
  const work = await finishedWork(it, "RQ-0001", { files: FILES, result: { history } });
  expect((await land(it.run, it.admin, work.record, work.result)).kind).toBe("landed");
  expect(JSON.parse(repo.read(".cueloop/cache/execution_history.json"))).toMatchObject({ entries: [history] });
});

test("two results land one after the other; the second, based on the first's start, is rebased over the books alone", async () => {
  using repo = repository({ tracked: true });
  await using it = await coordinate(repo);
  const one = await finishedWork(it, "RQ-0001", {});
  const two = await finishedWork(it, "RQ-0002", { files: { "src/b.txt": "b2\n" } });
  expect((await land(it.run, it.admin, one.record, one.result)).kind).toBe("landed");
  expect((await land(it.run, it.admin, two.record, two.result)).kind).toBe("landed");
  expect(statuses(repo.done())).toEqual(["RQ-0001 done", "RQ-0002 done"]);
  expect(repo.read("src/b.txt")).toBe("b2\n");
  expect(isCleared(repo, "RQ-0002")).toBe(true);
});

test("a target with other work in it sends the result back to its worker", async () => {
  using repo = repository({ tracked: true });
  await using it = await coordinate(repo);
  const work = await finishedWork(it, "RQ-0001", { files: FILES });
  repo.write({ "src/b.txt": "a person's\n" }).commit("a person's");
  const before = repo.git("rev-parse", "main");
  expect(await land(it.run, it.admin, work.record, work.result)).toEqual({ kind: "behind" });
  expect(repo.git("rev-parse", "main")).toBe(before);
  expect(repo.git("rev-parse", "cueloop/RQ-0001").trim()).toBe(work.result.tip ?? "");
});

test.each<[string, (repo: Repository) => unknown, string]>([
  ["an edit of a file that lands", (repo) => repo.write({ "src/a.txt": "mine\n" }), "src/a.txt"],
  ["an untracked file where one lands", (repo) => repo.write({ "src/new.txt": "mine\n" }), "src/new.txt"],
  ["an ignored file where a tracked one lands", (repo) => repo.write({ ".env": "mine\n" }), ".env"],
])("%s makes the landing wait, and nothing changes; once it is out of the way, it lands", async (_, edit, path) => {
  using repo = repository({ tracked: true });
  await using it = await coordinate(repo);
  const work = await finishedWork(it, "RQ-0001", {
    files: { ...FILES, ...(path === ".env" ? { ".gitignore": "none\n", ".env": "theirs\n" } : {}) },
  });
  edit(repo);
  const before = [repo.git("rev-parse", "main"), repo.git("status", "--porcelain"), repo.read(path)];
  expect(await land(it.run, it.admin, work.record, work.result)).toMatchObject({ kind: "waiting_checkout", paths: [path] });
  expect([repo.git("rev-parse", "main"), repo.git("status", "--porcelain"), repo.read(path)]).toEqual(before);
  expect(existsSync(landingJournalPath(repo.path(".cueloop")))).toBe(false);
  repo.git("ls-files", path) === "" ? await repo.run(["rm", path]) : repo.git("checkout", "--", path);
  expect((await land(it.run, it.admin, work.record, work.result)).kind).toBe("landed");
  expect(isCleared(repo, "RQ-0001")).toBe(true);
});

test("unrelated edits of the person's survive a landing", async () => {
  using repo = repository({ tracked: true });
  await using it = await coordinate(repo);
  const work = await finishedWork(it, "RQ-0001", { files: FILES });
  repo.write({ "src/b.txt": "mine\n", "untracked.txt": "u\n" });
  expect((await land(it.run, it.admin, work.record, work.result)).kind).toBe("landed");
  expect(repo.git("status", "--porcelain")).toBe(" M src/b.txt\n?? untracked.txt\n");
});

test("an edited tracked queue is merged with what lands, as an uncommitted edit", async () => {
  using repo = repository({ tracked: true });
  await using it = await coordinate(repo);
  const work = await finishedWork(it, "RQ-0001", { files: FILES });
  repo.books([task("RQ-0001"), task("RQ-0002", { title: "Retitled" }), task("RQ-0003")]);
  expect((await land(it.run, it.admin, work.record, work.result)).kind).toBe("landed");
  expect(statuses(repo.active())).toEqual(["RQ-0002 todo", "RQ-0003 todo"]);
  expect(record(repo.active(), "RQ-0002")["title"]).toBe("Retitled");
  expect(statuses(repo.done())).toEqual(["RQ-0001 done"]);
  expect(repo.git("status", "--porcelain")).toBe(" M .cueloop/queue.jsonc\n");
  expect(isCleared(repo, "RQ-0001")).toBe(true);
});

test("an edited tracked queue is given back unchanged when the landing has to wait", async () => {
  using repo = repository({ tracked: true });
  await using it = await coordinate(repo);
  const work = await finishedWork(it, "RQ-0001", { files: FILES });
  repo.books([task("RQ-0001"), task("RQ-0002"), task("RQ-0003")]).write({ "src/a.txt": "mine\n" });
  const before = repo.read(".cueloop/queue.jsonc");
  expect((await land(it.run, it.admin, work.record, work.result)).kind).toBe("waiting_checkout");
  expect(repo.read(".cueloop/queue.jsonc")).toBe(before);
  expect(repo.read("src/a.txt")).toBe("mine\n");
});

test.each([true, false])("with --target the checkout is not touched (books tracked: %p)", async (tracked) => {
  using repo = repository({ tracked });
  const before = [repo.git("rev-parse", "HEAD"), repo.git("ls-files", "--stage")];
  {
    await using it = await coordinate(repo, { target: "results" });
    const work = await finishedWork(it, "RQ-0001", { files: FILES });
    expect((await land(it.run, it.admin, work.record, work.result)).kind).toBe("landed");
    expect([repo.git("rev-parse", "HEAD"), repo.git("ls-files", "--stage")]).toEqual(before);
    expect(repo.git("show", "results:src/a.txt")).toBe("a2\n");
    expect(it.run.state.find("RQ-0001")?.local_refresh ?? null).toBe(tracked ? "pending" : null);
    expect(statuses(repo.active())).toEqual([...(tracked ? ["RQ-0001 todo"] : []), "RQ-0002 todo"]);
    expect(isCleared(repo, "RQ-0001")).toBe(true);
  }
  repo.git("merge", "--quiet", "results");
  await using again = await coordinate(repo, { target: "results" });
  await mergedHeld(again.run, again.admin);
  expect(again.run.state.find("RQ-0001")?.local_refresh ?? null).toBeNull();
  expect(statuses(repo.active())).toEqual(["RQ-0002 todo"]);
});

test("the person switched to another branch: the target moves alone, and the record waits for the merge", async () => {
  using repo = repository({ tracked: true });
  await using it = await coordinate(repo);
  const work = await finishedWork(it, "RQ-0001", { files: FILES });
  repo.git("switch", "--quiet", "--create", "mine");
  expect((await land(it.run, it.admin, work.record, work.result)).kind).toBe("landed");
  expect(repo.git("status", "--porcelain")).toBe("");
  expect(repo.git("rev-parse", "--abbrev-ref", "HEAD").trim()).toBe("mine");
  expect(repo.git("show", "main:src/a.txt")).toBe("a2\n");
  expect(it.run.state.find("RQ-0001")?.local_refresh).toBe("pending");
});

test("a target that is checked out in another worktree is not moved", async () => {
  using repo = repository({ tracked: true });
  await using it = await coordinate(repo);
  const work = await finishedWork(it, "RQ-0001", { files: FILES });
  repo.git("switch", "--quiet", "--create", "mine");
  const other = join(repo.base, "other");
  repo.git("worktree", "add", "--quiet", other, "main");
  expect(await land(it.run, it.admin, work.record, work.result)).toMatchObject({ kind: "waiting_checkout", paths: [other] });
  repo.git("worktree", "remove", other);
  expect((await land(it.run, it.admin, work.record, work.result)).kind).toBe("landed");
});

test("a task that is finished on the target already is not finished again, and its branch stays", async () => {
  using repo = repository({ tracked: true });
  await using it = await coordinate(repo);
  const work = await finishedWork(it, "RQ-0001", { files: FILES });
  repo.books([task("RQ-0002")], [{ ...task("RQ-0001"), status: "done", completed_at: "2026-03-02T08:15:00.000000000Z" }]).commit("by hand");
  const end = await land(it.run, it.admin, work.record, work.result);
  expect(end).toMatchObject({ kind: "blocked", reason: expect.stringContaining("done elsewhere") });
  expect(repo.git("branch", "--list", "cueloop/RQ-0001")).not.toBe("");
});

test.each<[string, (repo: Repository, path: string, it: Coordinator) => void, string]>([
  ["another token in the record", (_, __, { run }) => void run.state.patch("RQ-0001", { token: "other" }), "another attempt"],
  ["another token in the claim", (repo) => void repo.write({ ".git/cueloop/claims/RQ-0001": "{}" }), "another run"],
  ["a commit after the result", (_, path) => commitIn(path, "src/a.txt"), "had finished at"],
  ["a file that is in no commit", (_, path) => writeFileSync(join(path, "stray.txt"), ""), "stray.txt"],
  ["a repository inside the worktree", (_, path) => void Bun.spawnSync(["git", "init", "-q", join(path, "inner")]), "inner/"],
])("%s: the result does not land", async (_, spoil, reason) => {
  using repo = repository({ tracked: true });
  await using it = await coordinate(repo);
  const work = await finishedWork(it, "RQ-0001", { files: FILES });
  const before = repo.git("rev-parse", "main");
  spoil(repo, work.record.workspace_path, it);
  expect(await land(it.run, it.admin, it.run.state.require("RQ-0001"), work.result)).toMatchObject({
    kind: "blocked",
    reason: expect.stringContaining(reason),
  });
  expect(repo.git("rev-parse", "main")).toBe(before);
  expect(existsSync(work.record.workspace_path)).toBe(true);
});

test.each<[boolean, PublishMode]>([
  [true, "commit"],
  [true, "off"],
  [false, "commit"],
  [false, "off"],
])("a rejected task is archived, and what its agent did is kept by a ref (books tracked: %p, publish mode %s)", async (tracked, mode) => {
  using repo = repository({ tracked });
  const before = repo.git("rev-parse", "main");
  await using it = await coordinate(repo, { mode });
  const rejected: Partial<ResultFile> = { outcome: "rejected", notes: ["not worth it"], ci: { ran: false, passed: false } };
  const work = await finishedWork(it, "RQ-0001", { files: FILES, left: { "half.txt": "h\n" }, result: rejected });
  expect(await land(it.run, it.admin, work.record, work.result)).toEqual({ kind: "rejected" });
  expect(statuses(repo.done())).toEqual(["RQ-0001 rejected"]);
  expect(statuses(repo.active())).toEqual(["RQ-0002 todo"]);
  expect(record(repo.done(), "RQ-0001")["custom_fields"]).not.toHaveProperty("cueloop.evidence");
  expect(repo.read("src/a.txt")).toBe("a\n");
  const ref = it.run.state.find("RQ-0001")?.salvage_ref ?? "";
  expect(repo.git("show", `${ref}:half.txt`)).toBe("h\n");
  expect(repo.git("show", `${ref}:src/a.txt`)).toBe("a2\n");
  expect(isCleared(repo, "RQ-0001")).toBe(true);
  if (!tracked || mode === "off") expect(repo.git("rev-parse", "main")).toBe(before);
  else expect(repo.git("log", "-1", "--format=%s", "main")).toBe("cueloop: archive RQ-0001 queue bookkeeping\n");
});

test("proposed tasks get ids that are free on the target and in the person's edits", async () => {
  using repo = repository({ tracked: true });
  await using it = await coordinate(repo);
  const proposed = {
    key: "more",
    title: "More",
    description: "d",
    priority: "low",
    tags: [],
    scope: [],
    evidence: [],
    plan: [],
    depends_on_keys: [],
    independence_rationale: "it is",
  };
  const proposal = { version: 1, source_task_id: "RQ-0001", tasks: [proposed] };
  const work = await finishedWork(it, "RQ-0001", { files: FILES, proposal });
  repo.books([task("RQ-0001"), task("RQ-0002"), task("RQ-0003")]);
  expect((await land(it.run, it.admin, work.record, work.result)).kind).toBe("landed");
  expect(statuses(repo.active()).sort()).toEqual(["RQ-0002 todo", "RQ-0003 todo", "RQ-0004 todo"]);
  expect(it.events.flatMap((event) => (event.kind === "followups_applied" ? event.payload.created : []))).toEqual([
    { task_id: "RQ-0004", title: "More" },
  ]);
});

function commitIn(path: string, file: string): void {
  writeFileSync(join(path, file), "late\n");
  Bun.spawnSync(["git", "-C", path, "commit", "--quiet", "--all", "--message", "late"]);
}
