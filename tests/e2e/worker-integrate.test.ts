import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { agentCalls, type Script, scriptedAgent } from "../support/agent.ts";
import { Coordinated, eventsOf } from "../support/coordinated.ts";
import { Repository, task } from "../support/repository.ts";

let repository: Repository;

beforeEach(() => {
  repository = new Repository();
});
afterEach(() => repository[Symbol.dispose]());

const TASK = task("RQ-0001", { title: "Greet in French", request: "Say bonjour wherever we say hello" });
const OTHER = task("RQ-0002", { title: "Another" });
const FAST = { push_backoff_ms: [] };

interface Setting {
  readonly files?: Readonly<Record<string, string>>;
  readonly gate?: string;
  readonly attempts?: number;
  readonly ignoreBooks?: boolean;
  readonly seed?: Readonly<Record<string, string>>;
}

/** A repository with `greeting.txt`, and the worktree of the task. */
async function opened(script: Script, setting: Setting = {}): Promise<Coordinated> {
  repository.books([TASK, OTHER]);
  const gate = setting.gate === undefined ? {} : { ci_gate: { enabled: true, argv: ["sh", "gate.sh"] } };
  scriptedAgent(repository, script, { agent: { ...gate } });
  const config: Record<string, unknown> = JSON.parse(repository.read(".cueloop/config.jsonc"));
  const parallel = { ...FAST, ...(setting.attempts === undefined ? {} : { max_push_attempts: setting.attempts }) };
  repository.write({
    "greeting.txt": "hello\n",
    ...(setting.gate === undefined ? {} : { "gate.sh": setting.gate }),
    ...setting.files,
    ".cueloop/config.jsonc": JSON.stringify({ ...config, parallel }),
  });
  if (setting.ignoreBooks === true) {
    repository.write({ ".gitignore": `${repository.read(".gitignore")}.cueloop/queue.jsonc\n.cueloop/done.jsonc\n` });
  }
  repository.commit("start");
  const options = { copyBooks: setting.ignoreBooks === true, ...(setting.seed === undefined ? {} : { seed: setting.seed }) };
  return Coordinated.open(repository, TASK, options);
}

const evidenceTree = (work: Coordinated) => /tree=([0-9a-f]+)/.exec(work.result?.evidence ?? "")?.[1];

test("the target moved and nothing contradicts: git alone rebases", async () => {
  const work = await opened([[{ write: "new.txt", text: "bonjour\n" }]]);
  const tip = work.commitOnMain({ "other.txt": "theirs\n" }, "Theirs");
  const end = await work.work();
  expect([end.code, work.result?.outcome, work.result?.base, work.result?.turns]).toEqual([0, "ready", tip, 1]);
  expect(work.commits).toEqual(["RQ-0001: Greet in French"]);
  expect(work.read("other.txt")).toBe("theirs\n");
});

test("without a change there is nothing beyond the target, and the gate still decides", async () => {
  const work = await opened([[{ say: "it was there" }]], { gate: "exit 0\n" });
  const tip = work.commitOnMain({ "other.txt": "theirs\n" }, "Theirs");
  const end = await work.work();
  expect([end.code, work.result?.changed, work.result?.tip, work.result?.ci]).toEqual([0, false, tip, { ran: true, passed: true }]);
});

test("a conflict is resolved by the agent's own session, which is told both intents; staging and committing are not its", async () => {
  const work = await opened([
    [{ write: "greeting.txt", text: "bonjour\n" }],
    [
      { write: "greeting.txt", text: "bonjour, everyone\n" },
      { write: "extra.txt", text: "too\n" },
    ],
  ]);
  work.commitOnMain({ "greeting.txt": "hello, everyone\n" }, "Greet everyone");
  const end = await work.work();
  expect([end.code, end.stderr, work.result?.attempts, work.result?.turns]).toEqual([0, "", 1, 2]);
  const [, conflict] = agentCalls(repository);
  expect(conflict).toMatchObject({ kind: "resume", session: "script-0" });
  for (const part of [
    "- greeting.txt",
    "Say bonjour wherever we say hello",
    "Greet everyone",
    "UU greeting.txt",
    "attempt 1 of 50",
    "do not push",
  ]) {
    expect(conflict?.prompt).toContain(part);
  }
  expect(work.read("greeting.txt")).toBe("bonjour, everyone\n");
  expect(work.git("show", "--name-only", "--format=%s", "cueloop/RQ-0001").trim().split("\n")).toEqual([
    "RQ-0001: Greet in French",
    "",
    "extra.txt",
    "greeting.txt",
  ]);
  expect(work.git("status", "--porcelain")).toBe("");
  expect(
    eventsOf(end).some(({ kind, ...rest }) => kind === "message" && JSON.stringify(rest).includes("contradicts RQ-0001 in greeting.txt")),
  ).toBe(true);
});

