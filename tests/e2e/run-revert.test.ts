import { expect, test } from "bun:test";
import { agentCalls, type Script, scriptedAgent } from "../support/agent.ts";
import { executable, Repository, task } from "../support/repository.ts";
import { Terminal } from "../support/terminal.ts";

const GATE = { ci_gate: { enabled: true, argv: ["grep", "-q", "right", "work.txt"] } };
const RIGHT = { write: "work.txt", text: "right\n" };
const WRONG = { write: "work.txt", text: "wrong\n" };

function repositoryWith(script: Script, agent: Readonly<Record<string, unknown>> = {}): Repository {
  const repo = new Repository();
  scriptedAgent(repo, script, { agent: { git_publish_mode: "commit", ...agent } });
  repo
    .books([task("RQ-0001", { title: "Write the file" }), task("RQ-0002")])
    .write({ "work.txt": "before\n" })
    .commit("start");
  return repo;
}

const refs = (repo: Repository) => repo.git("for-each-ref", "--format=%(refname)", "refs/cueloop/undone/RQ-0001/").trim();

/** A failure of each kind, on a task whose shape has the phases given. */
const SITES: readonly {
  readonly name: string;
  readonly script: Script;
  readonly agent?: Readonly<Record<string, unknown>>;
  readonly args?: readonly string[];
}[] = [
  { name: "a failing agent in a single pass", script: [[WRONG, { exit: 3 }]] },
  { name: "a failing agent in the planning", script: [[WRONG, { exit: 3 }]], agent: { phases: 2 } },
  { name: "a planning that changes files", script: [[WRONG]], agent: { phases: 2 } },
  { name: "a gate that stays red", script: [[WRONG]], agent: { ...GATE }, args: ["--max-turns", "20"] },
  { name: "no turn left", script: [[WRONG]], agent: { ...GATE }, args: ["--max-turns", "1"] },
];

test.each(SITES)("$name: `enabled` undoes everything, and the printed command brings it back", async ({ script, agent, args }) => {
  using repo = repositoryWith(script, agent);
  const before = repo.active();
  const run = await repo.cueloop("run", "one", "--git-revert-mode", "enabled", ...(args ?? []));
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(`Its changes were undone (git_revert_mode is \`enabled\`) and are kept in ${refs(repo)}.`);
  expect(repo.git("status", "--porcelain")).toBe("");
  expect(repo.active()).toEqual(before);
  expect(repo.has(".cueloop/cache/session.jsonc")).toBeFalse();
  expect(repo.has(".cueloop/cache/session-state.json")).toBeFalse();
  const command = run.stderr.split("Put it into the tree again:\n")[1]?.split("\n")[0] ?? "";
  expect((await repo.run(["sh", "-c", command])).code).toBe(0);
  expect(repo.read("work.txt")).toBe("wrong\n");
});

test.each(SITES)("$name: `disabled` leaves everything, and says so", async ({ script, agent, args }) => {
  using repo = repositoryWith(script, { ...agent, git_revert_mode: "disabled" });
  const run = await repo.cueloop("run", "one", ...(args ?? []));
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("Nothing was undone: git_revert_mode is `disabled`.");
  expect(repo.active()).toMatchObject([{ id: "RQ-0001", status: "doing" }, { id: "RQ-0002" }]);
  expect(repo.read("work.txt")).toBe("wrong\n");
  expect(refs(repo)).toBe("");
});

test.each([
  ["one", [], "there is no terminal to ask on"],
  ["one", ["--non-interactive"], "--non-interactive asks nothing"],
  ["loop", [], "a loop asks only with `--ask`"],
  ["loop", ["--ask"], "there is no terminal to ask on"],
])("run %s %p without somebody to ask keeps the changes and says why", async (command, flags, why) => {
  using repo = repositoryWith([[WRONG, { exit: 3 }]]);
  const run = await repo.cueloop("run", command, ...flags);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(why);
  expect(repo.read("work.txt")).toBe("wrong\n");
});

