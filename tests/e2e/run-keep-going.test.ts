import { expect, test } from "bun:test";
import { mkdirSync, rmSync } from "node:fs";
import { scriptedAgent } from "../support/agent.ts";
import { statuses } from "../support/books.ts";
import { executable, Repository, task } from "../support/repository.ts";
import { Terminal } from "../support/terminal.ts";

/** The agent of each task fails or does its work as the task's title says. */
const BY_TITLE = `
case "$CUELOOP_TASK_ID" in
  RQ-0001|RQ-0003) echo broken > broken.txt; rm -f base.txt;;
  *) echo good > "$CUELOOP_TASK_ID.txt";;
esac`;
const GATE = { ci_gate: { enabled: true, argv: ["test", "!", "-e", "broken.txt"] } };

function repositoryWith(agent: Readonly<Record<string, unknown>> = {}, script = BY_TITLE): Repository {
  const repo = new Repository();
  scriptedAgent(
    repo,
    Array.from({ length: 12 }, () => [{ run: script }]),
    { agent: { git_publish_mode: "commit", ...GATE, ...agent } },
  );
  const tasks = [
    task("RQ-0001", { title: "Break it", notes: ["first"] }),
    task("RQ-0002", { title: "Write two" }),
    task("RQ-0003", { title: "Break it too" }),
    task("RQ-0004", { title: "Needs the first", depends_on: ["RQ-0001"] }),
    task("RQ-0005", { title: "Write five" }),
  ];
  repo.books(tasks).write({ "base.txt": "base\n" }).commit("start");
  return repo;
}

const FLAGS = ["run", "loop", "--keep-going", "--max-turns", "1"];

test("failed tasks are put aside with a note and a ref, everything else is done, and the exit code tells", async () => {
  using repo = repositoryWith();
  const run = await repo.cueloop(...FLAGS);
  expect(run.code).toBe(1);
  expect(statuses(repo.done())).toEqual(["RQ-0002 done", "RQ-0005 done"]);
  expect(statuses(repo.active())).toEqual(["RQ-0001 todo", "RQ-0003 todo", "RQ-0004 todo"]);
  expect(repo.git("status", "--porcelain")).toBe("");
  expect(repo.git("log", "--format=%s").trim().split("\n")).toEqual(["RQ-0005: Write five", "RQ-0002: Write two", "start"]);
  const [one = "", three = ""] = repo.git("for-each-ref", "--format=%(refname)", "refs/cueloop/undone/").trim().split("\n");
  expect(one).toStartWith("refs/cueloop/undone/RQ-0001/");
  expect(three).toStartWith("refs/cueloop/undone/RQ-0003/");
  expect(repo.active()).toMatchObject([
    { id: "RQ-0001", notes: ["first", expect.stringContaining(one)] },
    { id: "RQ-0003", notes: [expect.stringMatching(/^Put aside by a run: RQ-0003 has used its 1 agent turns/)] },
    { id: "RQ-0004" },
  ]);
  expect(repo.git("show", `${one}:broken.txt`)).toBe("broken\n");
  expect(repo.has("broken.txt")).toBeFalse();
  expect(repo.read("base.txt")).toBe("base\n");
  const end = run.stdout.slice(run.stdout.indexOf("No task can be run now"));
  expect(end).toContain("Tasks worked: 2.");
  expect(end).toContain("Failed and put aside: 2");
  expect(end).toContain(`RQ-0001 Break it: RQ-0001 has used its 1 agent turns`);
  expect(end).toContain(one);
  expect(end).toContain(three);
  for (const file of ["session.jsonc", "session-state.json", "outcomes/RQ-0001.json"])
    expect(repo.has(`.cueloop/cache/${file}`)).toBeFalse();
});

test("the next loop takes them again", async () => {
  using repo = repositoryWith();
  await repo.cueloop(...FLAGS, "--max-tasks", "1");
  expect(statuses(repo.done())).toEqual([]);
  const run = await repo.cueloop("run", "loop", "--max-turns", "1", "--git-revert-mode", "disabled");
  expect(run.code).toBe(1);
  expect(statuses(repo.active())[0]).toBe("RQ-0001 doing");
});