test("each commit of the agent's that conflicts is one more turn", async () => {
  const commit = (text: string) => ({ run: `echo ${text} > greeting.txt && git commit -qam ${text}` });
  const resolve = (text: string) => [{ write: "greeting.txt", text: `${text}\n` }];
  const work = await opened([[commit("one"), commit("two")], resolve("one, everyone"), resolve("two, everyone")]);
  work.commitOnMain({ "greeting.txt": "hello, everyone\n" }, "Greet everyone");
  const end = await work.work();
  expect([end.code, work.result?.turns, work.commits]).toEqual([0, 3, ["one", "two"]]);
  expect(work.read("greeting.txt")).toBe("two, everyone\n");
});

test("an agent that finishes the rebase itself is fine", async () => {
  const finish = { run: "echo both > greeting.txt && git add greeting.txt && GIT_EDITOR=: git rebase --continue" };
  const work = await opened([[{ write: "greeting.txt", text: "bonjour\n" }], [finish]]);
  const tip = work.commitOnMain({ "greeting.txt": "hello, everyone\n" }, "Greet everyone");
  const end = await work.work();
  expect([end.code, work.result?.base, work.commits]).toEqual([0, tip, ["RQ-0001: Greet in French"]]);
});

test("a repository's own conflict prompt is used", async () => {
  const work = await opened([[{ write: "greeting.txt", text: "bonjour\n" }], [{ write: "greeting.txt", text: "both\n" }]], {
    files: { ".cueloop/prompts/merge_conflicts.md": "OUR WAY of resolving:\n{{CONFLICT_FILES}}\n" },
  });
  work.commitOnMain({ "greeting.txt": "hello, everyone\n" }, "Greet everyone");
  expect((await work.work()).code).toBe(0);
  expect(agentCalls(repository)[1]?.prompt).toContain("OUR WAY of resolving:\n- greeting.txt");
});

test("conflicts that stay block the task: marker, packets, the branch as it was before the rebase", async () => {
  const work = await opened([[{ write: "greeting.txt", text: "bonjour\n" }], [{ say: "too hard" }], [{ say: "still" }]], { attempts: 2 });
  work.commitOnMain({ "greeting.txt": "hello, everyone\n" }, "Greet everyone");
  const end = await work.work();
  expect([end.code, work.result?.outcome, work.result?.attempts]).toEqual([1, "blocked", 2]);
  expect(end.stderr).toContain("Conflicts are unresolved in greeting.txt");
  expect(work.marker).toMatchObject({
    task_id: "RQ-0001",
    attempt: 2,
    max_attempts: 2,
    reason: "Conflicts are unresolved in greeting.txt.",
  });
  expect(work.account).toMatchObject({ step: "blocked", attempt: 2 });
  const packet = JSON.parse(work.read(".cueloop/cache/parallel/handoffs/RQ-0001/attempt_2.json"));
  expect(packet).toMatchObject({
    target_branch: "main",
    attempt: 2,
    max_attempts: 2,
    conflict_files: ["greeting.txt"],
    task_title: "Greet in French",
  });
  expect(packet.queue_done_rules.rules).toHaveLength(4);
  expect(agentCalls(repository)[2]?.prompt).toContain("The attempt before failed: Conflicts are unresolved in greeting.txt.");
  expect(work.git("status", "--porcelain")).toBe("");
  expect(work.git("rev-parse", "--abbrev-ref", "HEAD").trim()).toBe("cueloop/RQ-0001");
  expect(work.read("greeting.txt")).toBe("bonjour\n");
});