test("the failure of a review keeps the implementation", async () => {
  const plan = { write: ".cueloop/cache/plans/RQ-0001.md", text: "plan\n" };
  using repo = repositoryWith([[plan], [RIGHT], [{ exit: 3 }]], { phases: 3 });
  const run = await repo.cueloop("run", "one", "--git-revert-mode", "enabled");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("nothing was undone");
  expect(repo.read("work.txt")).toBe("right\n");
});

const QUESTION = "What now?";

test.each([
  ["\r", "Nothing was undone: you chose to keep the changes.", "wrong\n"],
  ["k\r", "Nothing was undone: you chose to keep the changes.", "wrong\n"],
  ["3\r\r", "Nothing was undone: you chose to keep the changes.", "wrong\n"],
  ["2\r", "Its changes were undone (as you chose)", "before\n"],
  ["REVERT\r", "Its changes were undone (as you chose)", "before\n"],
])("asked on a terminal, the answer %j decides", async (keys, statement, content) => {
  using repo = repositoryWith([[WRONG, { exit: 3 }]]);
  await using terminal = new Terminal(repo, [executable, "run", "one"], { columns: 200, rows: 40 });
  await terminal.shows(QUESTION);
  terminal.type(keys);
  expect(await terminal.ended()).toBe(1);
  expect(terminal.screen.text).toContain(statement);
  expect(repo.read("work.txt")).toBe(content);
});

test.each([
  ["3\rTry the other way\r", "Try the other way"],
  ["just write right\r", "just write right"],
])("a message typed at the question (%j) goes to the agent's session", async (keys, message) => {
  using repo = repositoryWith([[WRONG, { exit: 3 }], [RIGHT]]);
  await using terminal = new Terminal(repo, [executable, "run", "one", "--no-progress"], { columns: 200, rows: 40 });
  await terminal.shows(QUESTION);
  terminal.type(keys);
  expect(await terminal.ended()).toBe(0);
  expect(agentCalls(repo)[1]?.prompt).toContain(message);
  expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "done" }]);
});

test("a planning that changed files can be sent back, or be gone on with", async () => {
  const plan = { write: ".cueloop/cache/plans/RQ-0001.md", text: "plan\n" };
  using repo = repositoryWith([[plan, WRONG], [{ say: "no" }], [RIGHT]], { phases: 2 });
  await using terminal = new Terminal(repo, [executable, "run", "one", "--no-progress"], { columns: 200, rows: 60 });
  await terminal.shows(QUESTION);
  terminal.type("put it back\r");
  await terminal.shows(/What now\?[\s\S]*What now\?/);
  terminal.type("4\r");
  expect(await terminal.ended()).toBe(0);
  expect(agentCalls(repo)).toHaveLength(3);
  expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "done" }]);
});

test("a loop asks with --ask; Ctrl-C at the question stops the run and keeps everything", async () => {
  using repo = repositoryWith([[WRONG, { exit: 3 }]]);
  await using terminal = new Terminal(repo, [executable, "run", "loop", "--ask"], { columns: 200, rows: 40 });
  await terminal.shows(QUESTION);
  terminal.type("\x03");
  expect(await terminal.ended()).toBe(1);
  expect(terminal.screen.text).toContain("interrupted");
  expect(repo.read("work.txt")).toBe("wrong\n");
  expect(repo.has(".cueloop/cache/session.jsonc")).toBeTrue();
});

test("the question shows nothing of the agent's that could steer the terminal", async () => {
  using repo = repositoryWith([[{ stderr: "\x1b]0;owned\x07\x1b[2Jbad" }, { exit: 3 }]]);
  await using terminal = new Terminal(repo, [executable, "run", "one", "--no-progress"], { columns: 200, rows: 40 });
  await terminal.shows(QUESTION);
  expect(terminal.screen.text).toContain("script failed");
  terminal.type("\r");
  expect(await terminal.ended()).toBe(1);
});