test("work of earlier tasks that is not committed stays", async () => {
  using repo = repositoryWith({ git_publish_mode: "off" });
  const run = await repo.cueloop(...FLAGS);
  expect(run.code).toBe(1);
  expect(statuses(repo.done())).toEqual(["RQ-0002 done", "RQ-0005 done"]);
  expect(repo.read("RQ-0002.txt")).toBe("good\n");
  expect(repo.read("base.txt")).toBe("base\n");
  expect(repo.has("broken.txt")).toBeFalse();
});

test.each([["enabled"], ["disabled"]])("whatever git_revert_mode says (%s): one ref, one note", async (mode) => {
  using repo = repositoryWith();
  await repo.cueloop(...FLAGS, "--max-tasks", "1", "--git-revert-mode", mode);
  expect(repo.git("for-each-ref", "--format=%(refname)", "refs/cueloop/undone/").trim().split("\n")).toHaveLength(1);
  expect(repo.active()[0]).toMatchObject({ id: "RQ-0001", status: "todo", notes: ["first", expect.stringContaining("Put aside")] });
});

test("an undo that fails ends the loop, says what is kept, and leaves the task to be gone on with", async () => {
  // A repository where a file has to come back cannot be removed.
  using repo = repositoryWith({}, "rm base.txt; git init -q base.txt; echo x > base.txt/x; echo broken > broken.txt");
  const run = await repo.cueloop(...FLAGS);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("The undo failed:");
  expect(run.stderr).toContain("base.txt");
  expect(statuses(repo.active())[0]).toBe("RQ-0001 doing");
  expect(repo.read("base.txt/x")).toBe("x\n");
  expect(repo.read("broken.txt")).toBe("broken\n");
  expect(repo.has(".cueloop/cache/session.jsonc")).toBeTrue();
});

test.each([
  ["--keep-going", "todo", "Put aside by a run"],
  ["--git-revert-mode=enabled", "todo", null],
])("an undo that fails half-way (%s) is finished by the next run before anything else", async (flag, status, note) => {
  using repo = repositoryWith({}, "echo broken > broken.txt; rm base.txt; git add broken.txt; : > .git/index.lock; exit 0");
  const run = await repo.cueloop("run", "loop", flag, "--max-turns", "1");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("The next run finishes the undo before anything else.");
  expect(statuses(repo.active())[0]).toBe("RQ-0001 doing");
  const [first = ""] = repo.git("for-each-ref", "--format=%(refname)", "refs/cueloop/undone/RQ-0001/").trim().split("\n");
  expect(repo.git("show", `${first}:broken.txt`)).toBe("broken\n");

  rmSync(repo.path(".git/index.lock"));
  const next = await repo.cueloop("run", "one", "--id", "RQ-0002", "--runner", "no-such-runner");
  expect(next.stdout).toContain(`The undo of RQ-0001 that was interrupted is finished. Everything it undid is kept in ${first}`);
  expect(statuses(repo.active())[0]).toBe(`RQ-0001 ${status}`);
  const notes = note === null ? ["first"] : ["first", expect.stringMatching(new RegExp(`${note}.*${first}`))];
  expect(repo.active()[0]).toMatchObject({ notes });
  expect(repo.has("broken.txt")).toBeFalse();
  expect(repo.read("base.txt")).toBe("base\n");
  expect(repo.git("diff", "--cached", "--name-only")).toBe("");
  expect(repo.has(".cueloop/cache/session-state.json")).toBeFalse();
});

test("a failure before anything was begun puts a note on the task, and the loop goes on", async () => {
  using repo = repositoryWith();
  repo.books([task("RQ-0001", { agent: { runner: "no-such-runner" } }), task("RQ-0002")]).commit("again");
  const run = await repo.cueloop(...FLAGS);
  expect(run.code).toBe(1);
  expect(statuses(repo.done())).toEqual(["RQ-0002 done"]);
  expect(repo.active()).toMatchObject([{ id: "RQ-0001", status: "todo", notes: [expect.stringContaining("no-such-runner")] }]);
  expect(run.stdout).toContain("Failed and put aside: 1");
});