test("a gate that is red on the combined tree is repaired in the same session", async () => {
  const gate = 'test "$(cat name.txt)" = "$(cat expected.txt)"\n';
  const work = await opened([[{ write: "name.txt", text: "a\n" }], [{ write: "name.txt", text: "b\n" }]], {
    files: { "expected.txt": "a\n", "name.txt": "x\n" },
    gate: `${gate.trimEnd()} || { echo "name is wrong"; exit 3; }\n`,
  });
  const tip = work.commitOnMain({ "expected.txt": "b\n" }, "Expect b");
  const end = await work.work();
  expect([end.code, work.result?.base, work.result?.attempts, work.result?.turns]).toEqual([0, tip, 2, 2]);
  const [, repair] = agentCalls(repository);
  expect(repair).toMatchObject({ kind: "resume", session: "script-0" });
  expect(repair?.prompt).toContain("failed with exit code 3");
  expect(repair?.prompt).toContain("name is wrong");
  const packet = JSON.parse(work.read(".cueloop/cache/parallel/handoffs/RQ-0001/attempt_1.json"));
  expect(packet.ci_context).toMatchObject({ exit_code: 3, last_output: "name is wrong\n" });
  expect(work.git("show", "cueloop/RQ-0001:name.txt")).toBe("b\n");
});

test("files that the gate writes are committed with the work, and the gate runs on them once more", async () => {
  const work = await opened([[{ write: "a.txt", text: "a\n" }]], { gate: "echo formatted > formatted.txt\n" });
  const end = await work.work();
  expect([end.code, work.commits]).toEqual([0, ["RQ-0001: Greet in French"]]);
  expect(work.git("show", "cueloop/RQ-0001:formatted.txt")).toBe("formatted\n");
  expect(eventsOf(end).filter(({ kind }) => kind === "gate_finished")).toHaveLength(2);
});

test("what the gate writes the second time is not taken, and does not stay", async () => {
  const work = await opened([[{ write: "a.txt", text: "a\n" }]], { gate: "echo more >> log.txt\necho x > new-$(wc -l < log.txt).txt\n" });
  const end = await work.work();
  expect([end.code, work.git("status", "--porcelain")]).toEqual([0, ""]);
  expect([work.read("log.txt"), existsSync(join(work.path, "new-2.txt"))]).toEqual(["more\n", false]);
});

test("the evidence names the tree of the commit without the books", async () => {
  const work = await opened([[{ write: "a.txt", text: "a\n" }]], { gate: "exit 0\n" });
  await work.work();
  const listed = work
    .git("ls-tree", "-r", "--name-only", evidenceTree(work) ?? "")
    .trim()
    .split("\n");
  const whole = work
    .git("ls-tree", "-r", "--name-only", work.result?.tip ?? "")
    .trim()
    .split("\n");
  expect(listed).toEqual(whole.filter((path) => !/(queue|done)\.jsonc$/.test(path)));
});

test("tracked books that the agent edited and committed are set back, also where they conflict", async () => {
  const meddle = {
    run: "echo meddled > .cueloop/queue.jsonc && echo y > y.txt && git add -A && git commit -qm mine && echo more >> .cueloop/done.jsonc",
  };
  const work = await opened([[meddle, { write: "a.txt", text: "a\n" }]]);
  const text = JSON.stringify({ version: 1, tasks: [OTHER] }, null, 2);
  const tip = work.commitOnMain({ ".cueloop/queue.jsonc": text }, "cueloop: archive RQ-0009 queue bookkeeping");
  const end = await work.work();
  expect([end.code, work.result?.base, work.result?.turns]).toEqual([0, tip, 1]);
  expect(work.commits).toEqual(["mine", "RQ-0001: Greet in French"]);
  expect(work.git("diff", "--name-only", "main", "cueloop/RQ-0001").trim().split("\n")).toEqual(["a.txt", "y.txt"]);
});