/** Moves the own task to the done file with a status, and adds a task, as an agent that edits the files would. */
function moveByHand(status: string): string {
  const program = `
    const fs = require("node:fs");
    const [queue, done] = ["queue", "done"].map((name) => ".cueloop/" + name + ".jsonc");
    const read = (file) => JSON.parse(fs.readFileSync(file, "utf8"));
    const [active, archive] = [read(queue), read(done)];
    const [own, ...others] = active.tasks;
    const at = own.updated_at;
    active.tasks = [...others, { ...own, id: "RQ-0009", title: "Added by hand", status: "todo" }];
    archive.tasks = [...archive.tasks, { ...own, status: "${status}", notes: ["by hand"], completed_at: at }];
    fs.writeFileSync(queue, JSON.stringify(active, null, 2));
    fs.writeFileSync(done, JSON.stringify(archive, null, 2));`;
  return `bun -e '${program.replaceAll("'", "'\\''")}'`;
}

test("a task that its agent archived by hand comes back to its place; notes and other tasks stay", async () => {
  using repo = repositoryWith([[WRONG, { run: moveByHand("done") }]], GATE);
  const [own, other] = repo.active();
  const run = await repo.cueloop("run", "one", "--git-revert-mode", "enabled", "--max-turns", "1");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("Its changes were undone");
  expect(repo.done()).toEqual([]);
  expect(repo.active()).toEqual([{ ...(own ?? {}), notes: ["by hand"] }, other ?? {}, expect.objectContaining({ id: "RQ-0009" })]);
  expect(repo.read("work.txt")).toBe("before\n");
});

test.each([
  ["enabled", "Its changes were undone"],
  ["disabled", "Nothing was undone: git_revert_mode is `disabled`."],
])("a task that its agent moved to the done file unfinished (%s)", async (mode, statement) => {
  using repo = repositoryWith([[WRONG, { run: moveByHand("doing") }]], GATE);
  const [own, other] = repo.active();
  const run = await repo.cueloop("run", "one", "--git-revert-mode", mode);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("RQ-0001 is in the done file with status doing.");
  expect(run.stderr).toContain(statement);
  if (mode === "disabled") return expect(repo.read("work.txt")).toBe("wrong\n");
  expect(repo.active()).toEqual([{ ...(own ?? {}), notes: ["by hand"] }, other ?? {}, expect.objectContaining({ id: "RQ-0009" })]);
  expect(repo.done()).toEqual([]);
  expect(repo.read("work.txt")).toBe("before\n");
});

test.each([
  ["enabled", "before\n", "todo", "Its changes were undone"],
  ["disabled", "wrong\n", "doing", "stays `doing`"],
  ["ask", "wrong\n", "doing", "stays `doing`"],
])("Ctrl-C while the agent works (%s): the tree has %j", async (mode, content, status, message) => {
  using repo = repositoryWith([[WRONG, { say: "waiting" }, { hang: "hangs" }]]);
  await using terminal = new Terminal(repo, [executable, "run", "one", "--git-revert-mode", mode], { columns: 200, rows: 40 });
  await terminal.shows("waiting");
  terminal.type("\x03");
  expect(await terminal.ended()).toBe(1);
  expect(terminal.screen.text).toContain("interrupted");
  expect(terminal.screen.text).toContain(message);
  expect(repo.read("work.txt")).toBe(content);
  expect(repo.active()[0]).toMatchObject({ id: "RQ-0001", status });
});

test("a message at a gate that stays red goes to the agent with the gate's output, and the gate decides again", async () => {
  const wrong = Array.from({ length: 11 }, () => [WRONG]);
  using repo = repositoryWith([...wrong, [RIGHT]], GATE);
  await using terminal = new Terminal(repo, [executable, "run", "one", "--no-progress"], { columns: 200, rows: 200 });
  await terminal.shows(QUESTION);
  terminal.type("write the word right\r");
  expect(await terminal.ended()).toBe(0);
  const last = agentCalls(repo).at(-1);
  expect(last?.prompt).toContain("write the word right");
  expect(last?.prompt).toContain("grep -q right work.txt");
  expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "done" }]);
});

test.each([["cannot be started", ["no-such-program"], "could not be started"]])(
  "a gate that %s says what became of the changes",
  async (_name, argv, message) => {
    using repo = repositoryWith([[WRONG]], { ci_gate: { enabled: true, argv } });
    const run = await repo.cueloop("run", "one", "--git-revert-mode", "enabled");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(message);
    expect(run.stderr).toContain("RQ-0001 stays `doing`; nothing was undone");
    expect(repo.read("work.txt")).toBe("wrong\n");
  },
);