test("fifty failures in a row end it", async () => {
  using repo = repositoryWith();
  const tasks = Array.from({ length: 52 }, (_, at) =>
    task(`RQ-${String(at + 1).padStart(4, "0")}`, { agent: { runner: "no-such-runner" } }),
  );
  repo.books(tasks).commit("again");
  const run = await repo.cueloop(...FLAGS);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("50 tasks failed one after the other");
  expect(repo.active().filter((each) => JSON.stringify(each).includes("Put aside"))).toHaveLength(50);
}, 60_000);

test("an interrupt ends the loop; the task is kept to be gone on with", async () => {
  using repo = repositoryWith();
  scriptedAgent(repo, [[{ write: "half.txt", text: "half\n" }, { say: "waiting" }, { hang: "hangs" }]], { agent: GATE });
  repo.commit("agent");
  mkdirSync(repo.home, { recursive: true });
  await using terminal = new Terminal(repo, [executable, ...FLAGS], { columns: 120, rows: 40 });
  await terminal.shows("waiting");
  terminal.type("\x03");
  expect(await terminal.ended()).toBe(1);
  expect(statuses(repo.active())[0]).toBe("RQ-0001 doing");
  expect(repo.read("half.txt")).toBe("half\n");
});

/** An agent that fails four of ten tasks, each in a way of its own: its exit code, the gate, a signal, a repository of its own making. */
const FOUR_WAYS = `#!/bin/sh
cat > /dev/null
echo "work on $CUELOOP_TASK_ID" > "$CUELOOP_TASK_ID.txt"
case "$CUELOOP_TASK_ID" in
  RQ-0002) echo "out of ideas" >&2; exit 3;;
  RQ-0004) echo broken > broken.txt;;
  RQ-0006) kill -9 $$;;
  RQ-0008) git init --quiet inner && echo inner > inner/file && exit 4;;
esac
echo '{"type":"finish","session_id":"s"}'
`;

test("ten tasks of which four fail in four ways: six commits, four undone and recoverable", async () => {
  using repo = repositoryWith({ runner_retry: { max_attempts: 1, base_backoff_ms: 1, jitter_ratio: 0 } });
  const ids = Array.from({ length: 10 }, (_, index) => `RQ-${String(index + 1).padStart(4, "0")}`);
  repo.books(ids.map((id) => task(id))).write({ ".cueloop/plugins/script/agent": FOUR_WAYS });
  repo.commit("ten tasks");
  const run = await repo.cueloop(...FLAGS);
  const failed = ["RQ-0002", "RQ-0004", "RQ-0006", "RQ-0008"];
  const done = ids.filter((id) => !failed.includes(id));
  expect(run.code).toBe(1);
  expect(statuses(repo.done())).toEqual(done.map((id) => `${id} done`));
  expect(statuses(repo.active())).toEqual(failed.map((id) => `${id} todo`));
  const subjects = repo.git("log", "--format=%s").trim().split("\n");
  expect(subjects.filter((subject) => subject.startsWith("RQ-"))).toEqual(done.map((id) => `${id}: Task ${id}`).reverse());
  for (const id of failed) {
    const [ref = "", ...more] = repo.git("for-each-ref", "--format=%(refname)", `refs/cueloop/undone/${id}/`).trim().split("\n");
    expect(more).toEqual([]);
    expect(repo.git("show", `${ref}:${id}.txt`)).toBe(`work on ${id}\n`);
    expect(repo.has(`${id}.txt`)).toBeFalse();
    expect(run.stdout).toContain(ref);
  }
  expect(run.stdout).toContain("Tasks worked: 6.");
  expect(run.stdout).toContain("Failed and put aside: 4");
});