test("untracked books: the copies have the task archived, and none of them is committed", async () => {
  const note = { run: 'cueloop task done --note "for later readers" RQ-0001' };
  const work = await opened([[{ write: "a.txt", text: "a\n" }, note]], { ignoreBooks: true, gate: "exit 0\n" });
  const end = await work.work();
  expect([end.code, work.result?.notes]).toEqual([0, ["for later readers"]]);
  const done: unknown = JSON.parse(work.read(".cueloop/done.jsonc"));
  expect(done).toMatchObject({
    tasks: [
      {
        id: "RQ-0001",
        status: "done",
        notes: ["for later readers"],
        custom_fields: { "cueloop.evidence": work.result?.evidence, runner_used: "script" },
      },
    ],
  });
  expect(work.git("ls-tree", "-r", "--name-only", "cueloop/RQ-0001", ".cueloop/")).not.toContain("queue.jsonc");
  expect(JSON.parse(readFileSync(repository.path(".cueloop/queue.jsonc"), "utf8"))).toMatchObject({
    tasks: [{ id: "RQ-0001", status: "todo" }, {}],
  });
});

test("copies of the books that an agent added to a commit leave the branch again", async () => {
  const add = { run: "git add -f .cueloop/queue.jsonc && git commit -qm books" };
  const work = await opened([[add, { write: "a.txt", text: "a\n" }]], { ignoreBooks: true });
  expect((await work.work()).code).toBe(0);
  expect(work.git("diff", "--name-only", "main", "cueloop/RQ-0001").trim()).toBe("a.txt");
});

test("seeded paths are never staged", async () => {
  const work = await opened([[{ write: "a.txt", text: "a\n" }]], { seed: { "local.env": "SECRET=1\n" }, gate: "test -f local.env\n" });
  const end = await work.work();
  expect([end.code, work.git("status", "--porcelain").trim()]).toEqual([0, "?? local.env"]);
  expect(work.git("ls-tree", "-r", "--name-only", "cueloop/RQ-0001")).not.toContain("local.env");
});

test.each([
  ["is moved away when the agent is told", [{ run: "rm -rf vendored" }], 0, null],
  [
    "that stays blocks the task",
    [{ say: "no" }],
    1,
    "A git repository is inside the worktree, and no commit can hold its content: vendored/",
  ],
])("a nested repository %s", async (_, second, code, reason) => {
  const work = await opened([[{ run: "git init -q vendored && touch vendored/x" }, { write: "a.txt", text: "a\n" }], second], {
    attempts: 2,
  });
  const end = await work.work();
  expect([end.code, work.result?.reason]).toEqual([code, reason]);
  expect(agentCalls(repository)[1]?.prompt).toContain("no commit can hold its content: vendored/");
  expect(existsSync(join(work.path, "vendored"))).toBe(code === 1);
});

test("a commit that a hook refuses goes to the agent", async () => {
  const work = await opened([[{ write: "a.txt", text: "bad\n" }], [{ write: "a.txt", text: "good\n" }]]);
  repository.write({ ".git/hooks/pre-commit": '#!/bin/sh\ngrep -q bad a.txt && { echo "bad word in a.txt" >&2; exit 1; }\nexit 0\n' });
  const end = await work.work();
  expect([end.code, work.result?.attempts]).toEqual([0, 2]);
  expect(agentCalls(repository)[1]?.prompt).toContain("bad word in a.txt");
  expect(work.git("show", "cueloop/RQ-0001:a.txt")).toBe("good\n");
});

test("an agent that leaves the worktree on another branch is sent back to its own", async () => {
  const work = await opened([
    [{ run: "git switch -qc mine && echo a > a.txt && git add a.txt && git commit -qm a" }],
    [{ run: "git switch -q cueloop/RQ-0001 && git merge -q --ff-only mine" }],
  ]);
  const end = await work.work();
  expect([end.code, work.result?.attempts, work.commits]).toEqual([0, 2, ["a"]]);
  expect(agentCalls(repository)[1]?.prompt).toContain("has to be on cueloop/RQ-0001");
});

test("results that are pushed are put onto the remote's tip, when that contains the local one", async () => {
  const work = await opened([[{ write: "a.txt", text: "a\n" }]]);
  const bare = join(repository.base, "bare.git");
  repository.git("init", "-q", "--bare", bare);
  repository.git("remote", "add", "origin", bare);
  repository.git("push", "-q", "origin", "main");
  repository.git("clone", "-q", bare, join(repository.base, "clone"));
  const clone = (...args: string[]) =>
    repository.git("-C", join(repository.base, "clone"), "-c", "user.name=B", "-c", "user.email=b@x", ...args);
  clone("switch", "-q", "main");
  clone("commit", "-q", "--allow-empty", "-m", "pushed by another");
  clone("push", "-q", "origin", "main");
  await work.writeInputs({ name: "origin", branch: "main" });
  expect((await work.work()).code).toBe(0);
  expect(work.result?.base).toBe(clone("rev-parse", "HEAD").trim());
  expect(repository.git("ls-remote", "--heads", bare).trim().split("\n")).toHaveLength(1);
});

test("an agent that skips its commit instead of resolving it is asked about the work, which stays reachable", async () => {
  const work = await opened([
    [{ write: "greeting.txt", text: "bonjour\n" }],
    [{ run: "git rebase --skip" }],
    [{ write: "greeting.txt", text: "both\n" }],
  ]);
  work.commitOnMain({ "greeting.txt": "hello, everyone\n" }, "Greet everyone");
  const end = await work.work();
  expect([end.code, work.result?.changed, work.read("greeting.txt")]).toEqual([0, true, "both\n"]);
  const [ref = ""] = repository.git("for-each-ref", "--format=%(refname)", "refs/cueloop/salvage/RQ-0001/").trim().split("\n");
  expect(repository.git("show", `${ref}:greeting.txt`)).toBe("bonjour\n");
  expect(agentCalls(repository)[2]?.prompt).toContain(ref);
});

test("an agent that says that nothing is missing is believed", async () => {
  const work = await opened([[{ write: "greeting.txt", text: "bonjour\n" }], [{ run: "git rebase --skip" }], [{ say: "theirs has it" }]]);
  work.commitOnMain({ "greeting.txt": "hello, everyone\n" }, "Greet everyone");
  const end = await work.work();
  expect([end.code, work.result?.changed, work.result?.attempts]).toEqual([0, false, 2]);
});

test("a rebase that stays in progress is gone on with in the next attempt", async () => {
  const work = await opened([
    [{ write: "greeting.txt", text: "bonjour\n" }],
    [{ say: "later" }],
    [{ write: "greeting.txt", text: "both\n" }],
  ]);
  const tip = work.commitOnMain({ "greeting.txt": "hello, everyone\n" }, "Greet everyone");
  const end = await work.work();
  expect([end.code, work.result?.base, work.result?.attempts, work.result?.turns]).toEqual([0, tip, 2, 3]);
});

test("an agent that fails in a repair is given the same repair again", async () => {
  const work = await opened(
    [[{ write: "name.txt", text: "bad\n" }], [{ stderr: "broken" }, { exit: 1 }], [{ write: "name.txt", text: "good\n" }]],
    {
      gate: "grep -q good name.txt || { echo name is bad; exit 1; }\n",
    },
  );
  const end = await work.work();
  expect([end.code, work.result?.outcome, work.result?.turns]).toEqual([0, "ready", 3]);
  expect(agentCalls(repository)[2]?.prompt).toContain("name is bad");
});

test("deleting a file resolves a conflict about it", async () => {
  const work = await opened([[{ run: "rm greeting.txt" }, { write: "bonjour.txt", text: "x" }], [{ run: "rm greeting.txt" }]]);
  work.commitOnMain({ "greeting.txt": "hello, everyone\n" }, "Greet everyone");
  const end = await work.work();
  expect([end.code, existsSync(join(work.path, "greeting.txt"))]).toEqual([0, false]);
  expect(work.git("ls-tree", "-r", "--name-only", "cueloop/RQ-0001")).not.toContain("greeting.txt");
  expect(agentCalls(repository)[1]?.prompt).toContain("- greeting.txt (without markers: deleted on one side");
});
